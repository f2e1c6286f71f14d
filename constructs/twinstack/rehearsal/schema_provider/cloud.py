"""What AWS would remember: the secrets' values, the write-only values that arrived, and the failures it was told to have.

It lives in memory only, for one rehearsal, over as many runs of Terraform as that has. The values of generated
passwords start with CANARY, so that one that got out is found wherever it is.
"""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from twinstack.errors import TwinstackError

CANARY: Final = "RehearsalSecret"
"""What every made-up secret value starts with, if it is long enough."""
DEFAULT_PASSWORD_LENGTH: Final = 32
"""In characters. Source: AWS Secrets Manager API Reference, "GetRandomPassword"."""


@dataclass(frozen=True, slots=True)
class Write:
    """A write-only value that AWS took over: the type of the object, its id, the argument, and the value."""

    type_name: str
    identity: str
    argument: str
    value: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure to come, once: of the next change to an object of this type whose arguments include these.

    `after` false: AWS refuses before it has done anything. True: it is done, but Terraform never hears of it.
    """

    type_name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    after: bool = False

    def meets(self, type_name: str, values: Mapping[str, Any]) -> bool:
        """Whether it is for this object."""
        return type_name == self.type_name and all(values.get(name) == value for name, value in self.arguments.items())


class NoSecretValueError(TwinstackError):
    """A secret was read that has no value yet."""


class Cloud:
    """The memory of the made-up AWS. Terraform asks from many threads.

    `chosen` are values that it answers in place of made-up ones, by type and argument: `aws_eks_cluster.endpoint`, so
    that a cluster that is there is the one that Terraform makes.
    """

    def __init__(self, chosen: Mapping[str, str] | None = None) -> None:
        self.chosen: Mapping[str, str] = dict(chosen or {})
        self._lock = threading.Lock()
        self._secrets: dict[str, dict[str, str]] = {}
        self._writes: list[Write] = []
        self._issued: set[str] = set()
        self._failures: list[Failure] = []
        self._twins: Counter[str] = Counter()

    @property
    def writes(self) -> list[Write]:
        """The write-only values that arrived, oldest first."""
        with self._lock:
            return list(self._writes)

    @property
    def issued(self) -> set[str]:
        """The secret values that were made up."""
        with self._lock:
            return set(self._issued)

    @property
    def secret_values(self) -> set[str]:
        """The newest value of every secret that has one."""
        with self._lock:
            return {_newest(versions) for versions in self._secrets.values() if versions}

    def fail(self, failure: Failure) -> None:
        """Have this failure, once."""
        with self._lock:
            self._failures.append(failure)

    def failure_of(self, type_name: str, values: Mapping[str, Any]) -> Failure | None:
        """The failure that this change meets; it is then over."""
        with self._lock:
            met = next((failure for failure in self._failures if failure.meets(type_name, values)), None)
            if met:
                self._failures.remove(met)
            return met

    def serial(self, likeness: str) -> int:
        """How many of this likeness were made before: equal objects get different ids."""
        with self._lock:
            self._twins[likeness] += 1
            return self._twins[likeness] - 1

    def issue(self, length: int = DEFAULT_PASSWORD_LENGTH) -> str:
        """A new password of this length, in letters and digits."""
        value = (
            (CANARY + secrets.token_hex(length))[:length]
            if length >= _LEAST_MARKED
            else secrets.token_hex(length)[:length]
        )
        with self._lock:
            self._issued.add(value)
        return value

    def record(self, writes: Iterable[Write]) -> None:
        """Remember write-only values that AWS took over."""
        with self._lock:
            self._writes.extend(writes)

    def make_secret(self, *names: str) -> None:
        """Make the place for a secret's values, known by all of these names."""
        with self._lock:
            versions: dict[str, str] = {}
            self._secrets.update({name: versions for name in names if name})

    def put_secret(self, name: str, version: str, value: str) -> None:
        """Put a new version into a secret; it is then the current one."""
        with self._lock:
            self._secrets.setdefault(name, {})[version] = value

    def secret(self, name: str, version: str | None = None) -> str:
        """The value of a secret: of this version, or the current one. A secret made elsewhere has a made-up value.

        Raises NoSecretValueError.
        """
        with self._lock:
            versions = self._secrets.get(name)
        if versions is None:
            versions = {version or "": self.issue()}
            with self._lock:
                versions = self._secrets.setdefault(name, versions)
        if not versions:
            raise NoSecretValueError(f'the secret "{name}" has no value: nothing was put into it before it was read')
        if version and version not in versions:
            raise NoSecretValueError(f'the secret "{name}" has no version "{version}"')
        return versions[version] if version else _newest(versions)


def _newest(versions: dict[str, str]) -> str:
    return next(reversed(versions.values()))


_LEAST_MARKED: Final = len(CANARY) + 8
