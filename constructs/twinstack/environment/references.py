"""`$(NAME)` in a workload's own texts: text like any other, where a pod's definition would have a variable's value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from twinstack.environment.lifecycle import HealthCommand, ServiceHealth
from twinstack.environment.model import Finding
from twinstack.environment.spec import WorkloadSpec
from twinstack.environment.text import Place


def check_references(workload: WorkloadSpec) -> Iterator[Finding]:
    """A finding for each `$(NAME)` that names a variable of a link, and a warning for one of the workload's own.

    Compose knows no such reference, and the kubelet reads it only where the named variable stands further up, which those
    of links do not: it stays what it is in both, and whoever wrote it meant something else.
    """
    linked = {variable.delivered_name for variable in workload.environment.variables_of(workload)}
    for place, text in _texts(workload):
        for name in dict.fromkeys(_REFERENCE.findall(text)):
            if name in linked or name in workload.own_variables:
                yield Finding(
                    "TW753",
                    "a reference that nothing resolves",
                    place,
                    given=f"$({name})",
                    allowed="text: `$(…)` reaches the process as it stands, in the cluster and in the local stack",
                    fix=_fix(name, place, is_linked=name in linked),
                    warning=name not in linked,
                    acknowledgeable=name not in linked,
                )


def _fix(name: str, place: Place, *, is_linked: bool) -> str:
    if place[0] != "environment_variables":
        return f'let a shell put it in, [sh, -c, "… $${name} …"]'.replace("$$", "$")
    if is_linked:
        return f"remove the line, and let the link deliver it under both names, `variables: {{…: [{name}, {place[1]}]}}` in `uses`"
    return "write the value out"


def _texts(workload: WorkloadSpec) -> Iterator[tuple[Place, str]]:
    for name, value in workload.environment_variables.items():
        yield ("environment_variables", name), value
    for index, part in enumerate(workload.command):
        yield ("command", index), part
    for field in ("sidecars", "init_containers"):
        for name, one in getattr(workload, field).items():
            for key, value in one.environment_variables.items():
                yield (field, name, "environment_variables", key), value
            for index, part in enumerate(one.command):
                yield (field, name, "command", index), part
    for field in type(workload).__pydantic_fields__:
        health = getattr(workload, field)
        if isinstance(health, HealthCommand | ServiceHealth):
            for key, command in health.commands.items():
                for index, part in enumerate(command):
                    yield (field, key, index), part


_REFERENCE: Final = re.compile(r"\$\(([A-Za-z_][A-Za-z0-9_]*)\)")
