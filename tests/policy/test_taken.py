"""Everything in the output is held against what AWS takes, whoever wrote it; what is right or not known passes."""

from __future__ import annotations

import copy
import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from constructs import Construct

from stacks import AnalyticsEnvironment, product
from stacks.infrastructure import AnalyticsInfrastructure
from twinstack import Product
from twinstack.environment import Half
from twinstack.errors import ConfigurationError, Problem
from twinstack.facts.examples import EXAMPLES, Example
from twinstack.layers.load import Loaded
from twinstack.policy import Accepted
from twinstack.policy.taken import not_taken
from twinstack.synthesis import write

DAY: Final = datetime.date(2026, 11, 24)
GOLDEN: Final = Path(__file__).parents[1] / "golden"
SPOT: Final = {"//": {"metadata": {"path": "analytics-prod/exports/spot"}}}


def loaded(values: Mapping[str, Any] | None = None, name: str = "prod") -> Loaded[Any]:
    return product.load_with_provenance(name, set=values, today=DAY)


def document(name: str = "prod") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((GOLDEN / name / "cdk.tf.json").read_bytes())
    return found


def with_(address: str, arguments: Mapping[str, Any], values: Mapping[str, Any] | None = None) -> list[Problem]:
    """What is found in production when a resource has these arguments as well."""
    broken = document()
    kind, _, name = address.partition(".")
    resource = broken["resource"].setdefault(kind, {}).setdefault(name, {})
    resource |= copy.deepcopy(dict(arguments))
    return [*not_taken(loaded(values), broken)]


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_nothing_is_found_in_what_was_reviewed(name: str) -> None:
    assert [*not_taken(loaded(name=name), document(name))] == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.type}.{example.path}={example.wrong}"[:60])
def test_each_kind_of_fact_is_found_and_a_right_value_is_not(example: Example) -> None:
    """A resource of the product's own, in the example's region by an argument of its own."""
    address = f"{example.type}.made_beside"
    wrong, right = ({**example.arguments(value), "region": example.region} for value in (example.wrong, example.right))
    (problem,) = with_(address, wrong)
    assert problem.path == f"{address}.{example.path}"
    assert with_(address, right) == []


def test_the_line_is_that_of_the_field_that_writes_the_argument() -> None:
    (problem,) = with_("aws_db_instance.database", {"allocated_storage": 5})
    lines = (product.root / "environments/prod.yaml").read_text(encoding="utf-8").splitlines()
    assert problem.location is not None
    assert problem.location.file == "environments/prod.yaml"
    assert lines[problem.location.line - 1].strip().startswith("storage_gib:")
    assert (problem.code, problem.warning, problem.environment) == ("TW380", False, "prod")
    assert problem.given == "5 with gp3, of the construct analytics-prod/database/instance"
    assert problem.allowed.startswith("20 to 65,536 GiB with gp3 (")
    assert "`20`" in problem.fix
    assert "`database.storage_gib` writes it" in problem.fix


def test_without_such_a_field_it_is_that_of_the_spec_and_without_a_spec_there_is_none() -> None:
    (problem,) = with_("aws_s3_bucket_versioning.exports", {"versioning_configuration": {"status": "On"}})
    assert problem.location == loaded().merged.locate(("exports",))
    (problem,) = with_("aws_sqs_queue.beside", {"delay_seconds": 901})
    assert problem.location is None
    assert problem.path == "aws_sqs_queue.beside.delay_seconds"


def test_references_and_what_is_not_known_pass() -> None:
    for value in ("${var.class}", "${aws_db_instance.other.instance_class}", None):
        assert with_("aws_db_instance.database", {"instance_class": value, "storage_type": value}) == []
    assert with_("aws_of_tomorrow.new", {"name": "" * 3, "kind": "x"}) == []
    assert with_("google_storage_bucket.new", {"name": "X"}) == []


def test_a_value_that_may_be_newer_is_a_warning_that_is_acknowledged_once() -> None:
    newer = {"instance_class": "db.m11g.large"}
    (warning,) = with_("aws_db_instance.database", newer)
    assert (warning.code, warning.warning) == ("TW382", True)
    seen = {"database.acknowledge": {"TW382": "seen in the console"}}
    assert with_("aws_db_instance.database", newer, seen) == []
    # What the field says was told when the environment was loaded.
    assert with_("aws_db_instance.database", newer, {"database.instance_class": "db.m11g.large"}) == []


def test_what_aws_has_elsewhere_is_an_error_that_is_acknowledged_and_a_closed_list_is_not() -> None:
    elsewhere = {"engine_version": "15.3"}
    (error,) = with_("aws_db_instance.database", elsewhere)
    assert (error.code, error.warning) == ("TW381", False)
    assert with_("aws_db_instance.database", elsewhere, {"database.acknowledge": {"TW381": "it stands at this"}}) == []
    reason = {"database.acknowledge": {"TW380": "nobody can have this"}}
    assert "TW380" in [one.code for one in with_("aws_db_instance.database", {"storage_type": "gp5"}, reason)]


def test_an_acknowledgement_that_nothing_needs_is_said() -> None:
    (unused,) = not_taken(loaded({"cache.acknowledge": {"TW381": "nothing needs this"}}), document())
    assert (unused.code, unused.path, unused.warning) == ("TW491", "cache.acknowledge.TW381", True)


def test_what_the_products_code_makes_is_accepted_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {"instance_type": "t4g.micro", "instance_initiated_shutdown_behavior": "halt"}
    for accepted, left in (
        (Accepted("TW380", "aws_launch_template", "AWS has it since March."), 0),
        (Accepted("TW380", "", "AWS has it since March.", "aws_launch_template.own"), 0),
        (Accepted("TW380", "", "AWS has it since March.", "aws_launch_template.other"), 1),
        (Accepted("TW381", "aws_launch_template", "AWS has it since March."), 1),
    ):
        monkeypatch.setattr("twinstack.policy.taken.accepted_in", lambda _, one=accepted: iter([one]))
        assert len(with_("aws_launch_template.own", wrong)) == left


def test_a_resource_is_made_in_the_region_of_its_provider_or_its_own() -> None:
    spot = {**SPOT, "instance_type": "x8g.medium"}
    broken = document()
    broken["provider"]["aws"].append({"alias": "south", "region": "ap-south-2"})
    for block, codes in (
        (spot, []),
        ({**spot, "provider": "aws.south"}, ["TW381"]),
        ({**spot, "region": "ap-south-2"}, ["TW381"]),
        ({**spot, "region": "${var.region}"}, []),
        ({**spot, "provider": "aws.nowhere"}, []),
    ):
        broken["resource"]["aws_instance"] = {"spot": block}
        assert [one.code for one in not_taken(loaded(), broken)] == codes


class OtherTeams(Construct):
    """A construct of another team's package."""

    def __init__(self, scope: Construct) -> None:
        super().__init__(scope, "jobs")
        SqsQueue(self, "queue", name="jobs", visibility_timeout_seconds=43201)


class Overridden(AnalyticsInfrastructure):
    """An escape hatch over the database, and another team's construct."""

    def __init__(self, scope: Construct, environment: AnalyticsEnvironment) -> None:
        super().__init__(scope, environment)
        self.database.resource.add_override("allocated_storage", 5)
        self.database.resource.add_override("instance_class", "db.m11g.large")
        OtherTeams(self)


def test_a_synth_that_finds_an_error_says_everything_and_writes_nothing(tmp_path: Path) -> None:
    broken = Product(AnalyticsEnvironment, infrastructure=f"{__name__}:Overridden")
    with pytest.raises(ConfigurationError) as caught:
        write(broken, [loaded()], {Half.INFRASTRUCTURE: tmp_path / "out"}, (Half.INFRASTRUCTURE,))
    assert caught.value.exit_status == 2
    found = {one.path: one for one in caught.value.problems}
    queue = next(one for path, one in found.items() if path.startswith("aws_sqs_queue."))
    assert queue.given == "43201, of the construct analytics-prod/jobs/queue"
    assert {one.code for one in found.values()} == {"TW380", "TW382"}
    assert "aws_db_instance.database.allocated_storage" in found
    assert list(tmp_path.iterdir()) == []
