"""A product: its environment class, the two halves made from it, and where its environments are written down."""

from __future__ import annotations

import datetime
import importlib
import inspect
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from twinstack.errors import ConfigurationError, Location, Problem, UsageError

if TYPE_CHECKING:
    from twinstack.edge.spec import EdgeSpec
    from twinstack.environment.base import Environment
    from twinstack.environment.spec import Half
    from twinstack.layers.document import Document
    from twinstack.layers.load import Loaded

    E = TypeVar("E", bound=Environment)
else:
    E = TypeVar("E")


@dataclass(frozen=True)
class Product(Generic[E]):
    """What is deployed. The halves are named, not imported: loading a product starts no node process."""

    environment: type[E]
    """The environment class."""
    infrastructure: str | None = None
    """The Terraform half, `stacks.infrastructure:AnalyticsInfrastructure`."""
    workloads: str | None = None
    """The Kubernetes half, `stacks.workloads:AnalyticsWorkloads`."""

    @cached_property
    def root(self) -> Path:
        """The folder that holds `environments/`. Raises UsageError where there is none above the class's file."""
        source = Path(inspect.getfile(self.environment)).resolve()
        for folder in source.parents:
            if (folder / FOLDER / f"{BASE}.yaml").is_file():
                return folder
        raise UsageError(
            f"no {FOLDER}/{BASE}.yaml in {source.parent} or above it: that is where a product's values are written"
        )

    @property
    def halves(self) -> tuple[Half, ...]:
        """Those that it has."""
        from twinstack.environment.spec import Half

        return tuple(half for half in Half if getattr(self, half))

    @cached_property
    def environments(self) -> Sequence[str]:
        """The names of its environments, one for each file beside base.yaml."""
        return sorted(path.stem for path in (self.root / FOLDER).glob("*.yaml") if path.stem != BASE)

    def load(
        self,
        name: str,
        *,
        set: Mapping[str, Any] | None = None,  # noqa: A002  the word of the command line
        version: str | None = None,
        today: datetime.date | None = None,
    ) -> E:
        """The environment of this name, checked. `set` is one more layer, `{"database.multi_az": False}`.

        Raises ConfigurationError with every problem found.
        """
        return self.load_with_provenance(name, set=set, version=version, today=today).environment

    def load_with_provenance(
        self,
        name: str,
        *,
        set: Mapping[str, Any] | None = None,  # noqa: A002  the word of the command line
        version: str | None = None,
        today: datetime.date | None = None,
    ) -> Loaded[E]:
        """As `load`, with where every value came from and the warnings."""
        return self._load(name, set or {}, version, "--version", today, {})

    def load_alone(self, name: str) -> Loaded[E]:
        """As `load_all` of this one, whatever the others say: for who looks at what stands of it, or goes back."""
        return self._load(name, {}, *_said_version(None), None, {})

    def load_former(self, root: Path, name: str, *, version: str | None = None) -> Loaded[E]:
        """As `load_with_provenance`, of layers as they once were: `root` holds their `environments/`.

        What else the environment is made of, the product's own folder has.
        """
        from twinstack.layers.document import read

        documents = {one: read(root / FOLDER / f"{one}.yaml", f"{FOLDER}/{one}.yaml", root) for one in (BASE, name)}
        said = os.environ.get(VERSION) if version is None else version
        return self._load(name, {}, said, VERSION if version is None else "--version", None, documents)

    def _load(
        self,
        name: str,
        set_: Mapping[str, Any],
        version: str | None,
        said_by: str,
        today: datetime.date | None,
        read: dict[str, Document],
    ) -> Loaded[E]:
        """`said_by` is the option or the variable that says the version, if any does; `read` are the layers that are read."""
        from twinstack.layers.load import load
        from twinstack.layers.merge import Assignments, assignments

        if name not in self.environments:
            raise ConfigurationError([self._no_such_environment(name)])
        for layer in (BASE, name):
            if layer not in read:
                read[layer] = self.document(layer)
        documents = [(layer, read[layer]) for layer in (BASE, name)]
        texts = set_.texts if isinstance(set_, Assignments) else None
        if overrides := {**set_, **({"version": version} if version else {})}:
            documents.append(("set", assignments(overrides, {"version": said_by} if version else None, texts)))
        day = today or datetime.datetime.now(tz=datetime.UTC).date()
        return load(self.environment, name, documents, day, self.root)

    def document(self, layer: str) -> Document:
        """What one layer holds, `base` or an environment's."""
        from twinstack.layers.document import read

        return read(self.root / FOLDER / f"{layer}.yaml", f"{FOLDER}/{layer}.yaml", self.root)

    def load_all(
        self,
        names: Sequence[str] = (),
        *,
        set: Mapping[str, Any] | None = None,  # noqa: A002  the word of the command line
        version: str | None = None,
        today: datetime.date | None = None,
    ) -> list[Loaded[E]]:
        """The environments of these names (all, unless given), and what they must agree on with each other.

        Raises ConfigurationError with the problems of all of them.
        """
        return self._load_all(names, {}, set=set, version=version, today=today)

    def _load_all(
        self,
        names: Sequence[str],
        known: dict[str, Loaded[E]],
        *,
        set: Mapping[str, Any] | None = None,  # noqa: A002  the word of the command line
        version: str | None = None,
        today: datetime.date | None = None,
    ) -> list[Loaded[E]]:
        """As `load_all`, but for those that are `known` by their name: they were loaded before, of the same files. The others are
        added to them.
        """
        problems: list[Problem] = [*self._misnamed()]
        loaded: list[Loaded[E]] = []
        read: dict[str, Document] = {}
        version, said_by = _said_version(version)
        wanted = names or self.environments
        for name in dict.fromkeys((*wanted, *self.environments)):
            try:
                if name not in known:
                    known[name] = self._load(name, (set or {}) if name in wanted else {}, version, said_by, today, read)
                loaded.append(known[name])
            except ConfigurationError as error:
                if name in wanted:
                    problems += error.problems
        if not problems:
            problems += _disagreements(loaded)
        if problems:
            raise ConfigurationError(each_once(problems))
        return [one for one in loaded if one.environment.name in wanted]

    def half(self, reference: str) -> Any:
        """The class that `module:Class` names. Raises UsageError where there is none."""
        module_name, _, name = reference.partition(":")
        try:
            return getattr(importlib.import_module(module_name), name)
        except (ModuleNotFoundError, AttributeError) as error:
            if isinstance(error, ModuleNotFoundError) and error.name != module_name:
                raise
            raise UsageError(f'there is no "{reference}": {error}') from error

    def _misnamed(self) -> Iterator[Problem]:
        """Layers that nothing would read, for the ending of their names."""
        for file in sorted((self.root / FOLDER).glob("*.yml")):
            yield Problem(
                "TW108",
                "a layer that is not read",
                location=Location(f"{FOLDER}/{file.name}"),
                given=file.name,
                allowed="names that end in .yaml",
                fix=f"rename it to {file.stem}.yaml",
            )

    def _no_such_environment(self, name: str) -> Problem:
        return Problem(
            "TW108",
            "an environment that does not exist",
            location=Location(f"{FOLDER}/{name}.yaml"),
            given=name,
            allowed=", ".join(self.environments),
            fix=f"rename {FOLDER}/{name}.yml to {name}.yaml"
            if any(file.stem == name for file in (self.root / FOLDER).glob("*.yml"))
            else f"name one of these, or write {FOLDER}/{name}.yaml",
        )


def _said_version(version: str | None) -> tuple[str | None, str]:
    """The version that an option or the variable says, if either does, and which of them."""
    said_by = VERSION if version is None else "--version"
    said = os.environ.get(VERSION) if version is None else version
    if said == "":
        raise UsageError(f"the version is empty: name a release, or leave out --version and {VERSION}")
    return said, said_by


def each_once(problems: Iterable[Problem]) -> list[Problem]:
    """The problems of several environments; what base.yaml causes in all of them stands once, with their names."""
    names: dict[Problem, list[str]] = {}
    for problem in problems:
        found = names.setdefault(replace(problem, environment=""), [])
        if problem.environment and problem.environment not in found:
            found.append(problem.environment)
    return [replace(problem, environment=", ".join(found)) for problem, found in names.items()]


def _disagreements(loaded: Sequence[Loaded[Any]]) -> Iterator[Problem]:
    """What two environments of one product may not share: names within an account, and address space."""
    from twinstack.network.spec import NetworkSpec

    for index, one in enumerate(loaded):
        for other in loaded[:index]:
            mine, theirs = (each.environment.find(NetworkSpec) for each in (one, other))
            if mine and theirs and not mine.existing and not theirs.existing and mine.cidr.overlaps(theirs.cidr):
                yield Problem(
                    "TW311",
                    "two environments have overlapping address spaces",
                    f"{mine.key}.cidr",
                    one.merged.locate((mine.key, "cidr")),
                    given=f"{one.environment.name} {mine.cidr}, {other.environment.name} {theirs.cidr}",
                    allowed="spaces that do not overlap, or the two can never be connected",
                    fix="choose another range",
                )
            yield from _shared_places(one, other)
            yield from _shared_provider(one, other)
            yield from _shared_state(one, other)
            if (
                one.environment.account == other.environment.account
                and one.environment.context.suffix == other.environment.context.suffix
            ):
                yield Problem(
                    "TW303",
                    "two environments would give everything the same names in one account",
                    "suffix",
                    one.merged.locate(("suffix",)),
                    given=f"{one.environment.name} and {other.environment.name} both end names in "
                    f'"{one.environment.context.suffix}"',
                    allowed="a suffix, or an account, of its own",
                    fix="change `suffix` or `account`",
                )


def _shared_state(one: Loaded[Any], other: Loaded[Any]) -> Iterator[Problem]:
    """One state that two environments would overwrite by turns, or one bucket that two accounts would own.

    A bucket that both name is one that somebody has opened to both accounts.
    """
    mine, theirs = one.environment, other.environment
    if mine.state_bucket != theirs.state_bucket or mine.account == theirs.account:
        return
    is_opened = bool(mine.state_bucket_name and theirs.state_bucket_name)
    if not is_opened or mine.state_key == theirs.state_key:
        field = "state_bucket_name" if mine.state_bucket_name else "suffix"
        yield Problem(
            "TW323",
            "two environments would have one state"
            if is_opened
            else "two environments would have one state bucket in two accounts",
            field,
            one.merged.locate((field,)),
            given=f"{mine.name} ({mine.account}) and {theirs.name} ({theirs.account}) both say {mine.state_bucket}"
            + (f", {mine.state_key}" if is_opened else ""),
            allowed="a bucket in each account: another `suffix`, or a `state_bucket_name`",
            fix="change `suffix`, or give one of them a `state_bucket_name`",
        )


def _shared_places(one: Loaded[Any], other: Loaded[Any]) -> Iterator[Problem]:
    """One namespace of one cluster, or one host, that two environments would both fill."""
    from twinstack.cluster.spec import ClusterSpec
    from twinstack.edge.spec import EdgeSpec

    mine, theirs = one.environment, other.environment
    clusters = [each.find(ClusterSpec) for each in (mine, theirs)]
    places = [
        (each.account, each.region, cluster.cluster_name, each.context.namespace)
        for each, cluster in zip((mine, theirs), clusters, strict=True)
        if cluster is not None
    ]
    if len(places) == 2 and places[0] == places[1]:
        yield Problem(
            "TW303",
            "two environments would fill one namespace of one cluster",
            "namespace",
            one.merged.locate(("namespace",)),
            given=f"{mine.name} and {theirs.name} are both {places[0][3]} in {places[0][2]}",
            allowed="a namespace, or a cluster, of its own",
            fix="set `namespace` in one of them",
        )
    edges = [each.find(EdgeSpec) for each in (mine, theirs)]
    if edges[0] is not None and edges[1] is not None:
        taken = {host.name for host in edges[1].hosts}
        for host in edges[0].hosts:
            if host.name in taken:
                place = (edges[0].key, *host.place)
                yield Problem(
                    "TW303",
                    "two environments would answer for one host",
                    ".".join(place),
                    one.merged.locate(place),
                    given=f"{mine.name} and {theirs.name} both say {host.name}",
                    allowed="a host of its own",
                    fix="change `host` in one of them",
                )
        yield from _shared_zone(one, edges[0], other, edges[1])


def _shared_provider(one: Loaded[Any], other: Loaded[Any]) -> Iterator[Problem]:
    """One account that would be told twice to trust GitHub, which IAM refuses the second time."""
    from twinstack.delivery.spec import DeliverySpec

    mine, theirs = one.environment.find(DeliverySpec), other.environment.find(DeliverySpec)
    if mine is None or theirs is None or one.environment.account != other.environment.account:
        return
    if all(each.is_by_pipeline and not each.existing_oidc_provider for each in (mine, theirs)):
        yield Problem(
            "TW365",
            "two environments would make one account's trust in GitHub",
            f"{mine.key}.existing_oidc_provider",
            one.merged.locate((mine.key, "existing_oidc_provider")) or Location(one.merged.layers[-1]),
            given=f"{one.environment.name} and {other.environment.name} are both in {one.environment.account}",
            allowed="one of them, and `existing_oidc_provider: true` in the others: an account has one provider of an address",
            fix="set `existing_oidc_provider: true` in the one that is deployed later",
        )


def _shared_zone(one: Loaded[Any], mine: EdgeSpec, other: Loaded[Any], theirs: EdgeSpec) -> Iterator[Problem]:
    """One public zone for two accounts. A name is delegated to one zone: Terraform finds none in the other account, or
    finds one of the same name that nobody in the world asks.
    """
    accounts = {each.environment.account for each in (one, other)}
    shared = [zone for zone in mine.zones if zone in theirs.zones]
    if not shared or len(accounts) == 1 or "TW744" in {**mine.acknowledge, **theirs.acknowledge}:
        return
    # The one whose zone is not its own to begin with is the likelier to be wrong.
    wrong, edge = (other, theirs) if one.environment.protected else (one, mine)
    host = next(host for host in edge.hosts if host.zone == shared[0])
    place = (edge.key, *host.place[:-1], "zone")
    place = place if wrong.merged.locate(place) else (edge.key, "zone")
    yield Problem(
        "TW744",
        "two accounts look for one public zone",
        ".".join(place),
        wrong.merged.locate(place),
        given=f"{one.environment.name} and {other.environment.name} both say {shared[0]}",
        allowed="a zone in each account, a part of the domain that is delegated to it",
        fix=f"delegate `{host.name}` to a zone of its own and name that, or, with a reviewed reason, "
        f'`{edge.key}.acknowledge: {{TW744: "…"}}`',
    )


FOLDER = "environments"
BASE = "base"
VERSION = "TWINSTACK_VERSION"
"""The variable that sets the release where no option can, as under the cdktf command line."""
