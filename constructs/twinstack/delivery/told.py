"""What the cluster is told of what AWS made: values that only Terraform knows, put where a manifest asks for them.

A ConfigMap asks by an annotation, and declares no such key itself: what is told is a field of another manager, so that no
release, no return to a former one and no `kubectl apply` takes it away, and what a person has put there is nobody else's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twinstack.delivery.fields import value
from twinstack.errors import ClusterError, ConfigurationError, Location, Problem
from twinstack.labels import TELLS, TOLD_BY, listed

if TYPE_CHECKING:
    from twinstack.api_server import ApiServer
    from twinstack.delivery.manifest import Manifest
    from twinstack.delivery.progress import Progress
    from twinstack.delivery.pruning import Live


@dataclass(frozen=True)
class Asked:
    """One key of a ConfigMap that waits for one of Terraform's outputs."""

    manifest: Manifest
    key: str
    output: str

    def held(self, live: Live) -> str:
        """What the key says in the cluster; empty where it says nothing yet."""
        return str(value(live.get(self.manifest.identity) or {}, "data", self.key) or "")


@dataclass(frozen=True)
class Telling:
    """What Terraform answered, by what asked for it."""

    values: Sequence[tuple[Asked, str]] = ()

    def tell(self, api: ApiServer, live: Live, progress: Progress) -> None:
        """Puts it there, where it is not there yet; only the field, by server-side apply. What somebody else has put there
        stays, and is named. Raises ClusterError where the server refuses.
        """
        for one, wanted in self.values:
            held, identity = one.held(live), one.manifest.identity
            if held == wanted:
                continue
            answer = api.apply(_told(one, wanted), manager=TELLS)
            if answer.reason == "Conflict":
                progress.note(
                    f"{identity} says {one.key}: {held}, and Terraform's is {wanted}: what somebody else has put there stays"
                )
                continue
            if answer.refusal:
                raise ClusterError(f"{identity} cannot be told {one.key}: {answer.refusal}", status=answer.status)
            progress.note(f"{identity} is told {one.key}: {wanted}")
            if held:
                progress.note(f"it said {held} before: a claim that was made by then still leads there")


def asked_by(manifests: Sequence[Manifest]) -> tuple[Asked, ...]:
    """Every key that a manifest asks for."""
    return tuple(
        Asked(one, key, output)
        for one in manifests
        for text in sorted(listed(value(one.data, "metadata", "annotations"), TOLD_BY))
        for key, _, output in (text.partition("="),)
    )


def telling(
    manifests: Sequence[Manifest], live: Live, outputs: Callable[[], Mapping[str, Any] | None], *, is_applied: bool
) -> Telling:
    """What is to be told. Terraform is asked for its outputs where the infrastructure was just applied, or where a key says
    nothing yet; `outputs` gives None where the release has no infrastructure that could be asked.

    Raises ConfigurationError (TW949) where a key says nothing, and nothing is known of it; and as `outputs` does.
    """
    asked = asked_by(manifests)
    if not asked or not (is_applied or any(not one.held(live) for one in asked)):
        return Telling()
    known = outputs()
    found = [(one, str((known or {}).get(one.output) or one.held(live))) for one in asked]
    if problems := [_unknown(one, known) for one, wanted in found if not wanted]:
        raise ConfigurationError(problems)
    return Telling(found)


def _told(one: Asked, wanted: str) -> dict[str, Any]:
    metadata = {"name": one.manifest.identity.name, "namespace": one.manifest.namespace}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {one.key: wanted}}


def _unknown(one: Asked, known: Mapping[str, Any] | None) -> Problem:
    return Problem(
        "TW949",
        "the cluster was not told yet what AWS has made, and its pods would wait for it",
        str(one.manifest.identity),
        location=Location(one.manifest.file),
        given=f"no {one.key}, and "
        + ("a release without its infrastructure" if known is None else f"a state without the output {one.output}"),
        allowed=f"Terraform's output {one.output}",
        fix="deploy both halves once, or run the command in the output that ends in `_tell_cluster`",
    )
