"""Rules over the AWS half: pure functions over Terraform's JSON, whoever wrote it."""

from twinstack.policy.aws.catalogue import faults
from twinstack.policy.aws.rules import AwsRule
from twinstack.policy.aws.stack import Fault

__all__ = ["AwsRule", "Fault", "faults"]
