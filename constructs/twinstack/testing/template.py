"""One half of an environment as a document to be asserted on: the same assertions for Terraform and Kubernetes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from twinstack.errors import UsageError
from twinstack.testing import failures
from twinstack.testing.comparison import Comparison, compare
from twinstack.testing.known_types import PREFIXES, misspelt_block, misspelt_kind

Properties = Mapping[str, Any]
Misspelt: TypeAlias = Callable[[str, Iterable[str]], str | None]
"""Says what is wrong with a type that a document does not have; None where it may exist."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a half makes."""

    type: str
    name: str
    properties: Properties
    path: tuple[str, ...] = ()
    """The construct that made it, `("analytics-prod", "database", "instance")`; empty where the document does not say."""

    @property
    def address(self) -> str:
        """`aws_db_instance.database`, as Terraform writes it."""
        return f"{self.type}.{self.name}"


class Template:
    """What one half makes, by type and name.

    Of the Terraform half the type is `aws_db_instance`, `data.aws_eks_cluster`,
    `ephemeral.aws_secretsmanager_random_password`, `output`, `provider` or `terraform`, and the properties are the
    block's. Of the Kubernetes half the type is the kind, the name `metadata.name`, and the properties are the whole
    manifest's. Properties fit in part: what is not named may be anything. Matchers may stand anywhere in them. Every
    assertion that fails raises AssertionError with the nearest candidates.
    """

    def __init__(self, title: str, entries: Iterable[Entry]) -> None:
        self.title = title
        self._misspelt: Misspelt | None = None
        self.entries: tuple[Entry, ...] = tuple(entries)

    @classmethod
    def of_terraform(cls, document: Mapping[str, Any], title: str = "the Terraform half") -> Template:
        """Of the content of a cdk.tf.json."""
        template = cls(title, _terraform_entries(document))
        template._misspelt = misspelt_block
        return template

    @classmethod
    def of_kubernetes(cls, manifests: Iterable[Mapping[str, Any]], title: str = "the Kubernetes half") -> Template:
        """Of manifests."""
        template = cls(title, (Entry(one["kind"], one["metadata"]["name"], one) for one in manifests))
        template._misspelt = misspelt_kind
        return template

    @property
    def types(self) -> Mapping[str, int]:
        """How many there are of each type."""
        counts: dict[str, int] = {}
        for entry in self.entries:
            counts[entry.type] = counts.get(entry.type, 0) + 1
        return dict(sorted(counts.items()))

    def find(self, type: str, properties: Properties | None = None) -> dict[str, Properties]:  # noqa: A002
        """Everything of this type with these properties, by name; nothing where there is none.

        Of two objects with one name, in two namespaces, the second stands as `namespace/name`.
        """
        found: dict[str, Properties] = {}
        for entry, _ in self._matching(type, properties):
            again = entry.name in found
            found[f"{entry.properties['metadata']['namespace']}/{entry.name}" if again else entry.name] = (
                entry.properties
            )
        return found

    def one(self, type: str, properties: Properties | None = None) -> Properties:  # noqa: A002
        """The properties of the only one of this type with these properties."""
        __tracebackhide__ = True
        found = self._matching(type, properties)
        if not found:
            raise AssertionError(failures.nothing_fits(self, type, properties or {}))
        if len(found) > 1:
            raise AssertionError(failures.too_many(self, type, [entry for entry, _ in found], 1))
        return found[0][0].properties

    def has_resource(self, type: str, name: Any = None) -> None:  # noqa: A002
        """There is one of this type, of this name where one is given (text, or a matcher)."""
        __tracebackhide__ = True
        named = [
            entry for entry in self.entries if entry.type == type and (name is None or compare(name, entry.name).fits)
        ]
        if not named:
            raise AssertionError(failures.not_there(self, type, name))

    def has_resource_with(self, type: str, properties: Properties) -> None:  # noqa: A002
        """There is one of this type with these properties."""
        __tracebackhide__ = True
        if not self._matching(type, properties):
            raise AssertionError(failures.nothing_fits(self, type, properties))

    def count(self, type: str, number: int, properties: Properties | None = None) -> None:  # noqa: A002
        """There are so many of this type (with these properties). Raises UsageError as `absent` does."""
        __tracebackhide__ = True
        if not number:
            self._check_type(type)
        found = [entry for entry, _ in self._matching(type, properties)]
        if len(found) != number:
            raise AssertionError(failures.too_many(self, type, found, number))

    def absent(self, type: str, properties: Properties | None = None) -> None:  # noqa: A002
        """There is none of this type (with these properties). Raises UsageError for a type that does not exist."""
        __tracebackhide__ = True
        self._check_type(type)
        found = [entry for entry, _ in self._matching(type, properties)]
        if found:
            raise AssertionError(failures.not_absent(self, type, found, properties))

    def made_by(self, key: str) -> list[Entry]:
        """What the construct of one spec made, in the Terraform half; the others name no construct."""
        return [entry for entry in self.entries if entry.path[1:2] == (key,)]

    def __repr__(self) -> str:
        return f"<Template {self.title}, {len(self.entries)} entries>"

    def _check_type(self, type_: str) -> None:
        """Of a type that there cannot be, there is none in any document."""
        if type_ not in self.types and self._misspelt and (mistake := self._misspelt(type_, self.types)):
            raise UsageError(f"{self.title}: {mistake}")

    def _matching(self, type: str, properties: Properties | None) -> list[tuple[Entry, Comparison]]:  # noqa: A002
        compared = (
            (entry, compare(properties or {}, entry.properties)) for entry in self.entries if entry.type == type
        )
        found = [(entry, comparison) for entry, comparison in compared if comparison.fits]
        for _, comparison in found:
            for capture, value in comparison.captured:
                capture.keep(value)
        return found


def _terraform_entries(document: Mapping[str, Any]) -> Iterator[Entry]:
    for section, prefix in PREFIXES.items():
        for type_, blocks in document.get(section, {}).items():
            for name, block in blocks.items():
                yield _entry(f"{prefix}{type_}", name, block)
    for section in NAMED:
        for name, block in document.get(section, {}).items():
            for one in block if isinstance(block, list) else [block]:
                yield _entry(
                    section, f"{name}.{one['alias']}" if section == "provider" and "alias" in one else name, one
                )
    if "terraform" in document:
        yield _entry("terraform", "terraform", document["terraform"])


def _entry(type_: str, name: str, block: Mapping[str, Any]) -> Entry:
    """Without cdktf's own note, which says where the block comes from."""
    path = block.get("//", {}).get("metadata", {}).get("path", "")
    properties = {key: value for key, value in block.items() if key != "//"}
    return Entry(type_, name, properties, tuple(path.split("/")) if path else ())


NAMED: Final = ("output", "variable", "provider")
