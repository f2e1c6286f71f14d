"""Where the models are wrong for Terraform, or say what the provider does not mean. Each with its reason."""

from __future__ import annotations

from typing import Final

LEFT_OUT_TYPES: Final[frozenset[str]] = frozenset({"aws_default_security_group"})
"""What takes its values by other rules than what the models call the same."""
LEFT_OUT: Final[dict[tuple[str, str], str]] = {
    (
        "aws_efs_file_system",
        "provisioned_throughput_in_mibps",
    ): "sent with the throughput mode `provisioned` alone: 0 is nothing",
    ("aws_iam_role_policy_attachment", "role"): "the models mean the name; Terraform takes the id as well",
}
ADDED: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("aws_cloudwatch_log_group", "retention_in_days"): ("0",),
}
"""Values that the provider takes besides: 0 is for ever (its page on aws_cloudwatch_log_group)."""
