"""Terraform and OpenTofu: the program, how a command of it ended, and what it says is wrong."""

from twinstack.terraform.outcome import Outcome
from twinstack.terraform.program import Program

__all__ = ["Outcome", "Program"]
