"""Rights of a workload beyond its links: the statement, the role, the way to AWS, the endpoints, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cdktf import Testing

from tests.aws.documents import DAY, app, policy
from tests.shop import HEAD
from twinstack import aws
from twinstack.cluster import ClusterSpec
from twinstack.environment import Environment
from twinstack.errors import ConfigurationError, Problem
from twinstack.kubernetes.network_policy import open_for
from twinstack.layers.load import Loaded, load_text
from twinstack.network import NetworkSpec
from twinstack.worker import WorkerSpec

BASE = (
    HEAD
    + """\
network: {cidr: 10.0.0.0/16, nat: single}
cluster: {deletion_protection: false, administrators: [a], private_access_cidrs: [10.9.0.0/16]}
worker:
  image: 111122223333.dkr.ecr.eu-central-1.amazonaws.com/worker
  health: {command: [well]}
  task_limit_seconds: 60
  scale: {min: 1, max: 1}
  resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 64Mi}}
"""
)
MAIL = """\
worker:
  aws_rights:
    send_mail:
      actions: [ses:SendEmail, ses:SendRawEmail]
      resources: ["arn:aws:ses:{region}:{account}:identity/shop{suffix}.example.org"]
      conditions: {StringEquals: {"ses:FromAddress": shop@example.org}}
    list_queues: {actions: [sqs:ListQueues], resources: ["*"]}
"""


class Shop(Environment):
    network: NetworkSpec
    cluster: ClusterSpec
    worker: WorkerSpec


def load(layer: str = "") -> Loaded[Shop]:
    return load_text(Shop, "live", {"base": BASE, "live": layer}, DAY)


def refused(right: str) -> list[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        load(f"worker: {{aws_rights: {{one: {right}}}}}")
    return list(caught.value.problems)


def document(layer: str) -> dict[str, Any]:
    environment = load(layer).environment
    stack = aws.Infrastructure(app(), environment)
    network = aws.Network(stack, environment.network)
    cluster = aws.Cluster(stack, environment.cluster, network=network)
    stack.connect(cluster)
    return json.loads(Testing.synth(stack))["resource"]


def test_the_role_has_the_statement_with_the_environments_own_names() -> None:
    made = document(MAIL)
    assert policy(made["aws_iam_role_policy"]["worker"]["policy"]) == [
        {
            "Sid": "OwnSendMail",
            "Effect": "Allow",
            "Action": ["ses:SendEmail", "ses:SendRawEmail"],
            "Resource": ["arn:aws:ses:eu-central-1:111122223333:identity/shop-live.example.org"],
            "Condition": {"StringEquals": {"ses:FromAddress": ["shop@example.org"]}},
        },
        {"Sid": "OwnListQueues", "Effect": "Allow", "Action": ["sqs:ListQueues"], "Resource": ["*"]},
    ]
    assert made["aws_eks_pod_identity_association"]["worker"]["service_account"] == "shop-worker"


def test_without_any_there_is_no_role_no_variable_and_no_way() -> None:
    plain, mail = load().environment.worker, load(MAIL).environment.worker
    assert "worker" not in document("").get("aws_iam_role", {})
    assert "AWS_REGION" not in plain.own_variables
    assert mail.own_variables["AWS_REGION"] == "eu-central-1"


def test_the_pods_reach_aws_and_what_gives_them_the_role() -> None:
    plain, mail = (open_for(load(layer).environment.worker, ()).egress or [] for layer in ("", MAIL))
    more = list(mail[len(plain) :])
    ways = [
        (rule.to[0].ip_block.cidr, rule.ports[0].port.value)
        for rule in more
        if rule.to and rule.to[0].ip_block and rule.ports and rule.ports[0].port
    ]
    assert ways == [("169.254.170.23/32", 80), ("0.0.0.0/0", 443)]


def test_without_nat_the_network_answers_for_the_services() -> None:
    private = "network: {nat: none}\ncluster: {exporters: false}\n"
    names = [set(load(f"{private}{layer}").environment.network.interface_endpoints) for layer in ("", MAIL)]
    assert names[1] - names[0] == {"email", "sqs"}


@pytest.mark.parametrize(
    ("right", "path", "word"),
    [
        ('{actions: ["s3:*"], resources: ["arn:aws:s3:::a"]}', "actions[0]", "without a star"),
        ('{actions: ["s3:Get*"], resources: ["arn:aws:s3:::a"]}', "actions[0]", "without a star"),
        ("{actions: [GetObject], resources: ['arn:aws:s3:::a']}", "actions[0]", "with its service"),
        ("{actions: [s3:GetObject], resources: [my-bucket]}", "resources[0]", "an ARN"),
        ("{actions: [s3:GetObject], resources: ['arn:aws:s3:::{bucket}']}", "resources[0]", "an ARN"),
        ("{actions: [s3:GetObject], resources: []}", "resources", "at least 1"),
        ("{actions: [s3:GetObject], resources: ['arn:aws:s3:::a'], conditions: {StringEqual: {'aws:x': y}}}",
         "conditions.StringEqual", "an operator"),
    ],
)  # fmt: skip
def test_what_iam_takes_for_more_or_not_at_all_is_refused(right: str, path: str, word: str) -> None:
    found = refused(right)[0]
    assert (found.code, found.path) == ("TW104", f"worker.aws_rights.one.{path}")
    assert word in f"{found.allowed} {found.fix} {found.message}"


@pytest.mark.parametrize("resource", ["*", "arn:aws:sqs:eu-central-1:111122223333:*", "arn:aws:sqs:*:*:*"])
def test_everything_of_a_service_wants_a_reason(resource: str) -> None:
    (found,) = refused(f"{{actions: [sqs:SendMessage, sqs:ListQueues], resources: ['{resource}']}}")
    assert (found.code, found.path) == ("TW731", "worker.aws_rights.one.resources[0]")
    assert found.given == f"{resource}, for sqs:SendMessage"
    load(
        f"worker: {{acknowledge: {{TW731: reads the whole account}}, aws_rights: {{one: {{actions: [sqs:SendMessage], "
        f"resources: ['{resource}']}}}}}}"
    )


def test_an_action_that_is_none_is_told_and_not_refused() -> None:
    loaded = load(
        "worker: {aws_rights: {one: {actions: [ses:SendMail], resources: ['arn:aws:ses:{region}:{account}:identity/a']}}}"
    )
    (found,) = [one for one in loaded.warnings if one.code == "TW767"]
    assert found.path == "worker.aws_rights.one.actions[0]"
    assert found.fix.startswith("did you mean `ses:sendemail`?")


@pytest.mark.parametrize(
    ("name", "near"), [("sqss", "sqs"), ("ecr.apis", "ecr.api"), ("secretmanager", "secretsmanager")]
)
def test_an_endpoint_that_is_none_is_told_and_not_refused(name: str, near: str) -> None:
    (found,) = [one for one in load(f"network: {{endpoints: [{name}]}}").warnings if one.code == "TW750"]
    assert (found.path, found.given) == ("network.endpoints[0]", name)
    assert found.fix.startswith(f"did you mean `{near}`?")


def test_endpoints_that_there_are_pass() -> None:
    names = "sqs, sns, kms, ecr.api, ecr.dkr, secretsmanager, ssm, sts, logs, monitoring, bedrock-runtime, execute-api, states, events"
    assert [one for one in load(f"network: {{endpoints: [{names}]}}").warnings if one.code == "TW750"] == []
