"""Whether a planned release can follow the one that stands: what the server says to it, and what rules know of the two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from twinstack.delivery.pruning import HOLD_DATA
from twinstack.errors import ConfigurationError, Problem
from twinstack.policy.following import Acknowledged, following

if TYPE_CHECKING:
    from twinstack.api_server import ApiServer
    from twinstack.delivery.engine import Look


@dataclass(frozen=True)
class Seen:
    """A look at the cluster with both words on it."""

    look: Look
    unseen: str = ""
    """Why the server was not asked; empty where it was."""
    warnings: tuple[Problem, ...] = ()
    """What a person should know, and what stops nothing."""


def seen(look: Look, api: ApiServer, *, acknowledged: Acknowledged = MappingProxyType({})) -> Seen:
    """The look with the server's word on it; by comparison alone for who may only look, whom the server asks nothing.

    A dry run takes the right to write: Kubernetes has none that is for dry runs alone. Raises ConfigurationError with all
    that the server refuses, and with what cannot follow the release that stands (TW756), but for what is `acknowledged`.
    """
    refused: Sequence[Problem] = ()
    unseen = ""
    try:
        look = look.examined(api)
    except ConfigurationError as error:
        refused = error.problems
        if {problem.code for problem in refused} == {NO_RIGHT_TO_WRITE}:
            refused, unseen = (), COMPARED_ONLY
    found = [*_after_what_stands(look, acknowledged, asked=not unseen)]
    if stopped := [*refused, *(one for one in found if not one.warning)]:
        raise ConfigurationError(stopped)
    return Seen(look, unseen, tuple(found))


def _after_what_stands(look: Look, acknowledged: Acknowledged, *, asked: bool) -> Iterator[Problem]:
    """What the rules say of this release after the last one that succeeded."""
    stands = look.records.latest_succeeded
    if stands is None or not look.differs:
        return
    before = [one.data for one in look.records.manifests(stands)]
    after = [one.manifest.data for one in look.changes if one.manifest is not None]
    yield from following(before, after, asked=asked, keeps=HOLD_DATA, acknowledged=acknowledged)


NO_RIGHT_TO_WRITE: Final = "TW945"
COMPARED_ONLY: Final = "compared only: whoever plans may not write, so the server was asked for no dry run"
