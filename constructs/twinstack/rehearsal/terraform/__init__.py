"""The Terraform side of a rehearsal: a stack validated, planned, applied and planned again, without AWS."""

from __future__ import annotations

from twinstack.rehearsal.terraform.passwords import rehearse_interruption
from twinstack.rehearsal.terraform.rehearsal import NEWER_ARGUMENTS, rehearse, rehearse_in
from twinstack.rehearsal.terraform.report import TerraformReport
from twinstack.rehearsal.terraform.workspace import Workspace, cloud_for, workspace
from twinstack.terraform import Outcome, Program

__all__ = [
    "NEWER_ARGUMENTS",
    "Outcome",
    "Program",
    "TerraformReport",
    "Workspace",
    "cloud_for",
    "rehearse",
    "rehearse_in",
    "rehearse_interruption",
    "workspace",
]
