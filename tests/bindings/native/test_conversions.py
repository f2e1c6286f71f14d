"""Every data type, resource, data source and object is written as the wheels' own text writes it: key by key, kind by kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from classes_generator.names import python_name
from twinstack.bindings.native.tables.store import tables
from twinstack.bindings.wheels import KUBERNETES, PROVIDER, archives, members

FUNCTION = re.compile(r"^function (\w+)ToTerraform\(struct\) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
CLASS = re.compile(
    r"^class (\w+) extends cdktf\.Terraform(?:Resource|DataSource|Provider) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL
)
WRITES = re.compile(r"^    synthesizeAttributes\(\) \{\n(.*?)^    \}", re.MULTILINE | re.DOTALL)
LINE = re.compile(
    r"(?P<key>\w+): (?P<null>struct\.\w+ === undefined \? null : )?(?P<how>.*)\((?:struct\.|this\._)(?P<member>\w+?)(?:\.internalValue)?\),"
)
GIVEN = re.compile(r"^        this\._(\w+)(?:\.internalValue)? = config\.(\w+);", re.MULTILINE)
MEMBER = re.compile(r"\(this\._(\w+)")
FIXED = re.compile(
    r"if \(!cdktf\.canInspect\(struct\) \|\| cdktf\.Tokenization\.isResolvable\(struct\)\) \{|return struct;|\}|\};|return \{\};|"
    r"if \(cdktf\.isComplexElement\(struct\)\) \{|throw new Error\(\"A complex element .*\);|return \{|"
)
WAYS = (
    (re.compile(r"cdktf\.listMapper\((.*), (?:true|false)\)"), "L"),
    (re.compile(r"cdktf\.hashMapper\((.*)\)"), "M"),
    (re.compile(r"\(0, (\w+\.\w+)\)"), ""),
)
OUTER = re.compile(r"[RLM]*")
PLAIN = {"string": "s", "number": "n", "boolean": "b", "any": "x"}


def kind_of(how: str) -> str:
    """The code of the tables for a way to write a value."""
    for way, sign in WAYS:
        if found := way.fullmatch(how):
            return sign + kind_of(found[1])
    name = how.rpartition(".")[2].removesuffix("ToTerraform")
    return PLAIN[name] if how.startswith("cdktf.") else f"S{name[:1].upper()}{name[1:]}"


def lines(body: str) -> Iterator[tuple[str, list[Any]]]:
    """What a function writes: for each member of the data type its key, its kind, and whether it is null where it is not given."""
    for line in map(str.strip, body.split("\n")):
        if found := LINE.fullmatch(line):
            yield python_name(found["member"]), [found["key"], kind_of(found["how"]), bool(found["null"])]
        else:
            assert FIXED.fullmatch(line), line


def texts() -> Iterator[tuple[str, str]]:
    """The text of each module, by its name in Python."""
    for name, content in members(archives()[PROVIDER]):
        folder, _, file = name.removeprefix("lib/").partition("/")
        if file.endswith(".js"):
            yield f"{PROVIDER}.{folder.replace('-', '_')}", content.read().decode()


def held(entry: list[Any]) -> dict[str, list[Any]]:
    """The same of an entry of the tables."""
    nulls = entry[2] if len(entry) > 2 else []
    return {
        name: [key, OUTER.sub(without_references, kind, count=1), name in nulls]
        for name, (key, kind, _) in entry[1].items()
    }


def without_references(outer: re.Match[str]) -> str:
    return outer[0].replace("R", "")


@pytest.mark.slow
def test_every_value_is_written_as_the_provider_writes_it() -> None:
    known = tables()
    types, blocks = 0, 0
    for module, text in texts():
        table = known.module(module) if module in known else {}
        wanted = {f"{name[:1].upper()}{name[1:]}": body for name, body in FUNCTION.findall(text)}
        types += len(wanted)
        for name, body in CLASS.findall(text):
            (written,) = WRITES.findall(body)
            blocks += 1
            given = dict(GIVEN.findall(body))
            wanted[table[name][3]] = MEMBER.sub(lambda one, given=given: f"(this._{given[one[1]]}", written)
        for name, body in wanted.items():
            made = dict(lines(body))
            assert held(table[name]) == made, (module, name)
    assert (types, blocks) > (6700, 2200), (types, blocks)


OBJECT = re.compile(
    r"^function toJson_(\w+)\(obj\) \{\n.*?^    const result = \{\n(.*?)^    \};", re.MULTILINE | re.DOTALL
)
ENTRIES = (
    "((obj.{0}) === undefined) ? undefined : "
    "(Object.entries(obj.{0}).reduce((r, i) => (i[1] === undefined) ? r : ({{ ...r, [i[0]]: {1} }}), {{}}))"
)
WAYS_OF_OBJECTS = {
    "s": "obj.{0}",
    "n": "obj.{0}",
    "b": "obj.{0}",
    "x": "obj.{0}",
    "S": "toJson_{1}(obj.{0})",
    "LS": "obj.{0}?.map(y => toJson_{1}(y))",
    "L": "obj.{0}?.map(y => y)",
    "O": "obj.{0}?.value",
    "MO": ENTRIES.replace("{1}", "i[1]?.value"),
    "MS": ENTRIES.replace("{1}", "toJson_{1}(i[1])"),
    "ML": ENTRIES.replace("{1}", "i[1]?.map(y => y)"),
    "M": ENTRIES.replace("{1}", "i[1]"),
}
"""How a member of each kind is written. Dates and choices are refused, `?`."""


def way_of(member: str, kind: str) -> str:
    """How JavaScript writes a member of a kind of the tables."""
    plain = OUTER.match(kind)
    assert plain is not None
    outer, inner = plain[0], kind[plain.end() :]
    found = WAYS_OF_OBJECTS.get(f"{outer}{inner[:1]}") or WAYS_OF_OBJECTS[outer]
    return found.format(member, inner[1:])


def test_every_object_is_written_as_its_class_writes_it() -> None:
    table = tables().module(f"{KUBERNETES}.k8s")
    text = next(
        content.read().decode() for name, content in members(archives()[KUBERNETES]) if name == "lib/imports/k8s.js"
    )
    functions = dict(OBJECT.findall(text))
    assert len(functions) > 400
    for name, body in functions.items():
        held = dict(table[name][1])
        for line in map(str.strip, body.strip().split("\n")):
            key, _, how = line.removesuffix(",").partition(": ")
            member = re.findall(r"obj\.(\w+)", how)[0]
            output, kind, _ = held.pop(python_name(member))
            assert f"'{output}'" == key, (name, line)
            assert kind == "?" or how == way_of(member, kind), (name, line)
        assert not held, name
