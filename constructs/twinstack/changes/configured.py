"""What the configuration that goes with a plan says and the plan itself does not: what keeps a resource from being destroyed,
and a policy that names what the plan makes.

A plan has nothing of `lifecycle`, and of a text with one part that only the apply tells it has no word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self, TypeAlias, cast

from twinstack.changes.effect import Effect
from twinstack.changes.openings import POLICIES
from twinstack.changes.resources import mapping, resources_in
from twinstack.changes.stateful import STATEFUL
from twinstack.changes.weakening import Weakening
from twinstack.delivery.infrastructure_plan import UNKNOWN_YET
from twinstack.errors import ConfigurationError, Location, Problem

Blocks: TypeAlias = Mapping[str, Mapping[str, Any]]
"""The resources of a configuration, by their addresses."""


@dataclass(frozen=True)
class Configuration:
    """What is read of a stack's configuration in JSON; of one in HCL nothing."""

    blocks: Blocks = field(default_factory=dict, repr=False)
    moved: Mapping[str, str] = field(default_factory=dict)
    """Former address: new one."""

    @classmethod
    def of(cls, files: Iterable[Mapping[str, Any]]) -> Self:
        """What its files say, one after the other."""
        every = [*files]
        blocks = {address: block for one in every for address, block in resources_in(one).items()}
        return cls(blocks, {former: new for one in every for former, new in _moves(one)})

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Of the stack that lies in a folder, or in the infrastructure half of a release. Raises ConfigurationError (TW981)
        for a file that is no object in JSON.
        """
        from twinstack.delivery.release_folder import INFRASTRUCTURE

        place = folder / INFRASTRUCTURE if (folder / INFRASTRUCTURE).is_dir() else folder
        return cls.of(_parsed(file) for file in sorted(place.glob("*.tf.json")))


def _moves(configuration: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    blocks = configuration.get("moved") or ()
    for one in [blocks] if isinstance(blocks, Mapping) else blocks:
        yield str(one.get("from")), str(one.get("to"))


def _parsed(file: Path) -> Mapping[str, Any]:
    try:
        found: Any = json.loads(file.read_bytes())
    except OSError as error:
        given = error.strerror or str(error)
    except ValueError as error:
        given = f"no JSON ({error})"
    else:
        if isinstance(found, Mapping):
            return cast("Mapping[str, Any]", found)
        given = "JSON that is no object"
    raise ConfigurationError([
        Problem(
            "TW981",
            "a file of the configuration is not read",
            location=Location(str(file)),
            given=given,
            allowed="an object in JSON, as `twinstack synth` writes it",
            fix="write it again: `twinstack synth`, or `twinstack plan` for a release",
        )
    ])  # fmt: skip


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
        change = mapping(one.get("change"))
        if not _GOES & {*cast("Collection[str]", change.get("actions") or ())}:
            found[str(one.get("address"))] = mapping(change.get("before"))
    return found


_REFERENCE: Final = re.compile(r"\$\{([a-z0-9_]+\.[\w-]+)\.(\w+)\}")
_GOES: Final = frozenset({"delete", "create", "forget"})
