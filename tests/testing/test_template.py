"""The assertions of a Template, the same for both halves, and what they say when they fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from twinstack.errors import UsageError
from twinstack.testing import Capture, Template, absent, any_value, regex

DOCUMENT = {
    "//": {"metadata": {}},
    "resource": {
        "aws_db_instance": {
            "main": {
                "//": {"metadata": {"path": "shop-live/database/instance"}},
                "multi_az": True,
                "tags": {"Name": "x"},
            },
            "replica": {"multi_az": False},
        },
        "aws_db_subnet_group": {"main": {"name": "shop"}},
    },
    "data": {"aws_eks_cluster": {"cluster": {"name": "shared"}}},
    "ephemeral": {"aws_secretsmanager_random_password": {"token": {"password_length": 48}}},
    "output": {"address": {"value": "a"}},
    "provider": {"aws": [{"region": "eu-central-1"}, {"region": "us-east-1", "alias": "edge"}]},
    "terraform": {"required_version": ">= 1.11"},
}
MANIFESTS: list[dict[str, Any]] = [
    {"kind": "Deployment", "metadata": {"name": "shop-web", "namespace": "shop"}, "spec": {"replicas": 2}},
    {"kind": "ConfigMap", "metadata": {"name": "settings", "namespace": "shop"}, "data": {"A": "1"}},
    {"kind": "ConfigMap", "metadata": {"name": "settings", "namespace": "kube-system"}, "data": {"A": "2"}},
]
TERRAFORM = Template.of_terraform(DOCUMENT)
KUBERNETES = Template.of_kubernetes(MANIFESTS)


def failure(assertion: Callable[..., Any], *arguments: Any) -> str:
    with pytest.raises(AssertionError) as caught:
        assertion(*arguments)
    return str(caught.value)


@pytest.mark.parametrize(
    ("type_", "name", "properties"),
    [
        ("aws_db_instance", "main", {"multi_az": True, "engine": absent}),
        ("data.aws_eks_cluster", "cluster", {"name": "shared"}),
        ("ephemeral.aws_secretsmanager_random_password", "token", {"password_length": 48}),
        ("output", "address", {"value": "a"}),
        ("provider", "aws.edge", {"alias": "edge"}),
        ("terraform", "terraform", {"required_version": any_value()}),
    ],
)
def test_every_part_of_a_terraform_document_has_a_type_and_a_name(
    type_: str, name: str, properties: dict[str, Any]
) -> None:
    TERRAFORM.has_resource(type_)
    TERRAFORM.has_resource(type_, name)
    TERRAFORM.has_resource_with(type_, properties)


def test_cdktfs_own_notes_are_no_properties_but_say_who_made_a_block() -> None:
    assert TERRAFORM.find("aws_db_instance") == {
        "main": {"multi_az": True, "tags": {"Name": "x"}},
        "replica": {"multi_az": False},
    }
    assert [entry.address for entry in TERRAFORM.made_by("database")] == ["aws_db_instance.main"]


def test_a_manifest_is_found_by_its_kind_and_by_all_of_its_content() -> None:
    KUBERNETES.has_resource("Deployment", "shop-web")
    KUBERNETES.has_resource("Deployment", regex("^shop-"))
    KUBERNETES.has_resource_with("Deployment", {"metadata": {"namespace": "shop"}, "spec": {"replicas": 2}})
    assert KUBERNETES.one("ConfigMap", {"metadata": {"namespace": "shop"}})["data"] == {"A": "1"}


def test_two_objects_of_one_name_are_both_found() -> None:
    assert list(KUBERNETES.find("ConfigMap")) == ["settings", "kube-system/settings"]


def test_what_is_counted_and_absent_may_be_described() -> None:
    TERRAFORM.count("aws_db_instance", 2)
    TERRAFORM.count("aws_db_instance", 1, {"multi_az": False})
    TERRAFORM.count("aws_elasticache_cluster", 0)
    TERRAFORM.absent("aws_elasticache_cluster")
    TERRAFORM.absent("aws_db_instance", {"multi_az": any_value(), "tags": {"Name": "y"}})


def test_a_capture_keeps_the_value_of_everything_that_fits_and_nothing_else() -> None:
    capture = Capture()
    assert set(TERRAFORM.find("aws_db_instance", {"multi_az": capture})) == {"main", "replica"}
    assert capture.values == (True, False)
    named = Capture()
    TERRAFORM.has_resource_with("aws_db_instance", {"tags": {"Name": named}, "multi_az": True})
    assert named.value == "x"


def test_a_failure_ranks_the_candidates_and_shows_where_the_best_one_parts() -> None:
    asked = {"multi_az": True, "tags": {"Name": "y"}, "iops": 3}
    assert failure(TERRAFORM.has_resource_with, "aws_db_instance", asked).splitlines() == [
        "the Terraform half: no aws_db_instance has these properties (there are 2)",
        "  nearest: main, 1 of 3 as expected",
        "    tags.Name  expected 'y'",
        "               found    'x'",
        "    iops       expected 3",
        "               found    nothing",
        "  then: replica (0 of 3 as expected)",
    ]
    assert failure(TERRAFORM.one, "aws_db_instance", asked) == failure(
        TERRAFORM.has_resource_with, "aws_db_instance", asked
    )


def test_a_failure_shows_the_first_differences_only() -> None:
    asked = {f"key{number}": number for number in range(20)}
    lines = failure(KUBERNETES.has_resource_with, "Deployment", asked).splitlines()
    assert len(lines) == 2 + 2 * 8 + 1
    assert lines[-1] == "    and 12 more"


@pytest.mark.parametrize(
    ("template", "type_", "hint"),
    [
        (TERRAFORM, "aws_db_instanc", "nearest types: aws_db_instance (2), aws_db_subnet_group (1)"),
        (KUBERNETES, "deployment", "nearest types: Deployment (1)"),
        (TERRAFORM, "eks", "nearest types: data.aws_eks_cluster (1)"),
        (KUBERNETES, "Foo", "its types: ConfigMap, Deployment"),
    ],
)
def test_a_type_that_does_not_exist_names_the_nearest(template: Template, type_: str, hint: str) -> None:
    expected = f"{template.title}: there is no {type_}\n  {hint}"
    assert failure(template.has_resource, type_) == expected
    assert failure(template.has_resource_with, type_, {"a": 1}) == expected
    assert failure(template.one, type_) == expected
    assert failure(template.count, type_, 1) == f"{expected}\n  expected 1"


@pytest.mark.parametrize(
    ("template", "type_", "said"),
    [
        (
            TERRAFORM,
            "aws_db_instanc",
            'the shipped schemas of the AWS provider have no "aws_db_instanc": did you mean aws_db_instance?',
        ),
        (
            TERRAFORM,
            "aws_elasticache_clustr",
            'the shipped schemas of the AWS provider have no "aws_elasticache_clustr": did you mean aws_elasticache_cluster?',
        ),
        (TERRAFORM, "aws_redis", 'the shipped schemas of the AWS provider have no "aws_redis"'),
        (TERRAFORM, "Deployment", '"Deployment" is no type of a Terraform block, such as aws_db_instance'),
        (KUBERNETES, "Ingres", 'there is no kind "Ingres" in Kubernetes: did you mean Ingress?'),
        (KUBERNETES, "deployment", 'there is no kind "deployment" in Kubernetes: did you mean Deployment?'),
        (KUBERNETES, "aws_vpc", '"aws_vpc" is no kind of a manifest, such as Deployment'),
    ],
)
def test_nothing_is_absent_by_a_misspelt_type(template: Template, type_: str, said: str) -> None:
    for assertion in (lambda: template.absent(type_), lambda: template.count(type_, 0)):
        with pytest.raises(UsageError) as caught:
            assertion()
        assert str(caught.value) == f"{template.title}: {said}"


@pytest.mark.parametrize(
    ("template", "type_"),
    [
        (TERRAFORM, "ephemeral.aws_secretsmanager_secret_version"),
        (TERRAFORM, "data.aws_vpc"),
        (TERRAFORM, "random_password"),
        (TERRAFORM, "variable"),
        (KUBERNETES, "Ingress"),
        (KUBERNETES, "EC2NodeClass"),
    ],
)
def test_what_may_exist_can_be_absent(template: Template, type_: str) -> None:
    template.absent(type_)


def test_a_key_that_is_missing_names_the_one_that_was_meant() -> None:
    lines = failure(TERRAFORM.has_resource_with, "aws_db_instance", {"multiaz": True}).splitlines()
    assert lines[2:4] == ["    multiaz  expected True", "             found    nothing: did you mean multi_az?"]


def test_a_type_and_a_name_in_one_are_told_apart() -> None:
    said = (
        'the Terraform half: "aws_db_instance.main" is a type and a name, which stand apart\n'
        '  has_resource("aws_db_instance", "main") asks for both, find("aws_db_instance")["main"] gives its properties'
    )
    assert failure(TERRAFORM.has_resource, "aws_db_instance.main") == said
    assert failure(TERRAFORM.one, "aws_db_instance.main") == said


@pytest.mark.parametrize(
    ("assertion", "arguments", "expected"),
    [
        (
            TERRAFORM.has_resource,
            ("aws_db_instance", "mian"),
            "the Terraform half: no aws_db_instance is called 'mian'\n  there are 2: main, replica",
        ),
        (
            KUBERNETES.has_resource,
            ("Deployment", regex("^x")),
            "the Kubernetes half: no Deployment is called regex('^x')\n  there is 1: shop-web",
        ),
        (
            TERRAFORM.count,
            ("aws_db_instance", 3),
            "the Terraform half: expected 3 aws_db_instance, found 2: main, replica",
        ),
        (TERRAFORM.one, ("aws_db_instance",), "the Terraform half: expected 1 aws_db_instance, found 2: main, replica"),
        (
            TERRAFORM.absent,
            ("aws_db_instance", {"multi_az": True}),
            "the Terraform half: expected no aws_db_instance with {'multi_az': True}, found 1: main",
        ),
        (KUBERNETES.absent, ("Deployment",), "the Kubernetes half: expected no Deployment, found 1: shop-web"),
    ],
)
def test_the_other_failures_name_what_there_is(assertion: Any, arguments: tuple[Any, ...], expected: str) -> None:
    assert failure(assertion, *arguments) == expected


def test_a_long_list_of_names_is_cut() -> None:
    blocks = {f"n{number}": {} for number in range(20)}
    template = Template.of_terraform({"resource": {"aws_subnet": blocks}})
    assert failure(template.count, "aws_subnet", 1).endswith("found 20: n0, n1, n2, n3, n4, n5, n6, n7, 12 more")
