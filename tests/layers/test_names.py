"""Names that AWS or Kubernetes would not take, or would take for two things."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tests.layers.places import live
from twinstack.errors import Location, Problem
from twinstack.layers.load import Loaded

Refuse = Callable[..., Sequence[Problem]]
Accept = Callable[..., Loaded]


def test_two_things_with_one_name_are_refused(refuse: Refuse) -> None:
    def problem(kind: str, given: str) -> Problem:
        message, owner = f"two things would have one {kind} name", "which is web's too"
        return Problem(
            "TW303",
            message,
            "worker.name",
            live(2),
            f"{given}, {owner}",
            "a name of its own",
            "give one of them another `name`",
        )

    assert refuse("worker:\n  name: web") == (
        problem("Kubernetes workload", "shop-web"),
        problem("IAM role", "acme-shop-web-live"),
        problem("Kubernetes Secret", "shop-web-secrets"),
    )


def test_two_names_that_differ_only_in_case_are_one(refuse: Refuse) -> None:
    problems = refuse("worker:\n  name: WEB")
    assert ("TW303", "two things would have one IAM role name", "acme-shop-WEB-live, which is web's too") in [
        (each.code, each.message, each.given) for each in problems
    ]


def test_a_name_that_is_too_long_is_refused_with_the_number_of_characters(refuse: Refuse) -> None:
    name = "a" * 60
    assert refuse(f"database:\n  name: {name}") == (
        Problem(
            "TW301",
            "the RDS instance name is too long",
            "database.name",
            live(2),
            f"acme-shop-{name}-live (75 characters)",
            "1 to 63 characters",
            "set `name` to a part that is 12 characters shorter",
        ),
        Problem(
            "TW301",
            "the IAM role name is too long",
            "database.name",
            live(2),
            f"acme-shop-{name}-monitoring-live (86 characters)",
            "1 to 64 characters",
            "set `name` to a part that is 22 characters shorter",
        ),
    )


def test_a_name_that_no_part_could_make_short_enough_blames_what_it_follows(refuse: Refuse) -> None:
    problems = refuse(f"organization: {'a' * 60}\ndatabase: {{name: ''}}")
    rds = next(each for each in problems if "RDS" in each.message)
    assert (rds.path, rds.location, rds.fix) == (
        "database",
        live(2),
        "shorten `organization` or `product` by 7 characters",
    )


def test_a_name_with_characters_that_are_not_accepted_is_refused(refuse: Refuse) -> None:
    assert refuse("files:\n  name: Exports") == (
        Problem(
            "TW302",
            "the S3 bucket name has characters that are not accepted",
            "files.name",
            live(2),
            "acme-shop-Exports-live",
            "lower-case letters, digits and hyphens, no hyphen first or last",
            "set `name` to a part that fits",
        ),
    )


@pytest.mark.parametrize("name", ["Live", "my env", "-x", "x_y", "9lives", "live-"])
def test_an_environment_whose_name_cannot_be_part_of_others_is_refused(refuse: Refuse, name: str) -> None:
    problem = next(each for each in refuse(name=name) if each.code == "TW109")
    assert problem == Problem(
        "TW109",
        "an environment name that cannot be part of other names",
        "",
        Location(f"environments/{name}.yaml"),
        name,
        "lower-case letters and digits, words joined by single hyphens, a letter first",
        "rename the file",
    )


@pytest.mark.parametrize("namespace", ["default", "kube-system", "eks-mine", "aws-observability"])
def test_a_namespace_that_kubernetes_or_aws_keeps_is_refused(refuse: Refuse, namespace: str) -> None:
    assert refuse(f"namespace: {namespace}") == (
        Problem(
            "TW104",
            "the value does not fit",
            "namespace",
            live(1),
            f'"{namespace}" (text)',
            "a namespace of the product's own, not one that Kubernetes or AWS keeps for itself",
            "write it like our-shop",
        ),
    )


def test_the_state_bucket_has_a_name_that_s3_takes(refuse: Refuse) -> None:
    (found,) = refuse("state_bucket_name: Acme_States")
    assert (found.code, found.path, found.given) == ("TW104", "state_bucket_name", '"Acme_States" (text)')


def test_a_bucket_of_the_product_is_not_that_of_its_state(refuse: Refuse) -> None:
    (found,) = refuse("state_bucket_name: acme-shop-files-live")
    assert (found.code, found.path) == ("TW303", "files.name")
    assert found.given == "acme-shop-files-live, which is the Terraform state's too"
