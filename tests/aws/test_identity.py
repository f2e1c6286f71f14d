"""A workload's role: who can take it, and the least that its links mean."""

from __future__ import annotations

import json
from typing import Any

import pytest
from constructs import Construct

from tests.aws.documents import DAY, Block, Document, analytics, app, policy
from twinstack import aws
from twinstack.bucket import BucketSpec
from twinstack.environment import Environment, Link
from twinstack.layers.load import load_text
from twinstack.worker import WorkerSpec

LINKED = ["backend", "cache_exporter", "database_exporter", "migration", "scheduler", "worker"]


def secrets(document: Document, workload: str) -> set[str]:
    arns = document.statements(workload)["Secrets"]["Resource"]
    return {arn.removeprefix("${aws_secretsmanager_secret.").removesuffix(".arn}") for arn in arns}


def test_workloads_that_link_to_something_have_a_role_and_others_none() -> None:
    document = analytics()
    assert sorted(document.find("aws_eks_pod_identity_association")) == LINKED
    assert "frontend" not in document.find("aws_iam_role")


@pytest.mark.parametrize("workload", LINKED)
def test_only_its_own_service_account_takes_the_role(workload: str) -> None:
    document, service_account = analytics(), f"analytics-{workload.replace('_', '-')}"
    trust = document.trust(workload)
    assert trust["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert trust["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert "Resource" not in trust
    assert trust["Condition"] == {
        "StringEquals": {
            "aws:SourceAccount": "123456789012",
            "aws:RequestTag/eks-cluster-name": "${aws_eks_cluster.cluster.name}",
            "aws:RequestTag/kubernetes-namespace": "analytics",
            "aws:RequestTag/kubernetes-service-account": service_account,
        }
    }
    association = document.find("aws_eks_pod_identity_association")[workload]
    assert association == {
        "cluster_name": "${aws_eks_cluster.cluster.name}",
        "namespace": "analytics",
        "service_account": service_account,
        "role_arn": f"${{aws_iam_role.{workload}.arn}}",
    }


def test_each_workload_reads_the_secrets_of_its_links_and_no_password() -> None:
    document = analytics()
    found = list(document.find("aws_secretsmanager_secret"))
    keys = {name for name in found if name.startswith("credentials_")}
    others = {name for name in found if name.startswith("integrations_")}
    assert secrets(document, "backend") == {"database_url", "cache_url", *keys, *others}
    assert secrets(document, "worker") == {"database_url", "cache_url", *others}, "it signs no tokens"
    assert secrets(document, "scheduler") == {"database_url", "cache_url"}
    assert secrets(document, "migration") == {"database_url", "database_admin_url", "database_monitor_url"}
    assert secrets(document, "database_exporter") == {"database_monitor_url"}
    assert secrets(document, "cache_exporter") == {"cache_url"}


def test_keys_are_used_through_secrets_manager_only() -> None:
    statement = analytics().statements("scheduler")["SecretKeys"]
    assert statement["Action"] == ["kms:Decrypt"]
    assert statement["Resource"] == ["${aws_kms_key.database.arn}", "${aws_kms_key.cache.arn}"]
    assert statement["Condition"] == {"StringEquals": {"kms:ViaService": "secretsmanager.us-west-2.amazonaws.com"}}


def statements(document: Document) -> list[tuple[str, Block]]:
    found = document.find("aws_iam_role_policy")
    return [(name, statement) for name, one in found.items() for statement in policy(one["policy"])]


EXISTING = {
    "vpc_id": "vpc-0123456789abcdef0",
    "private_subnet_ids": ["subnet-0000000000000000a", "subnet-0000000000000000b"],
    "database_subnet_ids": ["subnet-0000000000000000c", "subnet-0000000000000000d"],
}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"edge__kind": "nginx"},
        {"exports__encryption": "aws:kms"},
        {"cluster__existing": "shared", "network__existing": EXISTING},
    ],
)
def test_no_role_is_granted_a_star(changes: dict[str, Any]) -> None:
    for name, statement in statements(analytics(**changes)):
        assert statement["Effect"] == "Allow"
        assert not [action for action in statement["Action"] if "*" in action], name
        if statement["Action"] == ["route53:ListHostedZones"]:
            continue  # AWS knows no resource for it
        assert "*" not in statement["Resource"], name


def test_only_services_of_aws_take_roles() -> None:
    document = analytics()
    for name in document.find("aws_iam_role"):
        trust = document.trust(name)
        if name in {"delivery_deploy", "delivery_plan"}:
            continue  # GitHub's tokens: tests/delivery/test_trust.py
        assert list(trust["Principal"]) == ["Service"]
        assert trust["Principal"]["Service"].endswith(".amazonaws.com")


def test_role_names_are_told_apart() -> None:
    document = analytics()
    names = [one["name"] for one in document.find("aws_iam_role").values()]
    assert len({name.lower() for name in names}) == len(names)
    assert all(len(name) <= 64 for name in names)


def test_inline_policies_fit_into_a_role() -> None:
    for name, one in analytics().find("aws_iam_role_policy").items():
        assert len(json.dumps(json.loads(one["policy"]), separators=(",", ":"))) < 10_240, name


class Gallery(Environment):
    images: BucketSpec
    price_list: BucketSpec
    worker: WorkerSpec


class GalleryInfrastructure(aws.Infrastructure[Gallery]):
    def __init__(self, scope: Construct, environment: Gallery) -> None:
        super().__init__(scope, environment)
        aws.Bucket(self, environment.images)
        aws.Bucket(self, environment.price_list)
        self.connect(NamedCluster())


class NamedCluster:
    cluster_name = "shared"
    security_group_id = "sg-0a1b2c3d"


GALLERY = """\
organization: acme
product: gallery
account: "111122223333"
region: eu-west-1
version: 1.0.0
images: {}
price_list: {}
worker:
  image: registry.example/worker
  health: {command: [well]}
  task_limit_seconds: 10
  scale: {min: 1, max: 1}
  resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 64Mi}}
  uses: [images, price_list: write]
"""


def test_two_resources_of_one_kind_have_statements_of_their_own() -> None:
    several = GALLERY.replace("price_list: write]", "price_list, price_list: write, price_list: list]")
    environment = load_text(Gallery, "live", {"base": several, "live": ""}, DAY).environment
    document = Document(GalleryInfrastructure(app(), environment))
    statements = policy(document.find("aws_iam_role_policy")["worker"]["policy"])
    assert [one["Sid"] for one in statements] == [
        "ReadObjectsImages",
        "ReadObjectsPriceList",
        "WriteObjects",
        "ListObjects",
    ]
    assert [one["Resource"] for one in statements[1:]] == [
        ["${aws_s3_bucket.price_list.arn}/*"],
        ["${aws_s3_bucket.price_list.arn}/*"],
        ["${aws_s3_bucket.price_list.arn}"],
    ]


class Talkative(aws.Resource[BucketSpec]):
    """Another team's: it uses one Sid twice, one of the library's, and one that looks like a renamed one."""

    def grant(self, link: Link) -> list[aws.Statement]:
        return [aws.Statement(sid, "s3:GetObject", link.resource.aws_name) for sid in self.sids]

    @property
    def sids(self) -> list[str]:
        return ["Read", "Read", "ReadImages", "Secrets"]


class TalkativeInfrastructure(aws.Infrastructure[Gallery]):
    def __init__(self, scope: Construct, environment: Gallery) -> None:
        super().__init__(scope, environment)
        Talkative(self, environment.images)
        Talkative(self, environment.price_list)
        self.connect(NamedCluster())


def test_no_sid_stands_twice_whatever_resources_call_theirs() -> None:
    environment = load_text(Gallery, "live", {"base": GALLERY, "live": ""}, DAY).environment
    document = Document(TalkativeInfrastructure(app(), environment))
    statements = policy(document.find("aws_iam_role_policy")["worker"]["policy"])
    assert [one["Sid"] for one in statements] == [
        "ReadImages",
        "ReadImages2",
        "ReadImagesImages",
        "SecretsImages",
        "ReadPriceList",
        "ReadPriceList2",
        "ReadImagesPriceList",
        "SecretsPriceList",
    ]
