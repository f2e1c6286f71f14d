"""The bucket that an environment's Terraform state is kept in, made before Terraform can make anything."""

from twinstack.state.bootstrap import Outcome, Report, bootstrap
from twinstack.state.commands import commands

__all__ = ["Outcome", "Report", "bootstrap", "commands"]
