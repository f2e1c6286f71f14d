"""What the containers of analytics do when they run: their variables, their logins, the role script, the migration."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.rotation.account import Account
from tests.rotation.cluster import Cluster
from twinstack.api_server.answer import JsonObject


class ConfigError(Exception):
    """A variable whose Secret, ConfigMap or key is missing: kubelet reports CreateContainerConfigError and tries again."""


@dataclass(frozen=True)
class Container:
    """One container of a pod that has started, with its variables as they were then."""

    pod: str
    workload: str
    spec: JsonObject
    variables: Mapping[str, str]
    mounts: Mapping[str, Path]
    """Where each mounted folder lies on this machine, by its path in the container."""
    began: float = field(default_factory=time.monotonic)
    """When it started, on this machine's clock."""

    @property
    def signs_with(self) -> str:
        """The key that it signs tokens with now; empty where it has none.

        As backend/tokens.py: a process that knows the former key signs with that one until a rollout is over.
        """
        former = self.variable("JWT_SECRET_PREVIOUS")
        overlap = float(self.variable("JWT_OVERLAP_SECONDS") or _OVERLAP_SECONDS)
        return former if former and time.monotonic() - self.began < overlap else self.variable("JWT_SECRET")

    @property
    def accepts(self) -> frozenset[str]:
        """The keys of its own tokens that it accepts."""
        return frozenset(filter(None, (self.variable("JWT_SECRET"), self.variable("JWT_SECRET_PREVIOUS"))))

    def variable(self, name: str) -> str:
        """A variable, or the content of the file that `{NAME}_FILE` names; empty where there is neither."""
        file = self.variables.get(f"{name}_FILE")
        if file:
            return Path(self.here(file)).read_text(encoding="utf-8")
        return self.variables.get(name, "")

    def here(self, text: str) -> str:
        """A text in which the paths of the container are those of this machine."""
        if not self.mounts:
            return text
        # At once, the longest first: a folder of this machine may itself lie below one that the container mounts.
        paths = "|".join(re.escape(path) for path in sorted(self.mounts, key=len, reverse=True))
        return re.sub(rf"(?<![\w./-])({paths})(?![\w.-])", lambda found: str(self.mounts[found[1]]), text)


class Programs:
    """What the images hold, for the pods of one account."""

    def __init__(self, account: Account, *, seconds: Callable[[float], float]) -> None:
        """`seconds` says how long so many seconds of the product last here."""
        self.account = account
        self._seconds = seconds
        self.migration_fails = threading.Event()
        """While it is set, migrations fail for a reason that lies outside: as if somebody held a lock."""

    def refusals(self, container: Container) -> Iterator[str]:
        """The logins that are refused to a container which opens a new one to each thing it has a URL of."""
        database, cache = container.variable("DATABASE_URL"), container.variable("REDIS_URL")
        if database and (reason := self.account.database.refusal(trusted(database, self.account.database.authority))):
            yield f"PostgreSQL: {reason}"
        if cache and (reason := self.account.cache.refusal(cache)):
            yield f"Redis: {reason}"

    def is_ready(self, container: Container) -> bool:
        """The answer of the readiness probe.

        The strictest that the service ever had: at each check a new login to the database and to Redis. A service that
        asks less is ready whenever this one is. Commands of workers and the scheduler ask neither.
        """
        path = ((container.spec.get("readinessProbe") or {}).get("httpGet") or {}).get("path", "")
        return not path.endswith("/ready") or not any(self.refusals(container))

    def run(self, container: Container) -> int:
        """Runs a container that ends: its exit status."""
        command = [*(container.spec.get("command") or []), *(container.spec.get("args") or [])]
        if command[:1] == ["/bin/sh"]:
            return self._script(container, command)
        if command[-1:] == ["migrate"]:
            return self._migrate(container)
        raise NotImplementedError(f"nobody knows here what {container.spec['name']} does: {command}")

    def _script(self, container: Container, command: list[str]) -> int:
        authority = self.account.database.authority
        texts = {name: trusted(container.here(value), authority) for name, value in container.variables.items()}
        for name in [name for name in texts if name.endswith("_FILE")]:
            # A copy: what the driver mounted stays as it is.
            copy = Path(f"{texts[name]}.trusted")
            copy.write_text(trusted(container.variable(name.removesuffix("_FILE")), authority), encoding="utf-8")
            texts[name] = str(copy)
        done = subprocess.run(
            [trusted(container.here(word), authority) for word in command],
            env={"PATH": os.environ["PATH"], **texts, "PGSSLROOTCERT": str(authority)},
            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self.last_output = done.stdout + done.stderr
        return done.returncode

    def _migrate(self, container: Container) -> int:
        authority = self.account.database.authority
        admin, url = (trusted(container.variable(name), authority) for name in ("DATABASE_ADMIN_URL", "DATABASE_URL"))
        threading.Event().wait(self._seconds(MIGRATION_SECONDS))
        if self.migration_fails.is_set():
            return 1
        for address, statement in ((admin, _TABLE), (url, "SELECT count(*) FROM events")):
            done = subprocess.run(
                ["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-c", statement, address],
                env={"PATH": os.environ["PATH"], "PGSSLROOTCERT": str(authority)},
                capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
            )  # fmt: skip
            self.last_output = done.stdout + done.stderr
            if done.returncode:
                return done.returncode
        return 0

    last_output: str = ""
    """What the last program that ended had printed."""


def variables(cluster: Cluster, namespace: str, spec: JsonObject) -> dict[str, str]:
    """The variables of a container about to start. Raises ConfigError as kubelet would."""
    found: dict[tuple[str, str], JsonObject | None] = {}

    def read(kind: str, reference: Mapping[str, Any]) -> JsonObject | None:
        key = (kind, reference["name"])
        if key not in found:
            found[key] = cluster.get("v1", kind, reference["name"], namespace)
        if found[key] is None and not reference.get("optional"):
            raise ConfigError(f'{kind.lower()} "{reference["name"]}" not found')
        return found[key]

    result: dict[str, str] = {}
    for source in spec.get("envFrom") or []:
        for kind, source_name in _SOURCES.items():
            if whole := source.get(f"{source_name}Ref"):
                data = _data(kind, read(kind, whole))
                result |= {f"{source.get('prefix', '')}{key}": value for key, value in data.items()}
    for entry in spec.get("env") or []:
        source = entry.get("valueFrom") or {}
        result[entry["name"]] = entry.get("value", "")
        for kind, source_name in _SOURCES.items():
            if reference := source.get(f"{source_name}KeyRef"):
                data = _data(kind, read(kind, reference))
                if reference["key"] not in data and not reference.get("optional"):
                    raise ConfigError(f"couldn't find key {reference['key']} in {kind} {namespace}/{reference['name']}")
                result[entry["name"]] = data.get(reference["key"], "")
    return result


def _data(kind: str, found: JsonObject | None) -> dict[str, str]:
    data: dict[str, str] = (found or {}).get("data") or {}
    return {key: _decoded(value) for key, value in data.items()} if kind == "Secret" else data


def _decoded(value: str) -> str:
    return base64.b64decode(value).decode()


def trusted(text: str, authority: Path) -> str:
    """A text in which Amazon's certificates, wherever the image has them, are those of the test's server."""
    return re.sub(r"sslrootcert=[^&\s\"']+", f"sslrootcert={authority}", text)


MIGRATION_SECONDS: Final = 60.0
"""How long a migration runs, in the product's seconds."""
_OVERLAP_SECONDS: Final = 900.0
_SOURCES: Final = {"Secret": "secret", "ConfigMap": "configMap"}
_TABLE: Final = "CREATE TABLE IF NOT EXISTS events (id bigserial PRIMARY KEY)"
