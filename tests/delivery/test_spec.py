"""What an environment may say of its delivery."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import pytest

from twinstack.cluster import ClusterSpec
from twinstack.delivery import DeliverySpec
from twinstack.delivery.github import is_hosted
from twinstack.environment import Environment
from twinstack.errors import ConfigurationError, Location, Problem
from twinstack.layers.load import load_text
from twinstack.web_service import WebServiceSpec

BASE = """\
organization: acme
product: shop
account: "111122223333"
region: eu-central-1
version: 1.0.0
cluster: {administrators: [admin], private_access_cidrs: [10.0.0.0/16], deletion_protection: true}
web:
  image: ghcr.io/acme/shop
  build: web
  port: 8000
  health: {live: /live, ready: /ready}
  resources:
    requests: {cpu: 100m, memory: 128Mi}
    limits: {memory: 256Mi}
  scale: {min: 2, max: 2}
delivery:
  branch: main
  runs_on: [self-hosted, shop]
  github: {repository: Acme/shop}
"""
TODAY = datetime.date(2026, 11, 24)
FILE = "environments/live.yaml"


class Shop(Environment):
    cluster: ClusterSpec
    web: WebServiceSpec
    delivery: DeliverySpec


def load(layer: str = "", base: str = BASE) -> DeliverySpec:
    return load_text(Shop, "live", {"base": base, "live": layer}, TODAY).environment.delivery


def refused(layer: str, base: str = BASE) -> Sequence[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        load(layer, base)
    return caught.value.problems


def test_the_defaults_are_ten_minutes_and_ten_releases() -> None:
    spec = load()
    assert (spec.deadline_seconds, spec.keep_releases, spec.notify) == (600, 10, None)
    assert (spec.approval, spec.plan_approval) == ("live", "live-plan")
    assert spec.images == {"ghcr.io/acme/shop": "web"}


def test_images_go_to_the_owner_of_the_repository_in_lower_case() -> None:
    github = load().github
    assert github is not None
    assert github.registry == "ghcr.io/acme"


def test_its_roles_lie_under_a_path_of_their_own() -> None:
    spec = load()
    assert spec.role_arn(spec.deploy_role) == "arn:aws:iam::111122223333:role/delivery/acme-shop-delivery-deploy-live"
    assert spec.role_arn(spec.plan_role) == "arn:aws:iam::111122223333:role/delivery/acme-shop-delivery-plan-live"


@pytest.mark.parametrize("without", ["github: null", "branch: null"])
def test_an_environment_that_no_pipeline_deploys_is_told_nothing_of_it(without: str) -> None:
    base = BASE.replace("ghcr.io/acme/shop", "registry.example/shop")
    if without.startswith("github"):
        base = base.replace("  github: {repository: Acme/shop}\n", "")
        spec = load("delivery: {runs_on: [ubuntu-24.04]}", base)
    else:
        spec = load(f"delivery: {{{without}, runs_on: [ubuntu-24.04]}}", base)
    assert not spec.is_by_pipeline
    assert [*spec.names()] == []


@pytest.mark.parametrize(
    ("cluster", "runner", "reaches"),
    [
        ("{}", "ubuntu-24.04", False),
        ("{}", "self-hosted, shop", True),
        ("{}", "our-larger-runner", True),
        ("{public_access_cidrs: [203.0.113.0/24]}", "ubuntu-latest", False),
        ("{public_access_cidrs: [203.0.113.0/24]}", "our-larger-runner", True),
        ("{public_access_cidrs: [0.0.0.0/0]}", "ubuntu-latest", True),
        ("{existing: shared, administrators: []}", "ubuntu-latest", True),
    ],
)
def test_a_runner_of_githubs_own_reaches_what_is_open_to_everybody_alone(
    cluster: str, runner: str, reaches: bool
) -> None:
    layer = f"cluster: {cluster}\ndelivery: {{runs_on: [{runner}]}}"
    if reaches:
        assert load(layer).runner == tuple(runner.split(", "))
        return
    assert refused(layer) == (
        Problem(
            "TW359",
            "the runner cannot reach the cluster",
            "delivery.runs_on",
            Location(FILE, 2),
            f"{runner}: a machine of GitHub's, from any address",
            "a runner inside one of the networks that the cluster admits, or a larger runner with addresses of its own",
            "give the labels of such a runner, `runs_on: [self-hosted, …]`, and admit it in `cluster`",
        ),
    )


def test_the_runner_that_tests_is_judged_where_it_deploys_as_well() -> None:
    base = BASE.replace("  runs_on: [self-hosted, shop]\n", "")
    assert [problem.code for problem in refused("", base)] == ["TW359"]


@pytest.mark.parametrize(
    ("labels", "hosted"),
    [
        (("ubuntu-24.04",), True),
        (("ubuntu-latest",), True),
        (("ubuntu-24.04-arm",), True),
        (("macos-15-xlarge",), True),
        (("windows-2025",), True),
        (("self-hosted", "linux"), False),
        (("ubuntu-24.04-shop",), False),
    ],
)
def test_githubs_own_labels_are_known(labels: tuple[str, ...], hosted: bool) -> None:
    assert is_hosted(labels) is hosted


PROBLEMS = [
    (
        "delivery: {after: live}",
        BASE,
        Problem(
            "TW366", "an environment that waits for itself", "delivery.after", Location(FILE, 1), "live",
            "another environment, or none", "remove `after`",
        ),
    ),
    (
        "delivery: {notify: {}}",
        BASE,
        Problem(
            "TW363", "nobody would be told", "delivery.notify.webhook_variable", Location(FILE, 1),
            "neither command nor webhook_variable", "one of them, or both", "add one, or remove `notify`",
        ),
    ),
    (
        "",
        BASE.replace("image: ghcr.io/acme/shop", "image: registry.example/shop"),
        Problem(
            "TW360", "the pipeline cannot push the image of web", "delivery.github.repository",
            Location("environments/base.yaml", 19), "registry.example/shop, built from web/",
            "an image under ghcr.io/acme/: a workflow's token opens its own owner's packages alone",
            "call it ghcr.io/acme/shop, or remove `web.build`", environment="live",
        ),
    ),
    (
        "",
        BASE.replace("Acme/shop}", "Acme/shop, owner_id: 12}"),
        Problem(
            "TW361", "one of two numbers of a repository", "delivery.github.repository_id",
            Location("environments/base.yaml", 19), "owner_id without repository_id",
            "both, or neither for a repository older than 15 July 2026", "add `repository_id`", environment="live",
        ),
    ),
    (
        "",
        BASE.replace("Acme/shop}", 'Acme/shop, install: ["echo ${{ github.head_ref }}"]}'),
        Problem(
            "TW362", "GitHub would put a value into a command before it is run", "delivery.github.install[0]",
            Location("environments/base.yaml", 19), "echo ${{ github.head_ref }}", "a command without `${{`",
            "read it from a variable of the environment, `$GITHUB_SHA`", environment="live",
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("layer", "base", "expected"), PROBLEMS, ids=[problem.code for _, _, problem in PROBLEMS])
def test_a_mistake_is_refused_with_its_place_and_its_fix(layer: str, base: str, expected: Problem) -> None:
    assert refused(layer, base) == (expected,)


def test_production_needs_an_approval_or_a_reason() -> None:
    (problem,) = refused("protected: true")
    assert (problem.code, problem.path, problem.given) == ("TW364", "delivery.reviewers", "none")
    assert load("protected: true\ndelivery: {reviewers: [acme/platform]}").reviewers == ("acme/platform",)
    assert load('protected: true\ndelivery: {acknowledge: {TW364: "one person has this product"}}').is_by_pipeline


def test_the_repository_is_the_same_for_every_environment() -> None:
    (problem,) = refused("delivery: {github: {repository: acme/other}}")
    assert problem.path.startswith("delivery.github")


@pytest.mark.parametrize("branch", ["main*", "release/**", "a b", "-main", "feature/", "${{ x }}"])
def test_a_branch_is_no_pattern(branch: str) -> None:
    assert [problem.code for problem in refused(f"delivery: {{branch: '{branch}'}}")] == ["TW104"]


def test_the_address_of_a_webhook_has_no_place_in_yaml() -> None:
    (problem,) = refused("delivery: {notify: {webhook_variable: 'https://hooks.example/T0/B0'}}")
    assert (problem.code, problem.path) == ("TW104", "delivery.notify.webhook_variable")
