"""Compositions that no environment of analytics has, against real Terraform and the provider's schema."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.aws.documents import analytics
from twinstack.rehearsal.terraform import rehearse

GROUP = {"instance_types": ["m7i.large"], "min": 3, "max": 5}
NETWORK = {
    "vpc_id": "vpc-0123456789abcdef0",
    "private_subnet_ids": ["subnet-0000000000000000a", "subnet-0000000000000000b"],
    "database_subnet_ids": ["subnet-0000000000000000c", "subnet-0000000000000000d"],
}
CERTIFICATE = "arn:aws:acm:us-west-2:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
VARIANTS: dict[str, dict[str, Any]] = {
    "managed nodes behind nginx": {
        "cluster__mode": "managed",
        "cluster__node_groups": {"general": GROUP},
        "cluster__public_access_cidrs": ["203.0.113.0/24"],
        "edge__kind": "nginx",
        "cache__engine": "valkey",
        "cache__engine_version": "8.0",
    },
    "in another team's network and cluster": {
        "network__existing": NETWORK,
        "cluster__existing": "shared",
        "edge__certificate_arn": CERTIFICATE,
        "exports__encryption": "aws:kms",
        "exports__expire_days": 30,
    },
    "everything off that can be": {
        "network__nat": "single",
        "cache__encrypted": False,
        "cache__snapshot_retention_days": 0,
        "database__encrypted": False,
        "database__monitoring_interval_seconds": 0,
        "database__performance_insights": False,
        "exports__versioned": False,
    },
}


@pytest.mark.slow
@pytest.mark.skipif(
    not (shutil.which("terraform") or shutil.which("tofu")), reason="neither terraform nor tofu is installed"
)
@pytest.mark.parametrize("variant", VARIANTS)
def test_it_is_valid_applies_and_settles(variant: str, tmp_path: Path) -> None:
    changes = VARIANTS[variant]
    document = analytics("dev" if variant.startswith("everything") else "prod", **changes)
    stack = tmp_path / "variant"
    stack.mkdir()
    (stack / "cdk.tf.json").write_text(json.dumps(document.blocks))
    report = rehearse(stack, destroy=False)
    assert [str(problem) for problem in report.problems] == []
    assert sum(report.resources.values()) > 40
