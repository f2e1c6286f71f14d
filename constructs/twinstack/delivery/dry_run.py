"""What the server says to a release before anything of it is applied: a dry run of each object that would change.

It finds what a comparison cannot: values it refuses, fields that cannot be changed, other managers' fields, pods that
Pod Security would refuse; and what a comparison took for a change and is none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final

from twinstack.api_server import Answer, ApiServer
from twinstack.delivery.changes import OWNERSHIP, Change, ChangeKind
from twinstack.delivery.comparison import owned_fields
from twinstack.delivery.fields import Path, human, humans, parsed, value
from twinstack.delivery.folder import location_of
from twinstack.delivery.handover import (
    OWN_MANAGERS,
    larger_number,
    recreates_over_a_default,
    take_default_strategy_away,
    with_replicas,
    without_strategy,
)
from twinstack.delivery.live import THREADS
from twinstack.delivery.manifest import Identity, JsonObject
from twinstack.errors import Problem


@dataclass(frozen=True)
class Examination:
    """What was found."""

    changes: tuple[Change, ...]
    """All of them, with the server's word on what changes and whose fields are taken."""
    problems: tuple[Problem, ...] = ()
    """Why nothing may be applied."""
    unseen_namespaces: tuple[str, ...] = ()
    """Namespaces that this release brings itself: what lies in them could not be asked about yet."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know, one line each."""
        return (
            *(
                f"the namespace {name} does not exist yet: what is in it was not checked by the cluster"
                for name in self.unseen_namespaces
            ),
            *(line for change in self.changes for line in takes(change)),
            *(f"{change.identity}: {text}" for change in self.changes for text in change.warnings),
        )


def examine(
    api: ApiServer,
    changes: Sequence[Change],
    *,
    made: Collection[str] = frozenset(),
    threads: Executor | None = None,
) -> Examination:
    """Asks the server about everything that would change and was not asked about yet. Nothing is written.

    What lies in a namespace that the release itself brings cannot be asked about, unless it was `made` meanwhile.

    Problems: a refusal (TW943), an immutable field (TW944), missing rights in the product's namespace (TW945), pods that
    Pod Security would refuse (TW946), a kind that is not served (TW947), a namespace that nobody makes (TW948).
    Raises ClusterError where there is no answer.
    """
    wanted = [one for one in changes if one.writes and not one.examined and one.manifest is not None]
    brought = {
        one.identity.name
        for one in changes
        if one.identity.kind == "Namespace" and one.kind is ChangeKind.CREATED and one.manifest is not None
    }
    defined = frozenset(_defined(changes))
    spaces = Counter(one.identity.namespace for one in changes if one.identity.namespace)
    # With most of the objects in it: where the deployer has all the rights that a deployment needs.
    home = spaces.most_common(1)[0][0] if spaces else ""
    enforced = dict(_enforced(changes))

    def ask(change: Change) -> tuple[Change, Problem | None, str]:
        if change.identity.namespace in brought.difference(made):
            return change, None, change.identity.namespace
        answer, forced = _dry_run(api, change)
        conflicts = conflicts_of(change, forced)
        examined = replace(change, conflicts=conflicts, warnings=answer.warnings, examined=True)
        if not answer.refusal:
            refused = _pod_security(change, answer.warnings, enforced.get(change.identity.namespace, ""))
            return _judged(examined, answer.object), refused, ""
        if answer.kind_is_missing and (change.identity.group, change.identity.kind) in defined:
            return replace(examined, examined=False), None, ""
        if _NO_DRY_RUN.search(answer.refusal):
            return replace(change, examined=True), None, ""
        if answer.status == HTTPStatus.FORBIDDEN and answer.about and change.identity.namespace != home:
            note = "this deployer may not change it, so an administrator has to see to it"
            return replace(examined, kind=ChangeKind.LEFT, note=note), None, ""
        return examined, problem_of(change, answer), ""

    with nullcontext(threads) if threads else ThreadPoolExecutor(THREADS) as workers:
        asked = list(workers.map(ask, wanted))
    known = {one.identity: one for one, _, _ in asked}
    return Examination(
        tuple(known.get(one.identity, one) if one.manifest is not None else one for one in changes),
        tuple(problem for _, problem, _ in asked if problem is not None),
        tuple(sorted({name for _, _, name in asked if name})),
    )


def takes(change: Change) -> Iterator[str]:
    """Whose fields an apply takes, one line for each manager."""
    for manager, fields in change.conflicts.items():
        yield f"{change.identity}: takes {', '.join(fields)} from {manager}"


def _dry_run(api: ApiServer, change: Change) -> tuple[Answer, Answer]:
    """The answer to an apply that takes what it needs, and that to one which takes nothing."""
    assert change.manifest is not None
    manifest = change.manifest
    if change.kind is ChangeKind.RECREATED:
        # What stands is deleted before: it is made under another name, which nothing is compared with.
        metadata = {key: held for key, held in manifest.data["metadata"].items() if key != "name"}
        data = {**manifest.data, "metadata": {**metadata, "generateName": f"{manifest.name[:50]}-"}}
        answer = api.create(data, dry_run=True)
        return answer, answer
    if recreates_over_a_default(change):
        answer = take_default_strategy_away(api, change, dry_run=True)
        if answer.refusal:
            return answer, answer
        manifest = without_strategy(manifest)
    number = larger_number(change)
    if number is not None:
        manifest = with_replicas(manifest, number)
    first = api.apply(manifest.data, dry_run=True)
    if first.reason != "Conflict" or not first.causes:
        return first, first
    return api.apply(manifest.data, force=True, dry_run=True), first


def _judged(change: Change, result: JsonObject) -> Change:
    """The change as the server would make it."""
    if change.live is None or change.kind is not ChangeKind.CHANGED or change.manifest is None:
        return change
    paths = list(_changed(_content(change.live), _content(result), ()))
    if paths or recreates_over_a_default(change):
        return replace(change, fields=humans(paths, change.manifest.data) or change.fields)
    if owned_fields(change.live) != owned_fields(result):
        return replace(change, fields=(OWNERSHIP,))
    return replace(change, kind=ChangeKind.UNCHANGED, fields=(), conflicts={})


def _content(data: Mapping[str, Any]) -> JsonObject:
    metadata = {key: held for key, held in data["metadata"].items() if key in {"labels", "annotations", "finalizers"}}
    return {**{key: held for key, held in data.items() if key not in _NOT_CONTENT}, "metadata": metadata}


def _changed(before: Any, after: Any, path: Path) -> Iterator[Path]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in {**before, **after}:
            yield from _changed(before.get(key), after.get(key), (*path, key))
    elif isinstance(before, list) and isinstance(after, list) and before != after:
        named = [
            {one["name"]: one for one in items if isinstance(one, Mapping) and "name" in one}
            for items in (before, after)
        ]
        if [len(one) for one in named] != [len(before), len(after)]:
            yield path
        else:
            for name in {**named[0], **named[1]}:
                yield from _changed(named[0].get(name), named[1].get(name), (*path, (str(name),)))
    elif before != after:
        yield path


def conflicts_of(change: Change, answer: Answer) -> dict[str, tuple[str, ...]]:
    """The managers that a refused apply names, each with the fields it holds; those that are ours are left out."""
    found: dict[str, list[str]] = {}
    if answer.reason == "Conflict":
        data = change.manifest.data if change.manifest else {}
        for cause in answer.causes:
            manager = _MANAGER.search(cause.get("message", ""))
            if manager and manager[1] not in OWN_MANAGERS:
                names = found.setdefault(manager[1], [])
                names.extend(humans([parsed(cause.get("field", ""))], data))
    return {manager: tuple(dict.fromkeys(names)) for manager, names in found.items()}


def problem_of(change: Change, answer: Answer) -> Problem:
    """What a refusal of one object means, for a person."""
    assert change.manifest is not None
    subject, location = str(change.identity), location_of(change.manifest)
    said = " ".join(_HEAD.sub("", answer.refusal).split())
    immutable = [
        human(parsed(f".{cause['field']}")) for cause in answer.causes if _IMMUTABLE.search(str(cause.get("message")))
    ]
    if immutable:
        return Problem(
            "TW944",
            "a field is changed that Kubernetes never changes",
            subject,
            location,
            given=", ".join(dict.fromkeys(immutable)),
            fix=_fix(change.identity),
        )
    if answer.status == _NOT_FOUND and answer.about == "namespaces":
        return Problem(
            "TW948",
            "the namespace does not exist, and this release does not make it",
            subject,
            location,
            given=change.identity.namespace,
            fix="let an administrator make it, or give the Namespace among the manifests",
        )
    if answer.kind_is_missing:
        return Problem(
            "TW947",
            "the cluster does not serve this kind",
            subject,
            location,
            given=f"{change.identity.kind} in {change.manifest.api_version}",
            fix="install what brings its definition, or correct apiVersion and kind",
        )
    if answer.status == HTTPStatus.FORBIDDEN and _NO_RIGHT.search(answer.refusal):
        return Problem(
            "TW945",
            "whoever deploys may not do this",
            subject,
            location,
            given=said,
            fix="deploy as somebody who may, or let an administrator give the right",
        )
    return Problem("TW943", "the API server refuses it", subject, location, given=_short(said))


def _fix(identity: Identity) -> str:
    if identity.kind == "Job":
        return "give the Job another name (one of its content), or delete it first"
    return f"put it back, give the object another name, or delete it first: kubectl delete {identity.kind.lower()} " + (
        f"-n {identity.namespace} {identity.name}" if identity.namespace else identity.name
    )


def _pod_security(change: Change, warnings: Iterable[str], enforced: str) -> Problem | None:
    for text in warnings:
        found = _VIOLATION.search(text)
        if found and enforced and found["level"].partition(":")[0] == enforced:
            return Problem(
                "TW946",
                "Pod Security would refuse its pods",
                str(change.identity),
                location_of(change.manifest),
                given=_short(found["why"]),
                allowed=f"what the level {enforced} allows",
                fix="give each container the securityContext that the level demands",
            )
    return None


def _enforced(changes: Iterable[Change]) -> Iterator[tuple[str, str]]:
    for change in changes:
        if change.identity.kind == "Namespace" and not change.identity.group:
            data = change.manifest.data if change.manifest else change.live or {}
            yield change.identity.name, str((value(data, "metadata", "labels") or {}).get(_ENFORCE, ""))


def _defined(changes: Iterable[Change]) -> Iterator[tuple[str, str]]:
    for change in changes:
        if change.identity.kind == "CustomResourceDefinition" and change.manifest is not None:
            spec = change.manifest.data.get("spec")
            yield str(value(spec, "group")), str(value(spec, "names", "kind"))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


_NOT_FOUND: Final = 404
_NOT_CONTENT: Final = frozenset({"status", "metadata", "apiVersion", "kind"})
_MANAGER: Final = re.compile(r'conflict with "([^"]+)"')
_IMMUTABLE: Final = re.compile(
    r"immutable|updates to \w+ spec for fields other than|may not change once set|cannot be changed"
)
_HEAD: Final = re.compile(r'^[A-Za-z.]+ "[^"]*" is invalid: ')
_NO_RIGHT: Final = re.compile(r"User \"[^\"]*\" cannot|cannot \w+ resource")
_NO_DRY_RUN: Final = re.compile("does not support dry run")
_VIOLATION: Final = re.compile(r'would violate PodSecurity "(?P<level>[^"]+)": (?P<why>.*)')
_ENFORCE: Final = "pod-security.kubernetes.io/enforce"
_LONGEST: Final = 400
