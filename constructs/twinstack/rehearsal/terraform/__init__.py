"""The Terraform side of a rehearsal: a stack validated, planned, applied and planned again, without AWS."""

from __future__ import annotations

from twinstack.rehearsal.terraform.passwords import rehearse_interruption
from twinstack.rehearsal.terraform.program import Program
from twinstack.rehearsal.terraform.rehearsal import NEWER_ARGUMENTS, rehearse, rehearse_in
from twinstack.rehearsal.terraform.report import TerraformReport
from twinstack.rehearsal.terraform.workspace import Outcome, Workspace, workspace

__all__ = [
    "NEWER_ARGUMENTS",
    "Outcome",
    "Program",
    "TerraformReport",
    "Workspace",
    "rehearse",
    "rehearse_in",
    "rehearse_interruption",
    "workspace",
]
