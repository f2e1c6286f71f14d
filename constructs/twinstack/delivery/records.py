"""The last releases of a stack, as its namespace remembers them; and the one that is being made.

A record is written before the first apply, so that whoever comes after a killed client sees what was under way. It
holds no secret: a deployer may read no Secret and has no need to.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC
from functools import cached_property
from http import HTTPStatus
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from twinstack.delivery import digest
from twinstack.delivery.compression import joined
from twinstack.delivery.holder import person_of
from twinstack.delivery.lease import CONFLICT, holder_of
from twinstack.delivery.lease_object import lease_name
from twinstack.delivery.manifest import Identity, JsonObject, Manifest
from twinstack.delivery.patience import Patient
from twinstack.delivery.record import MANIFESTS, Listed, Record, Status, head_name, heads_of, part_name, part_objects
from twinstack.delivery.record_limits import recordable
from twinstack.errors import ClusterError, SupersededError

if TYPE_CHECKING:
    from twinstack.api_server import ApiServer
    from twinstack.delivery.release import Release

KEPT: Final = 10
"""How many releases are remembered unless the environment says another number."""


@dataclass(frozen=True)
class Records:
    """The releases of one stack that its namespace remembers, the newest last."""

    api: ApiServer
    namespace: str
    stack: str
    all: tuple[Record, ...]
    elsewhere: tuple[Record, ...] = ()
    """Those of another namespace, where the stack lived before and nothing is remembered here yet."""

    @classmethod
    def read(cls, api: ApiServer, namespace: str, stack: str) -> Records:
        """What is remembered. A record that still says "applying", and whose run no longer holds the Lease, was
        interrupted. Raises ClusterError where the namespace may not be read.
        """
        found = _heads(api, stack, namespace)
        elsewhere: tuple[Record, ...] = ()
        if not found:
            try:
                elsewhere = _heads(api, stack)
            except ClusterError as error:
                # Whoever may see one namespace alone is told nothing of others.
                if error.status != HTTPStatus.FORBIDDEN:
                    raise
        if any(one.status is Status.APPLYING for one in found):
            holder = holder_of(api, namespace, lease_name(stack))
            found = tuple(_as_it_is(one, holder) for one in found)
        return cls(api, namespace, stack, found, elsewhere)

    @property
    def newest(self) -> Record | None:
        """The last one that was begun, whatever became of it."""
        return self.all[-1] if self.all else None

    @property
    def latest_succeeded(self) -> Record | None:
        """What a failed release is returned to."""
        return next((one for one in reversed(self.all) if one.status is Status.SUCCEEDED), None)

    def numbered(self, number: int) -> Record | None:
        """The record of this number; None where it is no longer, or never was."""
        return next((one for one in self.all if one.number == number), None)

    @cached_property
    def listed(self) -> dict[Identity, str]:
        """Everything that any remembered release lists, with the version of its API."""
        return {
            one.identity: one.api_version
            for record in (*self.elsewhere, *self.all)
            for one in (*record.former, *record.inventory)
        }

    def manifests(self, record: Record) -> tuple[Manifest, ...]:
        """What a release wanted of the cluster. Raises ClusterError where it is not whole any more."""
        texts = []
        for name in record.parts:
            found = self.api.get("v1", "ConfigMap", name, record.namespace)
            if found is None:
                raise ClusterError(f"release {record.number} ({record.version}) cannot be read: {name} is gone")
            texts.append((found.get("binaryData") or {}).get(MANIFESTS, ""))
        try:
            manifests = tuple(Manifest(one) for one in json.loads(joined(texts)))
            is_whole = digest.of_manifests(manifests) == record.digest
        except (ValueError, KeyError, TypeError):
            is_whole = False
        if not is_whole:
            raise ClusterError(f"release {record.number} ({record.version}) cannot be read: its manifests were changed")
        return manifests

    def begin(
        self,
        release: Release | Mapping[str, Any],
        manifests: Sequence[Manifest],
        holder: str,
        *,
        again: int = 0,
        gone: Iterable[Identity] = (),
        keep: int = KEPT,
    ) -> OpenRecord:
        """Remembers a release that is about to be applied, and forgets the oldest beyond the last `keep`.

        `holder` is the Lease's. A rollback gives the former record's `release`, and its number as `again`. `gone` is what is known
        not to be there any more, and need not be looked for again. Raises ConfigurationError for manifests that hold a
        secret (TW963) or are too many (TW964), before anything is written; ClusterError where the server refuses.
        """
        held = recordable(manifests)
        summary = release if isinstance(release, Mapping) else release.summary
        product = str(summary.get("product", ""))
        number = max((one.number for one in self.all), default=0) + 1
        kept, forgotten = self._kept(keep)
        record = Record(
            number=number,
            status=Status.APPLYING,
            release=summary,
            digest=digest.of_manifests(manifests),
            holder=holder,
            applied_by=person_of(holder).partition(",")[0],
            started_at=_now(self.api),
            parts=tuple(part_name(self.stack, number, index + 1) for index in range(len(held))),
            again=again,
            namespace=self.namespace,
            inventory=tuple(Listed(one.api_version, one.identity) for one in manifests),
            former=self._former(kept, manifests, frozenset(gone)),
        )
        self._close_what_was_left()
        api = Patient(self.api)
        made = _created(api, record.to_object(self.stack, product))
        record = replace(record, resource_version=made["metadata"]["resourceVersion"])
        opened = self.opened(record)
        try:
            for part in part_objects(record, self.stack, product, held):
                _created(api, part)
        except ClusterError as error:
            opened.end(Status.FAILED, str(error))
            raise
        for old in forgotten:
            self._forget(old)
        return opened

    def close(self, *, forget: bool) -> None:
        """Says of every release that it is gone from the cluster, or forgets them all: no Job of theirs has run on what is
        made next, and none can be returned to. What they list is still known where they are not forgotten.
        """
        for one in self.all:
            if forget:
                self._forget(one)
            elif one.status is not Status.REMOVED:
                ended = replace(one, status=Status.REMOVED, ended_at=one.ended_at or _now(self.api))
                self.api.replace(ended.to_object(self.stack, str(one.release.get("product", ""))))

    def opened(self, record: Record) -> OpenRecord:
        """A record that is being applied, to be ended: by whoever began it."""
        return OpenRecord(self, record, str(record.release.get("product", "")))

    def _close_what_was_left(self) -> None:
        """Writes down that a run is over which was killed: whoever reads the records by hand sees it too."""
        for left in self.all:
            if left.status is Status.INTERRUPTED and not left.ended_at:
                with suppress(ClusterError):
                    ended = left.ended(Status.INTERRUPTED, left.reason, _now(self.api), 0)
                    self.api.replace(ended.to_object(self.stack, str(left.release.get("product", ""))))

    def _kept(self, keep: int) -> tuple[list[Record], list[Record]]:
        """Those that stay beside the new one, with the last that succeeded however old it is, and the others."""
        newest = list(self.all[-(keep - 1) :])
        if self.latest_succeeded is not None and self.latest_succeeded not in newest:
            newest.insert(0, self.latest_succeeded)
        return newest, [one for one in self.all if one not in newest]

    def _former(
        self, kept: Sequence[Record], manifests: Sequence[Manifest], gone: frozenset[Identity]
    ) -> tuple[Listed, ...]:
        """What is listed in no record that stays, and was not seen to be gone: pruned one day, by whoever may."""
        remembered = {one.identity for record in kept for one in record.inventory}
        remembered |= {one.identity for one in manifests}
        return tuple(
            Listed(api_version, identity)
            for identity, api_version in sorted(self.listed.items())
            if identity not in remembered and identity not in gone
        )

    def _forget(self, record: Record) -> None:
        """The manifests first: what is left of one that was half forgotten is forgotten by the next release."""
        with suppress(ClusterError):
            for name in (*record.parts, head_name(self.stack, record.number)):
                self.api.delete("v1", "ConfigMap", name, record.namespace)


class OpenRecord:
    """The record of a release that is being applied. As a context manager it never stays "applying" after an error."""

    def __init__(self, records: Records, record: Record, product: str) -> None:
        self._records, self._product = records, product
        # Whoever has lost the Lease still says how it ended.
        self._api = Patient(records.api)
        self.record: Record = record
        """As it was last written."""

    def end(self, status: Status, reason: str = "", *, returned_to: int = 0) -> Record:
        """Writes down what became of it, once: whatever is said afterwards changes nothing. Raises ClusterError."""
        api = self._api
        for _ in range(TRIES):
            if self.record.status is not Status.APPLYING:
                break
            ended = self.record.ended(status, reason, _now(api), returned_to)
            written = ended.to_object(self._records.stack, self._product)
            answer = api.replace(written)
            if not answer.refusal:
                self.record = replace(ended, resource_version=answer.object["metadata"]["resourceVersion"])
            elif answer.status == CONFLICT:
                self._read_again(answer.refusal)
            else:
                raise ClusterError(f"release {ended.number} is not recorded: {answer.refusal}", status=answer.status)
        return self.record

    def _read_again(self, refusal: str) -> None:
        """A server that answered to nobody may have written it before, or somebody else has touched it."""
        name = head_name(self._records.stack, self.record.number)
        found = self._api.get("v1", "ConfigMap", name, self.record.namespace)
        record = Record.of_object(found) if found is not None else None
        if record is None:
            raise ClusterError(f"release {self.record.number} is not recorded: {refusal}", status=CONFLICT)
        self.record = record

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.record.status is not Status.APPLYING:
            return
        match error:
            case None:
                status, reason = Status.FAILED, "it ended without a word"
            case SupersededError():
                status, reason = Status.SUPERSEDED, str(error)
            case Exception():
                status, reason = Status.FAILED, str(error) or type(error).__name__
            case _:
                status, reason = Status.INTERRUPTED, f"it was stopped ({type(error).__name__})"
        try:
            self.end(status, reason)
        except ClusterError:
            # Without an answer it is read as interrupted once the Lease is gone; the first error is the one to tell.
            if error is None:
                raise


def _heads(api: ApiServer, stack: str, namespace: str = "") -> tuple[Record, ...]:
    found = map(Record.of_object, api.objects("v1", "ConfigMap", namespace, labels=heads_of(stack)))
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.number))


def _as_it_is(record: Record, holder: str) -> Record:
    if record.status is Status.APPLYING and record.holder != holder:
        return replace(record, status=Status.INTERRUPTED, reason=f"{person_of(record.holder)} is gone without a word")
    return record


def _created(api: ApiServer, data: JsonObject) -> JsonObject:
    name, namespace = data["metadata"]["name"], data["metadata"]["namespace"]
    answer = api.create(data)
    if answer.status == CONFLICT:  # a server that went away before it answered had made it
        there = api.get("v1", "ConfigMap", name, namespace)
        if there is not None and all(there.get(field) == data.get(field) for field in ("data", "binaryData")):
            return there
    if answer.refusal:
        raise ClusterError(f"the release cannot be recorded as {name}: {answer.refusal}", status=answer.status)
    return answer.object


def _now(api: ApiServer) -> str:
    return api.server_time().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


TRIES: Final = 5
