"""Reports of what a scanner found, at the section that it was made of."""

from __future__ import annotations

from tests.shop import BASE, TODAY, Shop
from twinstack.cli.scan import rows_of_scan
from twinstack.layers.load import load_text
from twinstack.policy.scan import Failed, ScanReport


def test_what_a_scanner_found_stands_at_the_section_of_its_thing() -> None:
    loaded = load_text(Shop, "prod", {"base": BASE, "prod": "protected: false\nweb: {scale: {max: 5}}\n"}, TODAY)
    failed = [
        Failed("CKV_AWS_1", "aws_db_instance", "aws_db_instance.database", "encrypted"),
        Failed("CKV_K8S_1", "Deployment", "Deployment.shop.web", "limits"),
        Failed("CKV_K8S_2", "Namespace", "Namespace.other", "none"),
    ]
    rows = [*rows_of_scan(loaded, ScanReport(0, failed, [], []))]
    assert [str(row.location) for row in rows] == [
        f"environments/base.yaml:{BASE[: BASE.index('database:')].count(chr(10)) + 1}",
        "environments/prod.yaml:2",
        "None",
    ]
    assert (rows[0].rule, rows[0].group, rows[0].message) == (
        "CKV_AWS_1", "prod", "aws_db_instance.database: encrypted",
    )  # fmt: skip
