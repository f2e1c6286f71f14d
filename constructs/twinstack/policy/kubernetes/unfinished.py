"""Values that are not finished: what another tool was to fill in, and what Kubernetes would have to know and does not.

Source: Kubernetes documentation, "Define Dependent Environment Variables" and "Define a Command and Arguments for a Container".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from twinstack.environment.spec import Half
from twinstack.policy.kubernetes.objects import Container, Objects, mappings, text, texts
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.WORKLOADS)


@RULES(
    "value-not-known",
    "a value that Terraform was to fill in",
    "write what is known at synthesis, and let a secret bring what AWS makes up",
    severity="error",
)
def value_not_known(objects: Objects) -> Iterator[Fault]:
    """A reference of Terraform's, or the engine's stand-in for one: Kubernetes resolves neither, and hands on the text. In a
    file it may be meant as it stands, and a name that other tools use too may be theirs: a warning.
    """
    for one in objects.all:
        for path, value in _texts(one.data, ""):
            if found := _OF_TERRAFORM.search(value):
                doubtful = one.kind in {"ConfigMap", "Secret"} or not found[0].startswith(
                    ("${aws_", "${Token", "${TfToken")
                )
                yield replace(one.fault(path, found[0], "a value that is known"), doubtful=doubtful)


@RULES("variable-of-nobody", "a variable is referred to that nothing defines", "define it before, or write $$(NAME)")
def variable_of_nobody(objects: Objects) -> Iterator[Fault]:
    """`$(NAME)` of a variable that the container does not have, or only further down: it stays as it is written."""
    for pods in objects.pods:
        for container in pods.containers:
            if mappings(container.data, "envFrom"):
                continue
            known: set[str] = set()
            for index, one in enumerate(mappings(container.data, "env")):
                for name in _references(text(one, "value")) - known:
                    yield pods.owner.fault(f"{container.path}.env[{text(one, 'name') or index}]", f"$({name})")
                known.add(text(one, "name"))
            for part in ("command", "args"):
                for name in set().union(*map(_references, texts(container.data, part))) - known:
                    yield pods.owner.fault(f"{container.path}.{part}", f"$({name})", ", ".join(sorted(known)))


@RULES("command-is-one-text", "a command line in the place of a program", "split it: the program, then each argument")
def command_is_one_text(objects: Objects) -> Iterator[Fault]:
    """A program whose name is a whole command line: no shell splits it, so no such file is found."""
    for pods in objects.pods:
        for path, command in _commands(pods.containers):
            if len(command) == 1 and re.search(r"\S\s+\S", command[0].strip()):
                yield pods.owner.fault(path, command[0], str(command[0].split()))


def _commands(containers: list[Container]) -> Iterator[tuple[str, list[str]]]:
    for container in containers:
        yield f"{container.path}.command", texts(container.data, "command")
        for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
            yield f"{container.path}.{probe}.exec.command", texts(container.data, probe, "exec", "command")


def _references(value: str) -> set[str]:
    return set(_REFERENCE.findall(value.replace("$$", "")))


def _texts(data: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from _texts(value, f"{path}.{key}" if path else str(key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _texts(value, f"{path}[{index}]")


_REFERENCE: Final = re.compile(r"\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)")
_OF_TERRAFORM: Final = re.compile(
    r"(?<!\$)\$\{(?:Tf)?Token\[[^\]]*\]\}|(?<!\$)\$\{(?:(?:data|module|var|local|ephemeral)\.[\w-]+|aws_\w+\.[\w-]+\.)[^}]*\}"
)
"""`${Token[TOKEN.12]}` of cdktf, and references as its own output writes them."""
