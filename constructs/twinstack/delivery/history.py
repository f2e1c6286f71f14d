"""The releases as a list for people, which of them a rollback means, and what of it a return applies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NoReturn

from twinstack.delivery.manifest import Identity, JsonObject, Manifest
from twinstack.delivery.pruning import Live
from twinstack.delivery.quantity import number_of
from twinstack.delivery.record import Record, Status
from twinstack.delivery.records import Records
from twinstack.errors import ConfigurationError, Problem


@dataclass(frozen=True)
class Row:
    """One release, as `twinstack releases` lists it."""

    number: int
    version: str
    status: Status
    is_current: bool
    """Whether its content is what stands in the cluster."""
    can_be_returned_to: bool
    applied_by: str
    started_at: str
    seconds: float | None
    """How long it took; None for one that has not ended."""
    revision: str
    """The commit, `9f3c2e1+` where something had been changed since."""
    about: str
    """Why it ended as it did, what it is a rollback to, what was returned to."""

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {key: str(held) if isinstance(held, Status) else held for key, held in vars(self).items()}


def rows(records: Records) -> tuple[Row, ...]:
    """Every release that is remembered, the newest first."""
    now = current(records)
    return tuple(
        Row(
            number=one.number,
            version=one.version,
            status=one.status,
            is_current=now is not None and one.number == now.number,
            can_be_returned_to=one.status is Status.SUCCEEDED,
            applied_by=one.applied_by,
            started_at=one.started_at,
            seconds=_seconds(one),
            revision=f"{one.release.get('revision', '')}{'+' if one.release.get('dirty') else ''}",
            about="; ".join(_about(one)),
        )
        for one in reversed(records.all)
    )


def current(records: Records) -> Record | None:
    """The release whose content stands in the cluster; None where the newest was left half done, or there is none."""
    newest = records.newest
    match newest.status if newest else None:
        case Status.SUCCEEDED:
            return newest
        case Status.RETURNED:
            return records.numbered(newest.returned_to) if newest else None
    return None


def to_return_to(records: Records, version: str = "") -> Record:
    """The release that a rollback means: the newest that succeeded with this version, or else the one before.

    Where the newest was left half done, the one before is the last that succeeded. Where it is a rollback itself, it is
    the one before that which it went back to: going back twice does not come back to what one went back from. A release
    with the same content as what stands there is no way back. Raises ConfigurationError where no release that succeeded
    is remembered with that version (TW965), or there is none before (TW966).
    """
    good = [one for one in records.all if one.status is Status.SUCCEEDED]
    if version:
        found = next((one for one in reversed(good) if one.version == version), None)
        return found if found is not None else _refuse_version(version, records, good)
    now = current(records)
    if now is None:
        return good[-1] if good else _refuse_all(records)
    before = [one for one in good if one.number < now.content_number and one.digest != now.digest]
    return before[-1] if before else _refuse_all(records)


@dataclass(frozen=True)
class Return:
    """What of a former release is applied again."""

    manifests: tuple[Manifest, ...]
    left_out: tuple[Identity, ...]
    """Its Jobs: an old migration does not know what a newer one has made, and may be gone by now."""
    notes: tuple[str, ...]
    """What a person should know: what does not go back."""


def what_returns(manifests: Iterable[Manifest], live: Live) -> Return:
    """A former release as it can be applied to what stands there now. What is missing is made again by the apply.

    A volume cannot shrink, so a claim keeps the size it has. Source: Kubernetes, "Persistent Volumes", "Expanding
    Persistent Volumes Claims".
    """
    left_out: list[Identity] = []
    applied: list[Manifest] = []
    notes: list[str] = []
    for one in manifests:
        if (one.identity.group, one.kind) == ("batch", "Job"):
            left_out.append(one.identity)
            continue
        found = live.get(one.identity)
        data = one.data if found is None else _with_volumes_as_they_are(one.data, found)
        if data is not one.data:
            notes.append(f"{one.identity} keeps the size of its volume, which cannot shrink")
        applied.append(Manifest(data, one.file))
    return Return(tuple(applied), tuple(left_out), tuple(notes))


def _with_volumes_as_they_are(data: Mapping[str, Any], found: JsonObject) -> Mapping[str, Any]:
    """The manifest, with the live size wherever its own is smaller; the manifest itself where none is."""
    spec = data.get("spec") or {}
    live = found.get("spec") or {}
    if data["kind"] == "PersistentVolumeClaim" and _is_smaller(spec, live):
        return {**data, "spec": _with_size_of(spec, live)}
    if data["kind"] == "StatefulSet":
        claims = {one["metadata"]["name"]: one["spec"] for one in live.get("volumeClaimTemplates") or ()}
        own = spec.get("volumeClaimTemplates") or ()
        if any(_is_smaller(one["spec"], claims.get(one["metadata"]["name"], {})) for one in own):
            templates = [
                {**one, "spec": _with_size_of(one["spec"], claims[one["metadata"]["name"]])}
                if _is_smaller(one["spec"], claims.get(one["metadata"]["name"], {}))
                else one
                for one in own
            ]
            return {**data, "spec": {**spec, "volumeClaimTemplates": templates}}
    return data


def _is_smaller(spec: Mapping[str, Any], live: Mapping[str, Any]) -> bool:
    wanted, held = _size(spec), _size(live)
    return wanted is not None and held is not None and number_of(wanted) < number_of(held)


def _with_size_of(spec: Mapping[str, Any], live: Mapping[str, Any]) -> dict[str, Any]:
    resources = spec["resources"]
    return {**spec, "resources": {**resources, "requests": {**resources["requests"], "storage": _size(live)}}}


def _size(spec: Mapping[str, Any]) -> str | None:
    found = ((spec.get("resources") or {}).get("requests") or {}).get("storage")
    return None if found is None else str(found)


def _seconds(record: Record) -> float | None:
    try:
        return (datetime.fromisoformat(record.ended_at) - datetime.fromisoformat(record.started_at)).total_seconds()
    except ValueError:
        return None


def _about(record: Record) -> Iterator[str]:
    if record.again:
        yield f"release {record.again} again"
    if record.reason:
        yield record.reason
    if record.returned_to:
        yield f"release {record.returned_to} was returned to"


def _refuse_version(version: str, records: Records, good: Iterable[Record]) -> NoReturn:
    known = list(dict.fromkeys(one.version for one in reversed(list(good))))
    tried = [one for one in records.all if one.version == version]
    what = f"{version}, which {tried[-1].status}" if tried else version
    raise ConfigurationError(
        [
            Problem(
                "TW965",
                "a version that no remembered release succeeded with",
                given=what,
                allowed=", ".join(known) or "none: no release has succeeded yet",
                fix="give one of these, or deploy the version anew",
            )
        ]
    )


def _refuse_all(records: Records) -> NoReturn:
    said = [f"{one.number}: {one.version} {one.status}" for one in records.all]
    raise ConfigurationError(
        [
            Problem(
                "TW966",
                "there is no earlier release to return to",
                given=", ".join(said) or f"no release in the namespace {records.namespace}",
                allowed=f"a release that succeeded, other than what stands there, among the last {LAST}",
                fix="deploy the version that is wanted",
            )
        ]
    )


LAST: Final = 10
