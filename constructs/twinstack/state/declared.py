"""What is declared about an environment's Terraform state, in `environments/state/NAME.yaml`.

    adopt:      {address: id}          what is there already, and is taken over
    moved:      {former: new}          what has another address now
    removed:    [address]              what is let go, and stays in AWS
    stateful:   [address]              what holds data: none of these may vanish without a word

Beside the layers and no part of them: it is about one state, and most of it goes again once that state was applied to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from twinstack.errors import ConfigurationError, Location, Problem
from twinstack.layers.document import Document, parse, read
from twinstack.layers.repair import nearest


@dataclass(frozen=True, slots=True)
class Declared:
    """The declarations of one environment, in the order of the file."""

    document: Document
    adopt: Mapping[str, str] = field(default_factory=dict)
    """What is taken over: the id that the provider imports by, by address."""
    moved: Mapping[str, str] = field(default_factory=dict)
    """The new address by the former one."""
    removed: Sequence[str] = ()
    """What Terraform forgets and leaves in AWS."""
    stateful: Sequence[str] = ()
    """What holds data, as it was frozen."""

    def where(self, section: str, key: str) -> Location | None:
        """The line of one declaration."""
        entry: str | int = key
        if section in LISTS:
            listed: Sequence[str] = getattr(self, section)
            entry = listed.index(key)
        return self.document.locations.get((section, entry))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is declared."""
        return not (self.adopt or self.moved or self.removed or self.stateful)


def file_of(name: str) -> str:
    """Where an environment's declarations stand, seen from the product's folder."""
    return f"{FOLDER}/{name}.yaml"


def read_declared(root: Path, name: str) -> Declared:
    """The declarations of an environment; none where there is no file. Raises ConfigurationError (TW993) for all that is wrong."""
    path = root / file_of(name)
    return (
        declared_in(read(path, file_of(name), root))
        if path.exists() or path.is_symlink()
        else Declared(Document(path.name))
    )


def misplaced(root: Path, names: Sequence[str]) -> Iterator[Problem]:
    """What is wrong with the files themselves, and those of no environment: nothing would ever read them."""
    for path in sorted((root / FOLDER).glob("*")):
        if path.suffix == ".yaml" and path.stem in names:
            try:
                read_declared(root, path.stem)
            except ConfigurationError as error:
                yield from error.problems
            continue
        near = nearest(path.stem, names)
        allowed = f"a file for each environment, NAME.yaml: {', '.join(names)}"
        fix = f"did you mean `{near}.yaml`?" if near else "take it away"
        yield Problem(
            "TW993", "a file of no environment", "", Location(f"{FOLDER}/{path.name}"), path.name, allowed, fix
        )


def declared_in(document: Document) -> Declared:
    """What a document declares. Raises ConfigurationError (TW993) with everything that is no declaration."""
    problems = [*document.problems, *(() if document.is_broken else _problems(document))]
    if problems:
        raise ConfigurationError(problems)
    data = document.data
    return Declared(
        document,
        adopt=data.get(ADOPT) or {},
        moved=data.get(MOVED) or {},
        removed=data.get(REMOVED) or [],
        stateful=data.get(STATEFUL) or [],
    )


def pairs_in(text: str, shown_as: str) -> Declared:
    """The `address: id` lines of a file as what is to be adopted. Raises ConfigurationError as `declared_in` does."""
    document = parse(text, shown_as)
    document.data = {ADOPT: document.data}
    document.locations = {(ADOPT, *path): place for path, place in document.locations.items()}
    return declared_in(document)


def _problems(document: Document) -> Iterator[Problem]:
    for section, value in document.data.items():
        if section not in SECTIONS:
            near = nearest(section, SECTIONS)
            fix = f"did you mean `{near}`?" if near else "remove it"
            yield _problem(document, (section,), "unknown key", section, ", ".join(SECTIONS), fix)
        elif value is not None and not isinstance(value, list if section in LISTS else dict):
            allowed = "a list of addresses" if section in LISTS else SECTIONS[section]
            yield _problem(
                document, (section,), "not what stands here", type(value).__name__, allowed, "write one in each line"
            )
        else:
            yield from _of_section(document, section, value or ())


def _of_section(document: Document, section: str, value: Any) -> Iterator[Problem]:
    entries = enumerate(value) if section in LISTS else value.items()
    seen: set[str] = set()
    for key, inner in entries:
        addresses = [inner] if section in LISTS else [key, inner] if section == MOVED else [key]
        for address in addresses:
            if not isinstance(address, str) or not ADDRESS.fullmatch(address):
                is_data = isinstance(address, str) and address.startswith("data.")
                fix = "leave it out: a data source is only read" if is_data else "copy it from a plan"
                allowed = "a resource, `aws_s3_bucket.files` or `aws_subnet.a[0]`"
                yield _problem(document, (section, key), "no address of a resource", str(address), allowed, fix)
        if section == ADOPT and (
            not isinstance(inner, str) or not inner or {"${", "%{"} & {inner[i : i + 2] for i in range(len(inner))}
        ):
            yield _problem(
                document,
                (section, key),
                "no id",
                str(inner),
                "text, as AWS has it",
                "write the id itself, in quotes where YAML reads a number",
            )
        if section in LISTS and isinstance(inner, str):
            if inner in seen:
                yield _problem(
                    document, (section, key), "the address stands twice", inner, "each address once", "keep one"
                )
            seen.add(inner)


def _problem(
    document: Document, path: tuple[str | int, ...], message: str, given: str, allowed: str, fix: str
) -> Problem:
    place = document.locations.get(path) or Location(document.file)
    return Problem("TW993", message, ".".join(map(str, path[:1])), place, given=given, allowed=allowed, fix=fix)


ADOPT: Final = "adopt"
MOVED: Final = "moved"
REMOVED: Final = "removed"
STATEFUL: Final = "stateful"
SECTIONS: Final = {
    ADOPT: "`address: id` lines",
    MOVED: "`former address: new address` lines",
    REMOVED: "a list of addresses",
    STATEFUL: "a list of addresses",
}
LISTS: Final = (REMOVED, STATEFUL)
FOLDER: Final = "environments/state"
ADDRESS: Final = re.compile(
    r'(module\.[A-Za-z_][\w-]*(\[(\d+|"[^"\\]+")\])?\.)*(?!data\.)[a-z][a-z0-9]*_[a-z0-9_]+\.[A-Za-z_][\w-]*(\[(\d+|"[^"\\]+")\])?'
)
"""A managed resource, or one instance of it. Source: Terraform, "Resource Address Reference"."""
