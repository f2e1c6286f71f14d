"""One policy for both halves: errors refuse, warnings are said, and what is acknowledged is neither; nothing is forgotten."""

from __future__ import annotations

import copy
import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from constructs import Construct

from stacks import AnalyticsEnvironment, product
from stacks.infrastructure import AnalyticsInfrastructure
from twinstack import Product
from twinstack.environment import Half
from twinstack.errors import ConfigurationError, Problem
from twinstack.layers.load import Loaded
from twinstack.policy import Accepted
from twinstack.policy.judgement import Cluster, Made, problems, refuse
from twinstack.synthesis import write

DAY = datetime.date(2026, 11, 24)
GOLDEN = Path(__file__).parents[1] / "golden/prod"
RULE = "aws_vpc_security_group_ingress_rule"
BACKEND = "Deployment analytics/analytics-backend"


def loaded(values: Mapping[str, Any] | None = None) -> Loaded[Any]:
    return product.load_with_provenance("prod", set=values, today=DAY)


@pytest.fixture
def made() -> Made:
    """What production was reviewed as; to be broken."""
    manifests = [
        one
        for file in sorted(GOLDEN.glob("*.k8s.yaml"))
        for one in yaml.safe_load_all(file.read_text(encoding="utf-8"))
    ]
    return Made(json.loads((GOLDEN / "cdk.tf.json").read_bytes()), manifests)


def with_rule_twice(made: Made) -> Made:
    """The database's rule once more: refused by EC2."""
    document: Any = copy.deepcopy(made.infrastructure)
    rules = document["resource"][RULE]
    name = next(one for one, block in rules.items() if "/database/" in block["//"]["metadata"]["path"])
    rules["office"] = copy.deepcopy(rules[name])
    return Made(document, made.workloads)


def with_missing_secret(made: Made) -> Made:
    """The backend and the worker each ask for a Secret that nobody makes: somebody else may."""
    manifests: Any = copy.deepcopy(made.workloads)
    for one in manifests:
        if one["kind"] == "Deployment" and one["metadata"]["name"] in {"analytics-backend", "analytics-worker"}:
            (container, *_) = one["spec"]["template"]["spec"]["containers"]
            container.setdefault("envFrom", []).append({"secretRef": {"name": "from-elsewhere"}})
    return Made(made.infrastructure, manifests)


def found(made: Made, acknowledged: Mapping[str, Any] | None = None) -> list[Problem]:
    values = {f"{key}.acknowledge": said for key, said in (acknowledged or {}).items()}
    return problems([loaded(values)], {"analytics-prod": made})


def test_nothing_is_found_in_what_was_reviewed(made: Made) -> None:
    assert found(made) == []


def test_what_is_refused_for_certain_is_an_error_at_its_specs_line(made: Made) -> None:
    (problem,) = found(with_rule_twice(made))
    assert (problem.code, problem.warning, problem.path, problem.environment) == ("TW388", False, "database", "prod")
    assert problem.message == "rule-twice: one rule of a security group twice"
    assert str(problem.location).startswith("environments/prod.yaml:")
    assert problem.given == f"{RULE}.office: the same rule as another"
    assert problem.fix == 'keep one; or, with a reviewed reason, `database.acknowledge: {rule-twice: "…"}`'
    with pytest.raises(ConfigurationError, match="error TW388: rule-twice"):
        refuse([loaded()], {"analytics-prod": with_rule_twice(made)})


def test_what_may_be_meant_so_is_a_warning(made: Made) -> None:
    every = refuse([loaded()], {"analytics-prod": with_missing_secret(made)})
    assert [(one.warning, one.path) for one in every] == [(True, "backend"), (True, "worker")]
    assert all(one.message.startswith("does-not-exist: ") for one in every)


def test_what_is_acknowledged_on_its_spec_is_accepted_there_alone(made: Made) -> None:
    reason = {"does-not-exist": "the platform team makes it"}
    assert [one.path for one in found(with_missing_secret(made), {"backend": reason})] == ["worker"]


def test_one_finding_alone_is_acknowledged_by_its_place(made: Made) -> None:
    place = found(with_missing_secret(made))[0].given.partition(": ")[0]
    assert place.startswith(BACKEND)
    for said in (place, BACKEND):
        reason = {f"does-not-exist {said}": "the platform team makes it"}
        assert [one.path for one in found(with_missing_secret(made), {"backend": reason})] == ["worker"]
    other = {f"does-not-exist {BACKEND} spec.elsewhere": "the platform team makes it"}
    assert [one.code for one in found(with_missing_secret(made), {"backend": other})] == ["TW388", "TW388", "TW491"]


def test_an_acknowledgement_that_nothing_needs_is_said_and_so_is_one_of_no_rule(made: Made) -> None:
    said = {"does-not-exist": "the platform team makes it", "does-not-exits": "the platform team makes it"}
    unused, unknown = found(made, {"backend": said})
    assert (unused.code, unused.path) == ("TW491", "backend.acknowledge.does-not-exist")
    assert (unknown.code, unknown.path, unknown.given) == (
        "TW367",
        "backend.acknowledge.does-not-exits",
        "does-not-exits",
    )
    assert unused.warning
    assert unknown.warning


def test_of_a_half_that_is_not_made_nothing_is_called_unused(made: Made) -> None:
    said = {"backend": {"does-not-exist": "the platform team makes it"}}
    assert found(Made(made.infrastructure), said) == []


def test_rules_that_compare_and_checks_of_scanners_are_not_called_unused(made: Made) -> None:
    said = {"backend": {"cannot-change": "it is made anew by hand", "CKV_K8S_11": "tasks may use what is left"}}
    assert found(made, said) == []


def test_what_the_products_code_makes_is_accepted_beside_it(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    document: Any = with_rule_twice(made).infrastructure
    document["resource"][RULE]["office"]["//"] = {"metadata": {"path": "analytics-prod/office"}}
    (problem,) = found(Made(document))
    assert (problem.path, problem.location) == ("", None)
    assert problem.fix.endswith('`Accepted("rule-twice", …)` beside the code')
    for accepted, left in (
        (Accepted("rule-twice", RULE, "Seen with the network team."), 0),
        (Accepted("rule-twice", "", "Seen with the network team.", f"{RULE}.office"), 0),
        (Accepted("rule-twice", "", "Seen with the network team.", f"{RULE}.other"), 1),
        (Accepted("rule-twice", "aws_subnet", "Seen with the network team."), 1),
    ):
        monkeypatch.setattr("twinstack.policy.judgement.accepted_in", lambda _, one=accepted: iter([one]))
        assert len(found(Made(document))) == left


def test_the_cluster_is_the_environments_own() -> None:
    assert Cluster.of(loaded().environment) == Cluster("1.36", 3)
    assert Cluster.of(loaded({"cluster.version": "1.35", "network.zones": ["a", "b"]}).environment) == Cluster(
        "1.35", 2
    )


class WithRuleTwice(AnalyticsInfrastructure):
    """What an escape hatch adds."""

    def __init__(self, scope: Construct, environment: AnalyticsEnvironment) -> None:
        super().__init__(scope, environment)
        self.add_override(f"resource.{RULE}.a", {**SAME, "description": "once"})
        self.add_override(f"resource.{RULE}.b", {**SAME, "description": "twice"})


SAME = {
    "security_group_id": "sg-0a1b2c3d",
    "ip_protocol": "tcp",
    "from_port": 443,
    "to_port": 443,
    "cidr_ipv4": "10.0.0.0/8",
}


def test_a_synth_that_finds_an_error_writes_nothing(tmp_path: Path) -> None:
    broken = Product(AnalyticsEnvironment, infrastructure=f"{__name__}:WithRuleTwice")
    with pytest.raises(ConfigurationError, match=rf"{RULE}\.b: the same rule as another"):
        write(broken, [loaded()], {Half.INFRASTRUCTURE: tmp_path / "out"}, (Half.INFRASTRUCTURE,))
    assert list(tmp_path.iterdir()) == []
