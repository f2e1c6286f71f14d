"""Links: "this workload uses that resource, with this access", and what a resource offers to them.

Links exist, complete, in plain Python before any construct does. Both halves read them; neither adds one.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final

from twinstack.errors import UsageError, file_and_folder

if TYPE_CHECKING:
    from twinstack.environment.spec import ResourceSpec, WorkloadSpec


class Access(StrEnum):
    """How much a link may do. Each resource lists the levels it knows; its first is the default."""

    READ = "read"
    WRITE = "write"
    LIST = "list"
    DELETE = "delete"
    MONITOR = "monitor"
    ADMIN = "admin"


class Reach(StrEnum):
    """Where the traffic of a link goes, which is what a network policy must let out."""

    DATABASE_TIER = "database tier"
    """Addresses in the network's database subnets."""
    PODS = "pods"
    """Another workload of the same product."""
    AWS_API = "AWS API"
    """An AWS endpoint, on 443."""
    NOTHING = "nothing"
    """No traffic: the link only delivers values."""


@dataclass(frozen=True, slots=True)
class SecretValue:
    """A secret's place: its name in Secrets Manager, and the version that YAML counts (rotation adds one).

    Each version has a staging label of its own, by which pods read it: what a rotation makes is another label's. The labels
    come round, for AWS takes twenty on one secret and nobody takes them off: the thirteenth version takes the first's.
    """

    name: str
    version: int = 1
    entry: str = ""
    """Which entry of it, where its value is a JSON object and one part of that is meant: `password`."""

    def __post_init__(self) -> None:
        if self.entry and not ENTRY_NAME.fullmatch(self.entry):
            raise UsageError(
                f"SecretValue({self.name!r}).entry is {self.entry!r}: letters, digits and underscores, none of the digits first"
            )

    @property
    def label(self) -> str:
        """The staging label of this version, `v2`; `v1` again of the thirteenth."""
        return f"v{(self.version - 1) % LABELS + 1}"

    @property
    def former(self) -> SecretValue | None:
        """The version before this one; None of the first."""
        return replace(self, version=self.version - 1) if self.version > 1 else None

    @property
    def kept(self) -> tuple[SecretValue, ...]:
        """The versions that exist side by side, oldest first: this one, the one before it, and the one that pods which
        are being replaced in a rotation still read as the one before theirs.
        """
        return tuple(SecretValue(self.name, version) for version in range(self._oldest, self.version + 1))

    @property
    def left(self) -> tuple[SecretValue, ...]:
        """The versions that stopped being kept not long ago, oldest first."""
        return tuple(SecretValue(self.name, version) for version in range(max(1, self._oldest - LEFT), self._oldest))

    @property
    def _oldest(self) -> int:
        return max(1, self.version - KEPT_BEFORE)


class _NotGiven(str):
    """An empty value that nobody gave: one that is given may be empty."""

    __slots__ = ()


NOT_GIVEN: Final = _NotGiven()
HTTPS: Final = 443
"""Where AWS answers."""


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable that a link delivers: a plain `value`, or one read from a `secret`.

    Raises UsageError for a name that is none, for both or neither of the two, for a plain value that is to be mounted,
    and for a value that Terraform would only know once it has run: what pods read is written before.
    """

    name: str
    value: str = NOT_GIVEN
    secret: SecretValue | None = None
    mounted: bool = False
    """Of a secret: it is a file in the pod and nothing else, never a Kubernetes Secret. The process is given the file's
    path as `{NAME}_FILE`; on a developer's machine it is given the value.
    """
    part: str = field(default="", compare=False)
    """Which part of the resource's connection it carries (`url`, `host`), by which a link gives it other names; what it is
    called itself unless given.
    """
    stored_as: str = ""
    """The variable whose key in a ConfigMap or Secret it shares, where it is another name for the same value."""

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not VARIABLE_NAME.fullmatch(self.name):
            raise UsageError(
                f"Variable.name is {self.name!r}: letters, digits and underscores, none of the digits first, 248 at most"
            )
        where = f"Variable({self.name!r})"
        if self.part and not VARIABLE_NAME.fullmatch(self.part):
            raise UsageError(
                f"{where}.part is {self.part!r}: letters, digits and underscores, none of the digits first"
            )
        object.__setattr__(self, "part", self.part or self.name)
        if not isinstance(self.secret, SecretValue | None):
            raise UsageError(f"{where}.secret is {self.secret!r}: a SecretValue(name, version)")
        if self.mounted and self.secret is None:
            raise UsageError(
                f"{where}.mounted is True, but only a secret is mounted: give it a secret, or leave it out"
            )
        if self.secret is None and self.value is NOT_GIVEN:
            raise UsageError(f"{where} has neither a value nor a secret: give it one of the two")
        if self.secret is not None:
            if self.value:
                raise UsageError(f"{where} has both a value and a secret: give it one of the two")
            object.__setattr__(self, "value", "")
        elif not isinstance(self.value, str):
            raise UsageError(f"{where}.value is {self.value!r}: text, for example {str(self.value)!r}")
        elif OF_TERRAFORM.search(self.value):
            raise UsageError(
                f"{where}.value is {self.value!r}, which only Terraform resolves: the Kubernetes half would deliver it as "
                "it stands. Make it of names that are known beforehand (`aws_name`, `context`), or write it into a Secret"
            )

    @property
    def key(self) -> str:
        """Its key in a ConfigMap or Secret: `DATABASE_URL` is `database-url`, `http_proxy` is `env.http_proxy`, so that no
        two names have one key.
        """
        name = self.stored_as or self.name
        if not CAPITAL_NAME.fullmatch(name):
            return f"env.{name}"
        return name.lower().replace("_", "-")

    @property
    def delivered_name(self) -> str:
        """What the process is given: the variable itself, or the one with the path of its file."""
        return f"{self.name}_FILE" if self.mounted else self.name


@dataclass(frozen=True, slots=True)
class File:
    """A text file that a link puts into its workload's containers, read-only. What is in it is no secret.

    Raises UsageError for a name that is none.
    """

    name: str
    content: str

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not FILE_NAME.fullmatch(self.name):
            raise UsageError(
                f"File.name is {self.name!r}: letters, digits, dots and hyphens, a letter or digit first, 253 at most"
            )
        if not isinstance(self.content, str):
            raise UsageError(f"File({self.name!r}).content is {type(self.content).__name__}: text")

    @property
    def path(self) -> str:
        """Where a container finds it."""
        return f"{FILES_FOLDER}/{self.name}"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that a link puts into its workload's containers, and that its pods share with those of other workloads.

    Raises UsageError for a path that is none, and for a claim that has no name.
    """

    path: str
    """Where the containers find it."""
    claim: str
    """The PersistentVolumeClaim behind it; on a developer's machine the volume."""
    is_writable: bool = False
    port: int | None = None
    """The port on which the nodes, who mount it, reach what is behind it in the database tier; no pod does."""

    def __post_init__(self) -> None:
        if not isinstance(self.path, str) or not re.fullmatch(r"(/[^/:]+)+", self.path):
            raise UsageError(f"Folder.path is {self.path!r}: an absolute path, for example /app/media")
        if not isinstance(self.claim, str) or not CLAIM_NAME.fullmatch(self.claim):
            raise UsageError(f"Folder.claim is {self.claim!r}: lower-case letters, digits and hyphens, 63 at most")


@dataclass(frozen=True, slots=True)
class Preparation:
    """What must be done before the workload's own command: a script that runs in a container of its own, first.

    It sees the variables and files of its link and no others, and must be harmless when it runs again. Raises UsageError
    for a name that no container can have.
    """

    name: str
    image: str
    script: str

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not CONTAINER_NAME.fullmatch(self.name):
            raise UsageError(
                f"Preparation.name is {self.name!r}: lower-case letters, digits and hyphens, 40 at most, none last or first"
            )


@dataclass(frozen=True, slots=True)
class Offer:
    """What a resource gives to a workload that links to it with one access level.

    Raises UsageError for fields that are none, that contradict each other, and for a variable that stands twice.
    """

    variables: tuple[Variable, ...] = ()
    reach: Reach = Reach.NOTHING
    port: int | None = None
    preparation: Preparation | None = None
    files: tuple[File, ...] = ()
    retired: tuple[SecretValue, ...] = ()
    """Secrets that are delivered no more: pods that were started with them may read them until they are replaced."""
    folder: Folder | None = None
    """A folder that its pods mount."""
    parts: tuple[Variable, ...] = ()
    """What a link is given on demand, when it names the `part`: the host, the password. A variable's own name says only
    under which key its value lies, and which value of the stand-in is the same.
    """

    @property
    def everything(self) -> tuple[Variable, ...]:
        """What it delivers, and what it could."""
        return (*self.variables, *self.parts)

    def names_of(self, variable: Variable, names: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
        """What one of `everything` is called where a link has these names for its parts; nothing: it is not delivered.

        A preparation goes on reading what the resource has made for it, so that keeps its own name as well.
        """
        own = (variable.name,) if variable in self.variables else ()
        wanted = tuple(names.get(variable.part, own))
        return (*own, *wanted) if self.preparation and own and variable.name not in wanted else wanted

    def called(self, names: Mapping[str, Sequence[str]]) -> Offer:
        """The same, with each part under the names that a link has for it; a name that comes twice goes to the first.

        A pod reads one place in Secrets Manager once, so all names of a secret share the key of the first, or of the one that
        a preparation reads. A plain value's is the resource's own, since one ConfigMap is for all workloads.
        """
        delivered: dict[str, Variable] = {}
        for variable in self.everything:
            wanted = self.names_of(variable, names)
            is_kept = variable.secret is None or (self.preparation and variable in self.variables)
            for name in wanted:
                stored = variable.name if is_kept else wanted[0]
                other = replace(variable, name=name, stored_as="" if stored == name else stored)
                delivered.setdefault(name, other)
        return replace(self, variables=tuple(delivered.values()), parts=())

    def __post_init__(self) -> None:
        if not isinstance(self.files, tuple) or not all(isinstance(one, File) for one in self.files):
            raise UsageError(f"Offer.files is {self.files!r}: a tuple of them; of one, `(file,)`")
        if not isinstance(self.variables, tuple) or not all(isinstance(one, Variable) for one in self.variables):
            raise UsageError(f"Offer.variables is {self.variables!r}: a tuple of them; of one, `(variable,)`")
        if not isinstance(self.parts, tuple) or not all(isinstance(one, Variable) for one in self.parts):
            raise UsageError(f"Offer.parts is {self.parts!r}: a tuple of variables; of one, `(variable,)`")
        unnamed = [one.name for one in self.parts if one.part == one.name]
        if unnamed:
            raise UsageError(
                f"Offer.parts has {', '.join(unnamed)} without a `part`: give each the word by which a link asks for it, "
                'for example part="host"'
            )
        for place, names in (
            ("variables", [variable.name for variable in self.everything]),
            ("parts", [variable.part for variable in self.everything if not variable.stored_as]),
            ("files", [file.name for file in self.files]),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise UsageError(f"Offer.{place} has {', '.join(twice)} twice: keep one of each name")
        if not isinstance(self.reach, Reach):
            raise UsageError(f"Offer.reach is {self.reach!r}: one of {', '.join(f'Reach.{one.name}' for one in Reach)}")
        if not isinstance(self.folder, Folder | None):
            raise UsageError(f"Offer.folder is {self.folder!r}: a Folder(path, claim)")
        if self.port is None:
            return
        if type(self.port) is not int or not 1 <= self.port <= LAST_PORT:
            raise UsageError(f"Offer.port is {self.port!r}: a whole number from 1 to {LAST_PORT}")
        if self.reach is Reach.NOTHING:
            raise UsageError(
                f"Offer.port is {self.port}, but Offer.reach is Reach.NOTHING: say where the port is, or give none"
            )
        if self.reach is Reach.AWS_API and self.port != HTTPS:
            raise UsageError(f"Offer.port is {self.port}, but AWS APIs answer on {HTTPS} alone (Reach.AWS_API)")


@dataclass(frozen=True)
class Link:
    """One workload's use of one resource."""

    workload: WorkloadSpec
    resource: ResourceSpec
    access: Access
    names: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The names that it gives to parts of the connection."""

    @cached_property
    def offer(self) -> Offer:
        """What the workload is given, under the names it asks for. Raises as `made` does."""
        return self.made.called(dict(self.names)) if self.names else self.made

    @cached_property
    def made(self) -> Offer:
        """What the resource gives for this access, asked once. Raises UsageError for an offer that is none, and says whose it is."""
        offers = self.resource._offers  # noqa: SLF001  kept there for all links to it
        if self.access not in offers:
            offers[self.access] = self._asked()
        return offers[self.access]

    def _asked(self) -> Offer:
        kind = type(self.resource)
        try:
            offer = self.resource.offer(self.access)
        except UsageError as error:
            raise UsageError(f"{place_of(kind)}: offer({self.access}): {error}") from error
        if not isinstance(offer, Offer):
            raise UsageError(f"{place_of(kind)}: offer({self.access}) is {offer!r}: return an Offer")
        return offer

    def __str__(self) -> str:
        return f"{self.workload.key} -> {self.resource.key} ({self.access})"


def place_of(kind: type) -> str:
    """A class and its file, for its author: `QueueSpec (acme_queue/spec.py)`."""
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    return f"{kind.__name__} ({file_and_folder(file)})" if file else kind.__name__


FILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}")
"""A key of a ConfigMap, which takes 253 characters."""
CLAIM_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
CONTAINER_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
"""A DNS label, with room for the resource's name where two preparations have one name."""
FILES_FOLDER: Final = "/etc/twinstack"
"""Where the files of links are mounted."""
VARIABLE_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,247}")
"""Its key in a ConfigMap or Secret, of 253 characters at most, has room for `env.` or `_FILE`."""
CAPITAL_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]*")
OF_TERRAFORM: Final = re.compile(r"\$\{(TfToken\[|((data|ephemeral)\.)?aws_)")
ENTRY_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""What JMESPath takes for a name without quotes. Source: JMESPath Specification, "Grammar"."""
LAST_PORT: Final = 65535
KEPT_BEFORE: Final = 2
LEFT: Final = 3
LABELS: Final = 12
"""Fewer than the twenty that a secret may have, AWS's own two among them. Source: AWS Secrets Manager User Guide, "AWS Secrets
Manager quotas", read on 2026-11-28.
"""
