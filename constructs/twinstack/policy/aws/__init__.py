"""Rules over the AWS half: pure functions over Terraform's JSON, whoever wrote it."""

from twinstack.policy.aws.catalogue import faults, faults_between
from twinstack.policy.aws.stack import Resource, Stack
from twinstack.policy.rule import Fault, Rule

__all__ = ["Fault", "Resource", "Rule", "Stack", "faults", "faults_between"]
