"""The work of a synthesis as a program in TypeScript on cdktf and cdk8s, as somebody would write it by hand: a typed class for
each block and object, imported from its own file. It is generated from what twinstack has made, and has to make the same.
"""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from classes_generator.assembly import namespaces, unpacked, whole
from classes_generator.kubernetes import kubernetes_table
from classes_generator.names import schema_name, terraform_name
from twinstack.bindings.wheels import KUBERNETES, PROVIDER, archives, members

Json = Mapping[str, Any]
Types = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Program:
    """A folder with the sources, and the engines' own packages out of the installed wheels."""

    folder: Path
    statements: int
    objects: int

    @property
    def compile(self) -> tuple[str, ...]:
        """The arguments of node that compile it."""
        return (str(COMPILER), "--project", str(self.folder))

    @property
    def run(self) -> tuple[str, ...]:
        """The arguments of node that run what was compiled."""
        return (str(self.folder / "out" / "main.js"), str(self.folder / "made"))


def write(folder: Path, terraform: Path, manifests: Path) -> Program:
    """Writes the program that makes the stack of a `cdk.tf.json` and the objects of a folder of manifests."""
    document = json.loads(terraform.read_bytes())
    objects = [one for file in sorted(manifests.glob("*.yaml")) for one in yaml.safe_load_all(file.read_bytes())]
    found = archives()
    for archive in found.values():
        _install(archive, folder / "node_modules")
    blocks = _blocks(document)
    stack = _Stack(document, _provider_classes(found[PROVIDER], {type_ for _, type_, _, _ in blocks}))
    (folder / "stack.ts").write_text(stack.text(blocks), "utf-8")
    (folder / "chart.ts").write_text(_Chart(objects, _kubernetes_types(found[KUBERNETES])).text(), "utf-8")
    (folder / "main.ts").write_text(MAIN, "utf-8")
    (folder / "tsconfig.json").write_text(json.dumps(SETTINGS), "utf-8")
    return Program(folder, len(blocks), len(objects))


def differences(program: Program, terraform: Path, manifests: Path) -> list[str]:
    """What it has made otherwise than twinstack did, metadata of cdktf's aside: nothing, or the comparison would be of two
    different works.
    """
    made = program.folder / "made"
    found = [*_differences(_without_notes(_json(terraform)), _without_notes(_json(made / "stacks/stack/cdk.tf.json")))]
    ours = {_named(one): one for file in manifests.glob("*.yaml") for one in yaml.safe_load_all(file.read_bytes())}
    theirs = {_named(one): one for one in yaml.safe_load_all((made / "chart.k8s.yaml").read_bytes())}
    return [*found, *_differences(ours, theirs)]


def _install(archive: Path, into: Path) -> None:
    """A wheel holds its engine's npm package as it is."""
    with tarfile.open(archive) as packed:
        content = packed.extractfile("package/package.json")
        assert content is not None
        target = into / json.load(content)["name"]
        target.mkdir(parents=True)
        for member in packed:
            member.name = member.name.removeprefix("package/")
            if not member.name.startswith(".jsii"):
                packed.extract(member, target, filter="data")


def _blocks(document: Json) -> list[tuple[str, str, str, Json]]:
    """Each block that has a class: its kind, type, name and content."""
    made = [
        (kind, type_, name, body)
        for kind in ("data", "resource")
        for type_, every in document.get(kind, {}).items()
        for name, body in every.items()
    ]
    return [*(("provider", name, "", every[0]) for name, every in document["provider"].items()), *made]


@dataclass(frozen=True, slots=True, eq=False)
class _Class:
    """A class of the provider's, the file it is in, and the types around it."""

    name: str
    module: str
    config: str
    types: Types


def _provider_classes(archive: Path, wanted: Iterable[str]) -> dict[tuple[str, str], _Class]:
    names = set(wanted)
    found: dict[tuple[str, str], _Class] = {}
    for name, content in members(archive):
        file = unpacked(name, content)
        for namespace, types in namespaces(file) if file and namespaces else ():
            del namespace
            for entry in types.values():
                kind = KINDS.get(entry.get("base", ""))
                link = _LINK.search(entry.get("docs", {}).get("summary", "")) if kind else None
                if kind and link and link[1] in names:
                    module = Path(entry["locationInModule"]["filename"]).parent.name
                    (config,) = (one for one in entry["initializer"]["parameters"] if one["name"] == "config")
                    found[kind, link[1]] = _Class(entry["name"], module, config["type"]["fqn"], types)
        if file:
            break
    return found


def _kubernetes_types(archive: Path) -> Types:
    for name, content in members(archive):
        if file := unpacked(name, content):
            types = whole(file)
            if types:
                return types
    raise ValueError(f"{archive} has no types")


@dataclass(slots=True)
class _Text:
    """Values as TypeScript, by the types that the assembly gives them; what no type knows is left over."""

    types: Types
    by_schema: bool = False
    used: set[str] = field(default_factory=set[str])
    left: list[tuple[tuple[str | int, ...], Any]] = field(default_factory=list[tuple[tuple[str | int, ...], Any]])

    def of(self, value: Any, kind: Json, path: tuple[str | int, ...] = ()) -> str:
        if "union" in kind:
            (kind, *_) = [one for one in kind["union"]["types"] if one.get("fqn") != "cdktf.IResolvable"]
        if "collection" in kind:
            return self._collection(value, kind["collection"], path)
        entry = self.types.get(kind.get("fqn", ""))
        if entry is None:
            return self._token(value, kind) or json.dumps(value)
        if entry.get("datatype"):
            return self.struct(value[0] if isinstance(value, list) else value, entry, path)
        self.used.add(entry["name"])
        return f"{entry['name']}.from{'String' if isinstance(value, str) else 'Number'}({json.dumps(value)})"

    def struct(self, value: Json, entry: Json, path: tuple[str | int, ...] = ()) -> str:
        fields = {self._name(one): one for one in entry.get("properties", ())}
        made = []
        for key, inner in value.items():
            if key in fields:
                made.append(f"{fields[key]['name']}: {self.of(inner, fields[key]['type'], (*path, key))}")
            elif key != "//":
                self.left.append(((*path, key), inner))
        return f"{{ {', '.join(made)} }}" if made else "{}"

    def _name(self, member: Json) -> str:
        return schema_name(member).rpartition("#")[2] if self.by_schema else terraform_name(member)

    def _collection(self, value: Any, collection: Json, path: tuple[str | int, ...]) -> str:
        inner = collection["elementtype"]
        if isinstance(value, str):
            return f"Token.as{'List' if collection['kind'] == 'array' else 'Map'}({json.dumps(value)})"
        if collection["kind"] == "array":
            several = value if isinstance(value, list) else [value]
            return f"[{', '.join(self.of(one, inner, (*path, place)) for place, one in enumerate(several))}]"
        return f"{{ {', '.join(f'{json.dumps(key)}: {self.of(one, inner, (*path, key))}' for key, one in value.items())} }}"

    def _token(self, value: Any, kind: Json) -> str:
        """A number or a truth that Terraform only knows later stands there as text."""
        if not isinstance(value, str) or kind.get("primitive") not in ("number", "boolean"):
            return ""
        return f"Token.as{'Number' if kind['primitive'] == 'number' else 'Any'}({json.dumps(value)})"


@dataclass(slots=True)
class _Stack:
    document: Json
    classes: Mapping[tuple[str, str], _Class]

    def text(self, blocks: Sequence[tuple[str, str, str, Json]]) -> str:
        used = dict.fromkeys(self.classes[kind, type_] for kind, type_, _, _ in blocks)
        imports = [f'import {{ {one.name} }} from "@cdktf/provider-aws/lib/{one.module}";' for one in used]
        lines = [line for number, block in enumerate(blocks) for line in self._block(number, *block)]
        backend = dict(self.document["terraform"]["backend"]["s3"])
        known = {BACKEND[key]: backend.pop(key) for key in BACKEND if key in backend}
        lines.append(f"new S3Backend(this, {json.dumps(known)});")
        for name, body in self.document.get("output", {}).items():
            said = {key: inner for key, inner in body.items() if key != "//"}
            lines.append(
                f"new TerraformOutput(this, {json.dumps('output-' + name)}, {json.dumps(said)}).overrideLogicalId({json.dumps(name)});"
            )
        over = {f"terraform.backend.s3.{key}": value for key, value in backend.items()}
        over["terraform.required_version"] = self.document["terraform"]["required_version"]
        over["terraform.required_providers.aws.version"] = self.document["terraform"]["required_providers"]["aws"][
            "version"
        ]
        over |= {key: self.document[key] for key in ("ephemeral", "moved", "removed", "import") if key in self.document}
        lines += [f"this.addOverride({json.dumps(key)}, {json.dumps(value)});" for key, value in over.items()]
        return STACK.format(imports="\n".join(imports), lines="\n    ".join(lines))

    def _block(self, number: int, kind: str, type_: str, name: str, body: Json) -> Iterator[str]:
        one = self.classes[kind, type_]
        text = _Text(one.types)
        given = text.struct({key: value for key, value in body.items() if key not in META}, one.types[one.config])
        meta = [*_meta(body)]
        arguments = f"{{ {', '.join([given[2:-2], *meta] if given != '{}' else meta)} }}"
        yield f"const b{number} = new {one.name}(this, {json.dumps(f'{kind}-{type_}-{name}')}, {arguments});"
        if name:
            yield f"b{number}.overrideLogicalId({json.dumps(name)});"
        for path, value in text.left:
            yield f"b{number}.addOverride({json.dumps('.'.join(map(str, path)))}, {json.dumps(value)});"
        if kind == "provider" and not text.left:
            yield f"void b{number};"


def _meta(body: Json) -> Iterator[str]:
    """What every block may have, by cdktf's names."""
    if "depends_on" in body:
        yield f"dependsOn: [{', '.join(f'{{ fqn: {json.dumps(one)} }}' for one in body['depends_on'])}]"
    if "lifecycle" in body:
        words = ", ".join(f"{_camel(key)}: {json.dumps(value)}" for key, value in body["lifecycle"].items())
        yield f"lifecycle: {{ {words} }}"
    if "count" in body:
        yield f"count: {json.dumps(body['count'])}"


@dataclass(slots=True)
class _Chart:
    objects: Sequence[Json]
    types: Types

    def text(self) -> str:
        table = kubernetes_table(NAMESPACE, dict(self.types))
        kinds = {(entry[1], entry[2]): (name, entry[3]) for name, entry in table.items() if entry[0] == "object"}
        used: set[str] = set()
        lines: list[str] = []
        for number, one in enumerate(self.objects):
            name, props = kinds.get((one["apiVersion"], one["kind"]), ("", ""))
            text = _Text(self.types, by_schema=True)
            body = {key: value for key, value in one.items() if key not in ("apiVersion", "kind")}
            given = text.struct(body, self.types[f"{NAMESPACE}.{props}"]) if name else ""
            if (
                not name or text.left
            ):  # of its own, or newer than its class, which would take away what it does not know
                lines.append(f'new ApiObject(this, "o{number}", {json.dumps(one)});')
                continue
            used |= {name, *text.used}
            lines.append(f'new {name}(this, "o{number}", {given});')
        return CHART.format(imports=", ".join(sorted(used)), lines="\n    ".join(lines))


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _json(file: Path) -> Any:
    return json.loads(file.read_bytes())


def _without_notes(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_notes(inner) for key, inner in value.items() if key != "//"}
    return [_without_notes(one) for one in value] if isinstance(value, list) else value


def _named(one: Json) -> str:
    return f"{one['kind']} {one['metadata'].get('namespace', '')}/{one['metadata']['name']}"


def _differences(ours: Any, theirs: Any, path: str = "") -> Iterator[str]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted({*ours, *theirs}):
            yield from _differences(ours.get(key), theirs.get(key), f"{path}.{key}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for place, pair in enumerate(zip(ours, theirs, strict=True)):
            yield from _differences(*pair, f"{path}[{place}]")
    elif ours != theirs:
        yield f"{path[1:]}: {json.dumps(ours)[:200]}, in TypeScript {json.dumps(theirs)[:200]}"


COMPILER: Final = Path(__file__).parent.parent / "node_modules" / "typescript" / "bin" / "tsc"
NAMESPACE: Final = "cdk8s-plus-27.k8s"
KINDS: Final = {
    "cdktf.TerraformResource": "resource",
    "cdktf.TerraformDataSource": "data",
    "cdktf.TerraformProvider": "provider",
}
META: Final = frozenset({"//", "depends_on", "lifecycle", "count"})
BACKEND: Final = {"bucket": "bucket", "key": "key", "region": "region", "encrypt": "encrypt"}
_LINK: Final = re.compile(r"\{@link \S+/aws/[\d.]+/docs\S* (\w+)\}")
SETTINGS: Final = {
    "compilerOptions": {
        "target": "ES2022",
        "module": "commonjs",
        "strict": True,
        "skipLibCheck": True,
        "types": [],
        "outDir": "out",
    },
    "files": ["main.ts"],
}
MAIN: Final = """import { App as TerraformApp } from "cdktf";
import { App as KubernetesApp } from "cdk8s";
import { Infrastructure } from "./stack";
import { Workloads } from "./chart";

declare const process: { argv: string[] };
const outdir = process.argv[2];
const context = { excludeStackIdFromLogicalIds: "true", allowSepCharsInLogicalIds: "true" };
const terraform = new TerraformApp({ outdir, context, skipValidation: true });
new Infrastructure(terraform, "stack");
terraform.synth();
const kubernetes = new KubernetesApp({ outdir });
new Workloads(kubernetes, "chart");
kubernetes.synth();
"""
STACK: Final = """import {{ Construct }} from "constructs";
import {{ S3Backend, TerraformOutput, TerraformStack, Token }} from "cdktf";
{imports}

export class Infrastructure extends TerraformStack {{
  constructor(scope: Construct, id: string) {{
    super(scope, id);
    void Token;
    {lines}
  }}
}}
"""
CHART: Final = """import {{ Construct }} from "constructs";
import {{ ApiObject, Chart }} from "cdk8s";
import {{ {imports} }} from "cdk8s-plus-27/lib/imports/k8s";

export class Workloads extends Chart {{
  constructor(scope: Construct, id: string) {{
    super(scope, id);
    void ApiObject;
    {lines}
  }}
}}
"""
