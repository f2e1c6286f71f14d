"""What a new product is to be, as it was asked for, and everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Annotated, Any, Final

from pydantic import TypeAdapter, ValidationError

from twinstack.delivery.github import GitHub
from twinstack.edge.spec import EdgeSpec
from twinstack.environment.base import NAME, Environment
from twinstack.errors import UsageError
from twinstack.layers.load import PRODUCTION
from twinstack.layers.reasons import shown
from twinstack.layers.repair import nearest, similar
from twinstack.layers.schema import schema_at
from twinstack.starting.kind import Kind, find_kind
from twinstack.starting.names import refused
from twinstack.starting.reading.reading import Reading

ENVIRONMENTS: Final = ("dev", "prod")
"""Those of a product whose environments nobody named."""


@dataclass(frozen=True)
class Wishes:
    """A new product in the words of the command line; what was not said is empty."""

    name: str
    organization: str
    region: str
    environments: Sequence[str] = ENVIRONMENTS
    production: str = ""
    """The protected one; `prod` or `production` unless given."""
    accounts: Sequence[str] = ()
    """`123456789012` for all of them, or `dev=111122223333`."""
    resources: Sequence[str] = ()
    """Kinds, each with the field's name where it is another one: `postgres`, `postgres:orders`."""
    workloads: Sequence[str] = ()
    edge: str = ""
    """The production's host."""
    clusters: Sequence[str] = ()
    """Existing clusters, for all of them or for one, as the accounts."""
    repository: str = ""
    """OWNER/NAME on GitHub, whose workflows deliver it; empty: it has no pipeline."""
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What its fields say besides, by dotted paths: `{"web.placement.capacity": "spot"}`."""
    read: Reading | None = None
    """What a file says of it."""

    def with_reading(self, read: Reading) -> Wishes:
        """With what a file says of it, which is all that it has."""
        wanted = {is_workload: [] for is_workload in (False, True)}
        for thing in read.things:
            wanted[find_kind(thing.kind).is_workload].append(f"{thing.kind}:{thing.key}")
        return replace(
            self, read=read, resources=tuple(wanted[False]), workloads=tuple(wanted[True]), edge=self.edge or read.edge
        )

    def problems(self) -> Sequence[str]:
        """Everything that is wrong, each in a line that names the option."""
        return [
            *_fits("--name", "product", self.name),
            *_fits("--organization", "organization", self.organization),
            *_fits("--region", "region", self.region),
            *self._wrong_environments(),
            *self._wrong_accounts(),
            *(wrong := [*self._wrong_things()]),
            *(() if wrong else self._wrong_values()),
            *self._wrong_edge(),
            *self._wrong_repository(),
        ]

    @property
    def owner(self) -> str:
        """Whose packages its images are among."""
        return (self.repository.partition("/")[0] or self.organization).lower()

    @property
    def protected(self) -> str:
        """The environment that is the production; empty for none."""
        return self.production or next((name for name in self.environments if name in PRODUCTION), "")

    @property
    def account_of(self) -> Mapping[str, str]:
        """The accounts that were said, by environment."""
        return _by_environment(self.accounts, self.environments)

    @property
    def cluster_of(self) -> Mapping[str, str]:
        """The existing clusters, by environment; none: clusters are made."""
        return _by_environment(self.clusters, self.environments)

    def host_of(self, environment: str) -> str:
        """The production has the host itself, the others one below it."""
        return self.edge if environment == self.protected else f"{environment}.{self.edge}"

    @property
    def zone(self) -> str:
        """The domain that the host probably lies in: `example.com` of `shop.example.com`."""
        labels = self.edge.split(".")
        return ".".join(labels[1:] if len(labels) > 2 else labels)

    def things(self) -> Mapping[str, Kind]:
        """Every field with its kind, in the order in which they stand. Raises UsageError where a kind is unknown."""
        wanted = [_read(text) for text in (*self.resources, *self.workloads)]
        found: dict[str, Kind] = {"network": find_kind("network"), "cluster": find_kind("cluster")}
        kinds = [(find_kind(kind), name) for kind, name in wanted]
        resources = [(kind, name) for kind, name in kinds if not kind.is_workload]
        workloads = [(kind, name) for kind, name in kinds if kind.is_workload]
        if self.added_job:
            workloads.append((find_kind(JOB), ""))
        found |= {name or kind.starter.field: kind for kind, name in (*resources, *workloads)}
        found |= {"edge": find_kind("edge")} if self.edge else {}
        return found | ({"delivery": find_kind("delivery")} if self.repository else {})

    @property
    def added_job(self) -> str:
        """The field of the Job that nobody asked for, and that a resource needs; empty for none."""
        if self.read:
            return ""
        kinds = {text: find_kind(_read(text)[0]) for text in (*self.resources, *self.workloads)}
        is_needed = prepared(kinds) and not any(kind.name == JOB for kind in kinds.values())
        return find_kind(JOB).starter.field if is_needed else ""

    def uses(self) -> Mapping[str, Sequence[str]]:
        """What each workload uses: everything; a Job what it prepares, as its administrator."""
        things = self.things()
        if self.read:
            return {thing.key: thing.uses for thing in self.read.things}
        resources = [key for key, kind in things.items() if kind.is_resource]
        administered = [f"{key}: admin" for key in prepared(things)]
        return {
            key: (administered or resources) if kind.name == JOB else resources
            for key, kind in things.items()
            if kind.is_workload
        }

    def _wrong_environments(self) -> Iterator[str]:
        if not self.environments:
            yield "--environments: name one at least, dev,prod"
        for name in dict.fromkeys(self.environments):
            if not re.fullmatch(NAME, name) or name == "base":
                yield f'--environments: "{name}" is no name of one: {_WORDS}; base.yaml is what all of them share'
            if self.environments.count(name) > 1:
                yield f'--environments: "{name}" stands twice'
        if self.production and self.production not in self.environments:
            yield f'--production: "{self.production}" is none of {", ".join(self.environments)}'

    def _wrong_accounts(self) -> Iterator[str]:
        for option, texts in (("--account", self.accounts), ("--existing-cluster", self.clusters)):
            for text in texts:
                environment, separator, _ = text.rpartition("=")
                if separator and environment not in self.environments:
                    yield f'{option}: "{environment}" is none of {", ".join(self.environments)}'
        for account in dict.fromkeys(self.account_of.values()):
            yield from _fits("--account", "account", account)
        clusters = self.cluster_of
        for name in dict.fromkeys(self.environments) if clusters else ():
            if name not in clusters:
                yield f"--existing-cluster: {name} has none: add `--existing-cluster {name}=…`"

    def _wrong_things(self) -> Iterator[str]:
        taken = {name: f"the {name}" for name in ("network", "cluster", "edge", "delivery")}
        for option, texts, fits in (
            ("--resource", self.resources, _RESOURCE),
            ("--workload", self.workloads, _WORKLOAD),
        ):
            for text in texts:
                try:
                    kind = find_kind(_read(text)[0], fits)
                except UsageError as error:
                    yield f"{option}: {error}"
                    continue
                name = _read(text)[1] or kind.starter.field
                if not fits(kind):
                    yield f"{option}: {kind.name} is no {option.strip('-')}{_other(kind)}"
                elif name in taken:
                    yield f"{option}: {text} would be called {name}, as {taken[name]} is: write {kind.name}:another_name"
                elif reason := refused(name, kind.spec):
                    yield f'{option}: nothing can be called "{name}": {reason}'
                taken.setdefault(name, text)

    def _wrong_values(self) -> Iterator[str]:
        things = self.things()
        for path in self.values:
            first, separator, _ = path.partition(".")
            if first in things and separator:
                continue
            guess = first if first in things else nearest(first, things)
            begin = f"`{guess}.`" if guess else f"one of {', '.join(things)}"
            yield f"--set {path}: only what the product's fields say is said here: begin it with {begin}"

    def _wrong_edge(self) -> Iterator[str]:
        if not self.edge:
            return
        pattern = EdgeSpec.__pydantic_fields__["host"]
        if not _is(pattern.annotation, pattern.metadata, self.edge):
            yield f'--edge: "{self.edge}" is no host name in lower case, shop.example.com'
        kinds = [_read(text)[0].replace("-", "_") for text in self.workloads]
        if WEB not in kinds:
            yield f"--edge: nothing would answer at {self.edge}: add `--workload {WEB}`"

    def _wrong_repository(self) -> Iterator[str]:
        known = GitHub.__pydantic_fields__["repository"]
        if self.repository and not _is(known.annotation, known.metadata, self.repository):
            yield f"--repository: {shown(self.repository)} does not fit: a repository of GitHub's, such as acme/shop"


def prepared(things: Mapping[str, Kind]) -> Sequence[str]:
    """The resources that a Job prepares for the others: those that know an administrator."""
    return [key for key, kind in things.items() if kind.is_resource and "admin" in kind.access_levels]


def name_of(text: str) -> str:
    """The field that `postgres:orders` or `postgres` asks for."""
    kind, name = _read(text)
    return name or find_kind(kind).starter.field


def _read(text: str) -> tuple[str, str]:
    """`postgres:orders` as its kind and its name."""
    kind, _, name = text.partition(":")
    return kind, name


def _other(kind: Kind) -> str:
    if kind.is_workload:
        return f": write `--workload {kind.name}`"
    return f": write `--resource {kind.name}`" if kind.is_resource else ": every product has what it needs of it"


def _by_environment(texts: Sequence[str], environments: Sequence[str]) -> dict[str, str]:
    found = {name: text for text in texts if "=" not in text for name in environments}
    return found | {name: text for name, _, text in (text.partition("=") for text in texts if "=" in text)}


def _fits(option: str, name: str, value: str) -> Iterator[str]:
    """What the environment itself would say of this value."""
    info = Environment.__pydantic_fields__[name]
    if not value:
        yield f"{option}: nothing is given"
    elif not _is(info.annotation, info.metadata, value):
        schema = schema_at(Environment, (name,)) or {}
        longest = f", at most {schema['maxLength']} characters" if "maxLength" in schema else ""
        guess = similar(value, schema["pattern"])
        hint = f": did you mean {guess}?" if guess and _is(info.annotation, info.metadata, guess) else ""
        yield f"{option}: {shown(value)} does not fit: {_SHAPES[name]}{longest}{hint}"


def _is(annotation: Any, metadata: Sequence[Any], value: str) -> bool:
    try:
        TypeAdapter(Annotated[(annotation, *metadata)]).validate_python(value)
    except ValidationError:
        return False
    return True


_RESOURCE: Final = attrgetter("is_resource")
_WORKLOAD: Final = attrgetter("is_workload")
JOB: Final = "job"
WEB: Final = "web_service"
_WORDS: Final = "words of lower-case letters and digits, joined by single hyphens, a letter first"
_SHAPES: Final = {
    "organization": _WORDS,
    "product": f"{_WORDS}, not one that Kubernetes or AWS keeps for itself",
    "region": "the name of a region such as eu-central-1; not one of China, GovCloud or another partition",
    "account": "the twelve digits of an AWS account",
}
"""What each may be, for people."""
