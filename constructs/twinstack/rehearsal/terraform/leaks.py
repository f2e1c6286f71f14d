"""Looks for secret values where none may be: the state, the plans, and everything that Terraform printed."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from twinstack.errors import Problem
from twinstack.rehearsal.schema_provider import CANARY
from twinstack.rehearsal.terraform.workspace import Workspace


def leaks(workspace: Workspace) -> Iterator[Problem]:
    """A Problem for each place that holds a secret value; in the state, for each resource and argument."""
    issued = workspace.cloud.issued
    for file in sorted(workspace.folder.glob("terraform.tfstate*")):
        if _is_in(file.read_text(), issued):
            found = list(_in_state(json.loads(file.read_text()), issued))
            yield from (_problem(file.name, path) for path in found or [""])
    if workspace.plan_file.is_file() and any(_is_in(text, issued) for text in _plan_texts(workspace.plan_file)):
        yield _problem("the plan file", "")
    if any(_is_in(output, issued) for output in workspace.outputs):
        yield _problem(f"the output of {workspace.program.title}", "")


def _problem(place: str, path: str) -> Problem:
    return Problem(
        "TW807",
        f"a secret value is in {place}",
        path,
        allowed="secret values only in write-only arguments, which Terraform keeps nowhere",
        fix="pass it from an ephemeral resource to an argument that ends in _wo; where the resource has none, let pods log "
        "in with their IAM role instead of a password, or keep it out of Terraform: set it outside, and deliver it as a "
        "`provided` secret of a SecretsSpec",
    )


def _is_in(text: str, issued: Collection[str]) -> bool:
    return CANARY in text or any(value in text for value in issued)


def _in_state(state: Mapping[str, Any], issued: Collection[str]) -> Iterator[str]:
    for name, output in state.get("outputs", {}).items():
        if _is_in(json.dumps(output), issued):
            yield f"output.{name}"
    for resource in state.get("resources", []):
        prefix = "data." if resource.get("mode") == "data" else ""
        for instance in resource.get("instances", []):
            for argument, value in instance.get("attributes", {}).items():
                if _is_in(json.dumps(value), issued):
                    yield f"{prefix}{resource['type']}.{resource['name']}.{argument}"


def _plan_texts(file: Path) -> Iterator[str]:
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            yield archive.read(name).decode(errors="replace")
