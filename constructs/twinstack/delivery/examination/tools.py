"""The programs on this machine."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator

from twinstack.delivery.examination.check import Check, Finding
from twinstack.delivery.examination.examined import Examined
from twinstack.errors import MissingToolError
from twinstack.terraform.program import Program


def tools(examined: Examined, program: str | None = None) -> Iterator[Check]:
    """Terraform for the infrastructure half; the AWS CLI and kubectl, which people and kubeconfigs use."""
    if examined.stack:
        yield _terraform(program)
    yield _command(
        "AWS CLI",
        ("aws", "--version"),
        "kubeconfigs fetch their credentials by it, and secrets are put by it",
        "install it: docs.aws.amazon.com, AWS CLI, Getting started",
    )
    yield _command("kubectl", ("kubectl", "version", "--client", "-o", "json"), "a release needs none", "")


def _terraform(program: str | None) -> Check:
    try:
        found = Program.find(program)
    except MissingToolError as error:
        what, _, fix = str(error).partition(": ")
        return Check("Terraform", Finding.FAILED, what, fix)
    return Check("Terraform", Finding.OK, f"{found.title} {found.version}")


def _command(title: str, command: tuple[str, ...], why: str, fix: str) -> Check:
    path = shutil.which(command[0])
    missing = Finding.WARNING if fix else Finding.LEFT_OUT
    if path is None:
        return Check(title, missing, f"not on the path; {why}", fix)
    try:
        run = subprocess.run(
            [path, *command[1:]], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Check(title, missing, f"{path} does not run: {error}; {why}", fix)
    return Check(title, Finding.OK, _version(run.stdout))


def _version(printed: str) -> str:
    """`aws-cli/2.31.0`, or the gitVersion of JSON."""
    try:
        return str(json.loads(printed)["clientVersion"]["gitVersion"])
    except (ValueError, KeyError, TypeError):
        return next(iter(re.findall(r"\S+", printed)), "it tells no version")
