"""Which secrets must have a value before pods can start, and whether they have: asked by their labels, never their values.

The manifests say it: each object of a SecretProviderClass is a secret and the label of its version. A pod that mounts one
without that version does not start. Source, read on 28 November 2026: AWS Secrets Manager API Reference, "DescribeSecret".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from twinstack.delivery.account import client, explained
from twinstack.delivery.manifest import Manifest
from twinstack.errors import ConfigurationError, Problem


@dataclass(frozen=True, order=True)
class NeededSecret:
    """A version of a secret that pods mount."""

    name: str
    """In Secrets Manager, `shadower-analytics/credentials/SENTRY_DSN`."""
    label: str
    region: str = ""


@dataclass(frozen=True)
class SecretState:
    """What Secrets Manager says of one."""

    secret: NeededSecret
    exists: bool
    has_value: bool
    command: str = ""
    """The one that puts a value, where a person provides it; empty where Terraform makes it."""
    unknown: str = ""
    """Why it could not be looked at."""

    def problem(self) -> Problem | None:
        """What is wrong with it; None where nothing is, or it could not be looked at."""
        if self.has_value or self.unknown:
            return None
        if self.command:
            fix = (
                self.command
                if self.exists
                else f"deploy the infrastructure half, which makes its place; then: {self.command}"
            )
        else:
            fix = "deploy the infrastructure half, which puts its value"
        return Problem(
            "TW979",
            "a secret has no value that pods could read" if self.exists else "a secret that pods read does not exist",
            self.secret.name,
            given="no version at all" if not self.exists else f"no version with the label {self.secret.label}",
            allowed=f"a version with the label {self.secret.label}",
            fix=fix,
        )


def needed_secrets(manifests: Iterable[Manifest]) -> tuple[NeededSecret, ...]:
    """What the SecretProviderClass objects fetch from Secrets Manager, each once."""
    return tuple(sorted({one for manifest in manifests for one in _objects(manifest)}))


def put_commands(stack: Mapping[str, Any]) -> Mapping[str, str]:
    """By the secret's name the command that puts its value, out of the outputs of a stack (`cdk.tf.json`)."""
    texts = (str(one.get("value", "")) for one in (stack.get("output") or {}).values())
    return {found[1]: text for text in texts if (found := _PUTS.search(text))}


def secret_states(
    needed: Sequence[NeededSecret], region: str, commands: Mapping[str, str] | None = None
) -> tuple[SecretState, ...]:
    """What each is like. No value is read: it takes the right `secretsmanager:DescribeSecret` alone.

    Raises ConfigurationError without credentials, InfrastructureError where AWS does not answer, MissingToolError without
    boto3.
    """
    if not needed:
        return ()
    clients = {one: client("secretsmanager", one) for one in {secret.region or region for secret in needed}}
    known = commands or {}

    def look(secret: NeededSecret) -> SecretState:
        return _look(clients[secret.region or region], secret, known.get(secret.name, ""))

    with explained(), ThreadPoolExecutor(_AT_ONCE) as pool:
        return tuple(pool.map(look, needed))


def require_values(states: Iterable[SecretState]) -> None:
    """Raises ConfigurationError with each secret that pods would wait for (TW979)."""
    problems = [problem for state in states if (problem := state.problem())]
    if problems:
        raise ConfigurationError(problems)


def _look(secrets_manager: Any, secret: NeededSecret, command: str) -> SecretState:
    from botocore.exceptions import ClientError

    try:
        found = secrets_manager.describe_secret(SecretId=secret.name)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "ResourceNotFoundException":
            return SecretState(secret, exists=False, has_value=False, command=command)
        if code in _NO_RIGHT:
            return SecretState(secret, exists=False, has_value=False, command=command, unknown=str(error))
        raise
    if found.get("DeletedDate"):
        return SecretState(secret, exists=False, has_value=False, command=command)
    stages: Mapping[str, Sequence[str]] = found.get("VersionIdsToStages") or {}
    return SecretState(
        secret, exists=True, has_value=any(secret.label in one for one in stages.values()), command=command
    )


def _objects(manifest: Manifest) -> Iterator[NeededSecret]:
    if manifest.kind != "SecretProviderClass":
        return
    parameters = (manifest.data.get("spec") or {}).get("parameters") or {}
    import yaml

    objects = yaml.safe_load(parameters.get("objects") or "") or ()
    for one in objects:
        if one.get("objectType", "secretsmanager") == "secretsmanager":
            yield NeededSecret(
                str(one["objectName"]),
                str(one.get("objectVersionLabel") or "AWSCURRENT"),
                str(parameters.get("region") or ""),
            )


_PUTS: Final = re.compile(r"\baws secretsmanager put-secret-value\b.*?--secret-id (\S+)")
_NO_RIGHT: Final = frozenset({"AccessDeniedException", "AccessDenied", "UnauthorizedOperation"})
_AT_ONCE: Final = 8
