"""Where a field belongs among the others: in the class, in a layer and in a half alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from twinstack.environment.spec import Spec
from twinstack.starting.kind import rank


def follows(kind: type[Spec], specs: Mapping[str, type[Spec]]) -> Callable[[str], int | None]:
    """What a new field of this kind may stand behind: the more it says of a name, the better; None for no place.

    Names that are no specs, `organization` and the like, come before all of them.
    """

    def number(name: str) -> int | None:
        if name not in specs:
            return -1
        found = rank(specs[name])
        return found if found <= rank(kind) else None

    return number
