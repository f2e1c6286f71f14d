"""A jsii assembly (`.jsii`): the types that the kernel may be asked for, cut to those that the code uses.

The AWS provider's is 131 MB of JSON, so the types that are wanted are found in its text and only they are parsed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any, Final

Assembly = dict[str, Any]


def slim(assembly: Assembly) -> Assembly:
    """Without documentation and places in the TypeScript source, which no kernel reads."""
    return {key: _plain(value) for key, value in assembly.items() if key not in _UNREAD_AT_TOP}


def select(content: bytes, submodules: Collection[str]) -> Assembly:
    """An assembly with only the types of these submodules, `s3Bucket`, and slim.

    `content` may be indented by two spaces, as jsii writes it: then only what is wanted is parsed.
    """
    start, end = content.find(_TYPES), content.rfind(_AFTER_TYPES)
    if start < 0 or end < start:
        return _selected(json.loads(content), submodules)
    rest = json.loads(content[:start] + b'\n  "types": {}' + content[end + len(b"\n  }") :])
    types: dict[str, Any] = {}
    position = start
    for submodule in sorted(submodules):
        prefix = f'\n    "{rest["name"]}.{submodule}.'.encode()
        first = content.find(prefix, position, end)
        if first < 0:
            first = content.find(prefix, start, end)
        if first < 0:
            continue
        for match in _TYPE.finditer(content, first, end):
            if not match[0].startswith(prefix):
                position = match.start()
                break
            types |= json.loads(b"{%b}" % content[match.start() : content.find(_AFTER_TYPE, match.end()) + len(_AFTER_TYPE)])
    return _selected({**rest, "types": types}, submodules)


def folders(assembly: Mapping[str, Any]) -> dict[str, str]:
    """Every submodule's short name and the folder of its JavaScript, `{"s3Bucket": "lib/s3-bucket"}`."""
    return {
        name.rpartition(".")[2]: f"lib/{source.removeprefix('src/').partition('/index:')[0]}"
        for name, details in assembly["submodules"].items()
        if "/index:" in (source := details.get("symbolId", ""))
    }


def head(content: bytes) -> Assembly:
    """An assembly without its types, read from an indented text or a plain one."""
    start = content.find(_TYPES)
    return json.loads(content) if start < 0 else json.loads(content[:start].rstrip(b",") + b"}")


def _selected(assembly: Assembly, submodules: Collection[str]) -> Assembly:
    names = {f"{assembly['name']}.{submodule}" for submodule in submodules}
    types = {name: value for name, value in assembly["types"].items() if name.rpartition(".")[0] in names}
    kept = {name: value for name, value in assembly.get("submodules", {}).items() if name in names}
    return slim({**assembly, "submodules": kept, "types": types})


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if key not in _UNREAD}
    return [_plain(each) for each in value] if isinstance(value, list) else value


_TYPES: Final = b'\n  "types": {\n'
_AFTER_TYPES: Final = b"\n  },\n"
_AFTER_TYPE: Final = b"\n    }"
_TYPE: Final = re.compile(rb'\n    "[^"\n]+": \{')
_UNREAD: Final = frozenset({"docs", "locationInModule", "symbolId", "readme"})
_UNREAD_AT_TOP: Final = _UNREAD | {"keywords", "description", "homepage", "repository", "author", "contributors"}
