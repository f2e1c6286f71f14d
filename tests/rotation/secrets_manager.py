"""A Secrets Manager in memory: secrets, their versions, and the staging labels by AWS's rules.

Sources, read on 2026-11-28: AWS Secrets Manager API Reference, "PutSecretValue", "UpdateSecretVersionStage",
"GetSecretValue", "DeleteSecret"; User Guide, "Quotas". The rules that rotations depend on:

- a label is attached to one version of a secret at a time: putting it on another version takes it off the first;
- the first version of a secret becomes AWSCURRENT whatever labels it is put with, and so does one put without labels;
- when AWSCURRENT moves, AWSPREVIOUS moves to the version that had it;
- AWSCURRENT can be moved and never removed;
- a label that another version has is moved only by a call that names that version;
- a value is never empty, a secret has at most 20 labels, and one that waits for its deletion cannot be read.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

CURRENT: Final = "AWSCURRENT"
PREVIOUS: Final = "AWSPREVIOUS"
MOST_LABELS: Final = 20


class SecretsError(Exception):
    """A call that AWS refuses; the text begins with the name of its exception."""


@dataclass
class _Secret:
    name: str
    arn: str
    key: str
    values: dict[str, str] = field(default_factory=dict, repr=False)
    labels: dict[str, str] = field(default_factory=dict)
    """The version that each label is attached to."""
    is_deleted: bool = False


class SecretsManager:
    """All secrets of one account. Every call raises SecretsError where AWS refuses it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._secrets: list[_Secret] = []

    def create(self, name: str, arn: str, key: str = "") -> None:
        """Makes the place of a secret's values; `key` is the KMS key that encrypts them."""
        with self._lock:
            found = next((one for one in self._secrets if one.name == name), None)
            if found:
                waiting = ": a secret with this name is already scheduled for deletion" if found.is_deleted else ""
                raise SecretsError(f"ResourceExistsException: {name}{waiting}")
            self._secrets.append(_Secret(name, arn, key))

    def delete(self, secret: str, *, recovery_days: int) -> None:
        """Deletes a secret: at once without days of recovery; until they are over its name stays taken."""
        with self._lock:
            found = self._find(secret)
            if recovery_days:
                found.is_deleted = True
            else:
                self._secrets.remove(found)

    def put(self, secret: str, version: str, value: str, labels: Collection[str] = ()) -> None:
        """Makes a version, which takes these labels from whichever version has them."""
        with self._lock:
            found = self._open(secret)
            if not value:
                raise SecretsError(f"InvalidParameterException: the value of {found.name} is empty")
            if version in found.values:
                raise SecretsError(f"ResourceExistsException: {found.name} has a version {version}")
            wanted = {*labels} if found.values and labels else {*labels, CURRENT}
            self._check_number(found, wanted)
            found.values[version] = value
            for label in sorted(wanted):
                self._attach(found, label, version)

    def move(self, secret: str, label: str, *, to: str | None = None, away_from: str | None = None) -> None:
        """UpdateSecretVersionStage: attaches a label to a version, takes it off one, or both."""
        with self._lock:
            found = self._open(secret)
            holder = found.labels.get(label)
            for version in (to, away_from):
                if version is not None and version not in found.values:
                    raise SecretsError(f"ResourceNotFoundException: {found.name} has no version {version}")
            if to is None:
                if label == CURRENT:
                    raise SecretsError("InvalidParameterException: AWSCURRENT can only be moved, not removed")
                if holder != away_from:
                    raise SecretsError(f"InvalidParameterException: {label} is not attached to {away_from}")
                del found.labels[label]
                return
            if holder not in (None, to, away_from):
                raise SecretsError(
                    f"InvalidParameterException: {label} is attached to {holder}, which RemoveFromVersionId does not name"
                )
            self._check_number(found, {label})
            self._attach(found, label, to)

    def value(self, secret: str, *, version: str | None = None, label: str | None = None) -> tuple[str, str]:
        """GetSecretValue: the id of the version, and its value; AWSCURRENT's unless another is asked for."""
        with self._lock:
            found = self._open(secret)
            wanted = version or found.labels.get(label or CURRENT)
            if label and version and found.labels.get(label) != version:
                raise SecretsError(f"InvalidRequestException: {label} is not attached to {version}")
            if wanted is None or wanted not in found.values:
                what = version or f"staging label: {label or CURRENT}"
                raise SecretsError(f"ResourceNotFoundException: {found.name}: can't find the secret value for {what}")
            return wanted, found.values[wanted]

    def labels(self, secret: str) -> Mapping[str, frozenset[str]]:
        """DescribeSecret: the labels of each version that has any."""
        with self._lock:
            found = self._open(secret)
            versions = dict.fromkeys(found.labels.values())
            return {
                one: frozenset(label for label, version in found.labels.items() if version == one) for one in versions
            }

    def versions(self, secret: str) -> list[str]:
        """All versions, oldest first, those without a label among them: AWS may remove these, when it likes."""
        with self._lock:
            return list(self._open(secret).values)

    def arn(self, secret: str) -> str:
        """The ARN of a secret, which policies name."""
        with self._lock:
            return self._find(secret).arn

    def key(self, secret: str) -> str:
        """The KMS key that encrypts a secret; empty for the account's own."""
        with self._lock:
            return self._find(secret).key

    def _find(self, secret: str) -> _Secret:
        for one in self._secrets:
            if secret in (one.name, one.arn):
                return one
        raise SecretsError(f"ResourceNotFoundException: can't find the specified secret: {secret}")

    def _open(self, secret: str) -> _Secret:
        found = self._find(secret)
        if found.is_deleted:
            raise SecretsError(f"InvalidRequestException: {found.name} was marked for deletion")
        return found

    @staticmethod
    def _attach(found: _Secret, label: str, version: str) -> None:
        before = found.labels.get(label)
        found.labels[label] = version
        if label == CURRENT and before is not None and before != version:
            found.labels[PREVIOUS] = before

    @staticmethod
    def _check_number(found: _Secret, wanted: Collection[str]) -> None:
        if len({*found.labels, *wanted}) > MOST_LABELS:
            raise SecretsError(
                f"LimitExceededException: {found.name} would have more than {MOST_LABELS} staging labels"
            )
