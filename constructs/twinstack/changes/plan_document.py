"""A plan, wherever it lies: in the folder of a release, as Terraform or OpenTofu saved it, or as `show -json` shows it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from twinstack.changes.configured import Blocks, Configuration
from twinstack.errors import ConfigurationError, Location, MissingToolError, Problem
from twinstack.terraform.program import PROGRAMS, VARIABLE, Program


@dataclass(frozen=True)
class PlanDocument:
    """What `show -json` says of a plan, and what its configuration asks to be moved."""

    shown: Mapping[str, Any] = field(repr=False)
    """Secret values may be in it: show none."""
    moved: Mapping[str, str] = field(default_factory=dict)
    """Former address: new one; empty where the configuration is not there or not JSON."""
    blocks: Blocks = field(default_factory=dict, repr=False)
    """The resources of the configuration, by their addresses; empty likewise."""

    @classmethod
    def read(cls, place: Path) -> PlanDocument | None:
        """The plan at `place`, `-` for what stands on stdin; None for a release without an infrastructure half.

        Raises ConfigurationError for what is none (TW981) and for a release that is not as it was planned (TW960),
        MissingToolError where a saved plan's engine is not on the path.
        """
        if str(place) == "-":
            return cls(_parsed(sys.stdin.buffer.read(), place))
        if place.is_dir():
            return _of_folder(place)
        try:
            content = place.read_bytes()
        except OSError as error:
            raise _no_plan(place, error.strerror or str(error)) from error
        if zipfile.is_zipfile(place):
            beside = Configuration.of(_configuration_of_file(place))
            return cls(_shown(place), beside.moved, beside.blocks)
        return cls(_parsed(content, place))


def require_plan(shown: Mapping[str, Any]) -> None:
    """Raises ConfigurationError (TW981) for what does not have the form of a plan."""
    if problem := _malformed(shown):
        raise _no_plan(None, problem)


def format_of(shown: Mapping[str, Any]) -> tuple[int, ...]:
    """`(1, 2)`."""
    return tuple(int(part) for part in shown["format_version"].split("."))


def _of_folder(folder: Path) -> PlanDocument | None:
    from twinstack.delivery.release import Release
    from twinstack.delivery.release_folder import INFRASTRUCTURE, PLAN_JSON, RELEASE_FILE

    place = folder
    if (folder / RELEASE_FILE).is_file():
        if INFRASTRUCTURE not in Release.read(folder).halves:
            return None
        place = folder / INFRASTRUCTURE
    file = place / PLAN_JSON
    if not file.is_file():
        raise _no_plan(folder, "a folder that holds no release")
    beside = Configuration.read(place)
    return PlanDocument(_parsed(file.read_bytes(), file), beside.moved, beside.blocks)


def _configuration_of_file(file: Path) -> Iterator[Mapping[str, Any]]:
    """What is read of the configuration that a saved plan carries; of one in HCL nothing."""
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if name.startswith(_ROOT_MODULE) and name.endswith(".tf.json"):
                yield json.loads(archive.read(name))


def _shown(file: Path) -> Mapping[str, Any]:
    """What its own engine says of a saved plan: the other one does not read it. It needs the providers of the plan, so it
    is run where the plan lies, or else here.
    """
    wanted = os.environ.get(VARIABLE)
    said: dict[str, str] = {}
    for name in (wanted,) if wanted else PROGRAMS:
        try:
            program = Program.find(name)
        except MissingToolError as error:
            said[name] = str(error)
            continue
        for folder in dict.fromkeys([file.absolute().parent, Path.cwd()]):
            command = [program.path, "show", "-json", "-no-color", str(file.absolute())]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return _parsed(done.stdout.encode(), file)
            said[f"{program.title} {program.version}"] = " ".join(f"{done.stderr} {done.stdout}".split())
    raise _no_plan(
        file,
        "; ".join(f"{name}: {words[:_MOST_WORDS]}" for name, words in said.items()),
        "a saved plan that is not read",
    )


def _parsed(content: bytes, place: Path) -> Mapping[str, Any]:
    """From the first brace on: OpenTofu may print a warning before it."""
    start = content.find(b"{")
    try:
        shown = json.loads(content[max(start, 0) :])
    except ValueError as error:
        raise _no_plan(place, f"no JSON ({error})") from error
    if problem := _malformed(shown):
        raise _no_plan(place, problem)
    return shown  # type: ignore[no-any-return]


def _malformed(shown: Any) -> str:
    if not isinstance(shown, Mapping) or not {"format_version", "terraform_version"} <= {*shown}:
        return "JSON that is no plan: neither a format nor a version of Terraform stands in it"
    try:
        format_of(shown)
    except (AttributeError, ValueError):
        return f"the format is {shown['format_version']!r}"
    if not {"planned_values", "resource_changes"} & {*shown}:
        return "JSON of something else, a state perhaps: no planned values stand in it"
    for name in ("resource_changes", "deferred_changes", "action_invocations", "deferred_action_invocations"):
        entries = shown.get(name) or ()
        if not isinstance(entries, list | tuple) or not all(isinstance(one, Mapping) for one in entries):
            return f"{name} is no list of objects"
        if any(not isinstance(one.get(part) or {}, Mapping) for one in entries for part in _PARTS):
            return f"an entry of {name} has another form"
    wrong = [one for one in shown.get("resource_changes") or () if not _is_change(one)]
    return "a change in it has no address, no type or no actions" if wrong else ""


def _is_change(one: Mapping[str, Any]) -> bool:
    change = one.get("change") or {}
    actions, replaced = change.get("actions"), change.get("replace_paths") or []
    return (
        isinstance(one.get("address"), str)
        and isinstance(one.get("type"), str)
        and isinstance(actions, list)
        and bool(actions)
        and all(isinstance(action, str) for action in actions)
        and isinstance(change.get("importing") or {}, Mapping)
        and isinstance(replaced, list)
        and all(isinstance(path, list) for path in replaced)
    )


def _no_plan(place: Path | None, given: str, message: str = "what is given is no plan") -> ConfigurationError:
    return ConfigurationError([
        Problem(
            "TW981",
            message,
            location=Location(str(place)) if place else None,
            given=given,
            allowed="a folder of `twinstack plan`, a plan that `terraform plan -out` or `tofu plan -out` saved, or what "
            "`show -json` says of one",
            fix="for a saved plan run this where `init` was run, with its own engine on the path; or hand over what "
            "`terraform show -json FILE` says",
        )
    ])  # fmt: skip


NEWEST_FORMAT: Final = (1, 2)
"""What Terraform 1.11 and OpenTofu 1.12 write."""
KNOWN_KEYS: Final = frozenset({
    "action_invocations", "applyable", "checks", "complete", "configuration", "deferred_action_invocations",
    "deferred_changes", "errored", "format_version", "output_changes", "planned_values", "prior_state",
    "relevant_attributes", "resource_changes", "resource_drift", "terraform_version",
    "timestamp", "twinstack", "variables",
})  # fmt: skip
"""What a plan's JSON may hold: what else there is may be something that destroys. Source: Terraform and OpenTofu,
`internal/command/jsonplan/plan.go`, read on 29 November 2026."""
_PARTS: Final = ("change", "resource_change", "action_invocation")
_ROOT_MODULE: Final = "tfconfig/m-/"
_MOST_WORDS: Final = 300
