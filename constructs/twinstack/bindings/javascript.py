"""Joins a package's CommonJS modules into one file, so that node reads, resolves and caches one instead of hundreds.

Every module keeps its own function, its own `exports` and its place in the order of loading: it runs when it is first
required, as before. What cannot be resolved inside the package is required from outside, by node.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

Files = Mapping[str, bytes]
"""What a package consists of: the path inside it, and the bytes."""


def bundle(files: Files, entry: str, folder: str, replacements: Mapping[str, Callable[[str], str]] | None = None) -> str:
    """One script that exports `(outside) => exports of entry`; `outside` is the `require` of whoever loads it.

    `folder` is where the package's files are on disk: what `__filename` and `__dirname` of each module say, and where
    requests are resolved that only appear while running. `replacements` changes the text of single modules.
    """
    modules: dict[str, str] = {}
    left = [entry]
    while left:
        name = left.pop()
        if name in modules:
            continue
        text = _source(files[name])
        if replacements and name in replacements:
            text = replacements[name](text)
        if name.endswith(".json"):
            modules[name] = _MODULE.format(name=json.dumps(name), links="{}", text=f"module.exports = {text};")
            continue
        links = {request: found for request in _requests(text) if (found := resolve(files, name, request))}
        modules[name] = _MODULE.format(name=json.dumps(name), links=json.dumps(links), text=text)
        left += links.values()
    return _PRELUDE % {"folder": json.dumps(folder), "entry": json.dumps(entry), "modules": "".join(modules.values())}


def resolve(files: Files, importer: str, request: str) -> str:
    """The file inside the package that `importer` gets for `request`; empty where node must say."""
    folder = posixpath.dirname(importer)
    if request.startswith("."):
        return _file(files, posixpath.normpath(posixpath.join(folder, request)))
    parts = request.split("/")
    width = 2 if request.startswith("@") else 1
    name, rest = "/".join(parts[:width]), "/".join(parts[width:])
    while True:
        package = posixpath.join(folder, "node_modules", name)
        manifest = files.get(f"{package}/package.json")
        if manifest is not None:
            return _inside(files, package, rest, json.loads(manifest))
        if not folder:
            return ""
        folder = posixpath.dirname(folder)


def _inside(files: Files, package: str, rest: str, manifest: Mapping[str, Any]) -> str:
    exports = manifest.get("exports")
    if exports is None:
        return _file(files, posixpath.join(package, rest or manifest.get("main") or "index"))
    subpath = f"./{rest}" if rest else "."
    if isinstance(exports, str) or (exports and not any(key.startswith(".") for key in exports)):
        exports = {".": exports}
    target = exports.get(subpath)
    while isinstance(target, dict):
        target = next((target[condition] for condition in target if condition in _CONDITIONS), None)
    return _file(files, posixpath.normpath(posixpath.join(package, target))) if isinstance(target, str) else ""


def _file(files: Files, path: str) -> str:
    candidates = (path, f"{path}.js", f"{path}.json", f"{path}/index.js")
    return next((candidate for candidate in candidates if candidate in files and candidate.endswith(_LOADABLE)), "")


def _requests(text: str) -> list[str]:
    return list(dict.fromkeys(match[2] for match in _REQUIRE.finditer(text)))


def _source(content: bytes) -> str:
    return _NOT_CODE.sub("", content.decode("utf-8"))


_CONDITIONS: Final = ("node", "require", "default")
_LOADABLE: Final = (".js", ".cjs", ".json")
_REQUIRE: Final = re.compile(r"""\brequire\((["'])([^"'\n]+)\1\)""")
_NOT_CODE: Final = re.compile(r"\A#![^\n]*|^//# sourceMappingURL=[^\n]*\n?", re.MULTILINE)
"""A source map is half of a compiled file, and kept in memory with it."""

_MODULE: Final = "{name}: [{links}, function (exports, require, module, __filename, __dirname) {{{text}\n}}],\n"
_PRELUDE: Final = """\
"use strict";
module.exports = (outside) => {
const { createRequire } = require("module");
const path = require("path");
const folder = %(folder)s;
const loaded = new Map();
const load = (name) => {
  const known = loaded.get(name);
  if (known) return known.exports;
  const filename = path.join(folder, name);
  const module = { id: filename, filename, exports: {}, loaded: false, children: [], paths: [] };
  loaded.set(name, module);
  const [links, run] = modules[name];
  let nearby;
  const require = (request) => {
    if (Object.hasOwn(links, request)) return load(links[request]);
    if (!request.startsWith(".")) return outside(request);
    return (nearby ??= createRequire(filename))(request);
  };
  require.resolve = outside.resolve;
  require.cache = outside.cache;
  run.call(module.exports, module.exports, require, module, filename, path.dirname(filename));
  module.loaded = true;
  return module.exports;
};
const modules = {
%(modules)s};
return load(%(entry)s);
};
"""
