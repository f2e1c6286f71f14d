"""Which field of the environment a resource or an object belongs to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Block = Mapping[str, Any]


@dataclass(frozen=True)
class Places:
    """The fields, and those that cdktf's own notes give each address."""

    fields: Collection[str]
    """Of the environment that is, and of the one that was."""
    noted: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_stacks(cls, before: Block, after: Block, fields: Collection[str]) -> Places:
        """From where in the tree of constructs each block was made; what the former stack has and no field is, was one."""
        former, present = dict(_noted(before)), dict(_noted(after))
        gone = {*former.values()} - {*present.values()}
        return cls({*fields, *gone}, {**former, **present})

    def of(self, address: str) -> str:
        """The field of an address: `database` of `aws_db_instance.database`; empty for none."""
        noted = self.noted.get(address, "")
        if noted in self.fields:
            return noted
        _, _, name = address.rpartition(".")
        found = [one for one in self.fields if name == one or name.startswith(f"{one}_")]
        return max(found, key=len, default="")

    def of_object(self, data: Block) -> str:
        """The field of an object of Kubernetes, by the label that says what it is a part of; empty for none."""
        metadata = data.get("metadata")
        labels = metadata.get("labels") if isinstance(metadata, Mapping) else None
        said = labels.get(COMPONENT) if isinstance(labels, Mapping) else None
        return next((one for one in self.fields if said in {one, one.replace("_", "-")}), "")


def _noted(document: Block) -> Iterator[tuple[str, str]]:
    for kind, prefix in (("resource", ""), ("data", "data."), ("output", "output.")):
        named = document.get(kind)
        groups = named.items() if isinstance(named, Mapping) else ()
        for type_name, found in [("", named)] if kind == "output" else groups:
            for name, arguments in found.items() if isinstance(found, Mapping) else ():
                if path := _path(arguments):
                    yield ".".join(filter(None, [f"{prefix}{type_name}".rstrip("."), name])), path


def _path(arguments: Any) -> str:
    """The second part of `analytics-prod/database/instance`; empty for what was made in the stack itself."""
    notes = arguments.get("//") if isinstance(arguments, Mapping) else None
    metadata = notes.get("metadata") if isinstance(notes, Mapping) else None
    parts = str(metadata.get("path", "")).split("/") if isinstance(metadata, Mapping) else []
    return parts[1] if len(parts) > 2 else ""


COMPONENT: Final = "app.kubernetes.io/component"
