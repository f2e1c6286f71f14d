"""What the configuration that goes with a plan says and the plan itself does not: what keeps a resource from being destroyed,
and a policy that names what the plan makes.

A plan has nothing of `lifecycle`, and of a text with one part that only the apply tells it has no word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

from twinstack.changes.effect import Effect
from twinstack.changes.openings import POLICIES
from twinstack.changes.stateful import STATEFUL
from twinstack.changes.weakening import Weakening
from twinstack.delivery.infrastructure_plan import UNKNOWN_YET

Blocks: TypeAlias = Mapping[str, Mapping[str, Any]]
"""The resources of a configuration, by their addresses."""


def blocks_of(configuration: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The resources of one file of configuration in JSON."""
    for kind, named in _mapping(configuration.get("resource")).items():
        for name, block in _mapping(named).items():
            yield f"{kind}.{name}", _mapping(block)


def blocks_of_folder(folder: Path) -> Blocks:
    """Those of the stack that lies in a folder, or in the infrastructure half of a release."""
    from twinstack.delivery.release_folder import INFRASTRUCTURE

    place = folder / INFRASTRUCTURE if (folder / INFRASTRUCTURE).is_dir() else folder
    files = sorted(place.glob("*.tf.json"))
    return {address: block for file in files for address, block in blocks_of(json.loads(file.read_bytes()))}


def keeps(block: Mapping[str, Any] | None) -> bool:
    """Whether Terraform refuses to destroy it."""
    lifecycle = (block or {}).get("lifecycle")
    every = cast("list[Any]", lifecycle) if isinstance(lifecycle, list) else [lifecycle]
    return any(one.get("prevent_destroy") is True for one in every if isinstance(one, Mapping))


def no_longer_kept(type_name: str, address: str, configuration: Blocks, former: Blocks) -> Iterator[Weakening]:
    """A resource that stays, and that Terraform refused to destroy before and does not any more."""
    stays = type_name in STATEFUL and address in configuration
    if stays and keeps(former.get(address)) and not keeps(configuration[address]):
        why = "nothing in Terraform keeps it from being destroyed any more"
        yield Weakening("lifecycle.prevent_destroy", Effect.UNPROTECTS, why)


def with_policies(
    after: Mapping[str, Any], block: Mapping[str, Any] | None, standing: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any]:
    """What there will be, with each policy that only the apply tells as the configuration has it: what it names and stands
    already by its value, and what the plan makes by its address.
    """
    later = [path for path in POLICIES if after.get(path) is UNKNOWN_YET]
    written = {path: str((block or {}).get(path)) for path in later}
    # What a function or a data source makes is no policy that could be read here.
    return {**after, **{path: _resolved(text, standing) for path, text in written.items() if text.startswith("{")}}


def _resolved(text: str, standing: Mapping[str, Mapping[str, Any]]) -> str:
    def value(found: re.Match[str]) -> str:
        known = standing.get(found[1], {}).get(found[2])
        return json.dumps(known)[1:-1] if isinstance(known, str) else found[0]

    return _REFERENCE.sub(value, text)


def standing(plan: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """What stands and stays, and what it is now, by its address."""
    found: dict[str, Mapping[str, Any]] = {}
    for one in plan.get("resource_changes") or ():
        change = _mapping(one.get("change"))
        if not _GOES & {*cast("Collection[str]", change.get("actions") or ())}:
            found[str(one.get("address"))] = _mapping(change.get("before"))
    return found


def _mapping(value: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


_REFERENCE: Final = re.compile(r"\$\{([a-z0-9_]+\.[\w-]+)\.(\w+)\}")
_GOES: Final = frozenset({"delete", "create", "forget"})
