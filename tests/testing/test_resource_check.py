"""check_resource: what it accepts, and what it says of a resource type that is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from tests.testing import queues
from twinstack import aws
from twinstack.bucket import BucketSpec
from twinstack.environment import ResourceSpec
from twinstack.errors import UsageError
from twinstack.postgres import PostgresSpec
from twinstack.redis import RedisSpec
from twinstack.secrets import SecretsSpec
from twinstack.settings import SettingsSpec
from twinstack.testing import check_resource
from twinstack.web_service import WebServiceSpec

POSTGRES = """\
instance_class: db.t4g.micro
storage_gib: 20
multi_az: true
backup_retention_days: 7
deletion_protection: true
database: shop
admin_user: shop_admin
application_user: shop_user
"""
WEB_SERVICE = """\
image: 111122223333.dkr.ecr.eu-central-1.amazonaws.com/web
port: 8000
health: {live: /live, ready: /ready}
resources:
  requests: {cpu: 100m, memory: 128Mi}
  limits: {cpu: 200m, memory: 256Mi}
scale: {min: 2, max: 4, cpu: 70}
"""
SECRETS = {"generated": {"A_KEY": {}}, "provided": {"B_KEY": {"description": "from its owner"}}}
REDIS = {"node_type": "cache.t4g.micro", "nodes": 2}


@pytest.mark.parametrize(
    ("spec", "construct", "example"),
    [
        pytest.param(PostgresSpec, aws.Postgres, POSTGRES, id="postgres"),
        pytest.param(RedisSpec, aws.Redis, REDIS, id="redis"),
        pytest.param(RedisSpec, aws.Redis, {**REDIS, "encrypted": False}, id="redis without encryption"),
        pytest.param(BucketSpec, aws.Bucket, {}, id="bucket"),
        pytest.param(BucketSpec, aws.Bucket, {"encryption": "aws:kms"}, id="bucket with a key of its own"),
        pytest.param(SecretsSpec, aws.Secrets, SECRETS, id="secrets"),
        pytest.param(SettingsSpec, None, {"variables": {"LOG_LEVEL": "info"}}, id="settings"),
        pytest.param(WebServiceSpec, None, WEB_SERVICE, id="web service"),
        pytest.param(queues.QueueSpec, queues.Queue, {}, id="a queue from outside"),
        pytest.param(queues.QueueSpec, "tests.testing.queues:Queue", "", id="a construct by name"),
        pytest.param(queues.QueueSpec, lambda stack, spec: queues.Queue(stack, spec), {}, id="a function"),
        pytest.param(queues.CacheSpec, queues.Cache, {}, id="a cache from outside"),
    ],
)
def test_a_resource_whose_sides_agree_is_accepted(spec: type[ResourceSpec], construct: Any, example: Any) -> None:
    check_resource(spec, construct, example=example)


def wrong(spec: type[ResourceSpec], construct: Any, example: Any = ()) -> list[str]:
    """What is said of a resource type, without the count."""
    with pytest.raises(AssertionError) as caught:
        check_resource(spec, construct, example=dict(example))
    head, *lines = str(caught.value).splitlines()
    assert head in {
        f"{spec.__name__}: 1 thing is wrong",
        f"{spec.__name__}: {len([one for one in lines if one[2:3].isdigit()])} things are wrong",
    }
    return [line.partition(". ")[2] if line[2:3].isdigit() else line.strip() for line in lines]


def test_a_grant_with_a_star_names_the_action_and_the_resource_at_each_level() -> None:
    advice = "in StarQueue.grant() (testing/queues.py)"
    assert wrong(queues.QueueSpec, queues.StarQueue) == [
        f"grant of {access}, Everything: {what} {advice}"
        for access in ("read", "write")
        for what in (
            "allows sqs:*: name each action that the link needs",
            "on the resource *, which is everything: name the ARN of what was made",
        )
    ]


def test_a_variable_missing_locally_names_it_and_what_is_there() -> None:
    assert wrong(queues.LocalGapSpec, queues.Queue) == [
        "QUEUE_URL is offered to read, write but not filled on a developer's machine, where the stand-in has "
        "QUEUE_TOKEN: add it to the variables of LocalGapSpec.local() (testing/queues.py)"
    ]


def test_a_secret_never_published_names_it_and_the_line_that_is_missing() -> None:
    assert wrong(queues.QueueSpec, queues.UnpublishedQueue) == [
        "the secret acme-shop-check/queue/token is offered as QUEUE_TOKEN (read), QUEUE_TOKEN (write) but never "
        "published: make a Secret of that name in UnpublishedQueue.__init__() (testing/queues.py) and give it to "
        "`self.stack.publish(…)`"
    ]


@pytest.mark.parametrize(
    ("spec", "construct", "expected"),
    [
        pytest.param(
            queues.QueueSpec,
            queues.StingyQueue,
            [
                f"a link with {access} is granted nothing on the resource, which is behind an AWS API: return its "
                "statements from StingyQueue.grant() (testing/queues.py)"
                for access in ("read", "write")
            ],
            id="no grant",
        ),
        pytest.param(
            queues.QueueSpec,
            lambda stack, spec: queues.RegionQueue(stack, spec),
            [
                f"grant of {access}, Any: on the resource arn:aws:sqs:eu-central-1:111122223333:*, which is everything: "
                "name the ARN of what was made in RegionQueue.grant() (testing/queues.py)"
                for access in ("read", "write")
            ],
            id="everything of one service",
        ),
        pytest.param(
            queues.FailingSpec,
            queues.Queue,
            [
                "the spec cannot be loaded: AttributeError: 'str' object has no attribute 'nothing': mend "
                "testing/queues.py"
            ],
            id="a spec that raises",
        ),
        pytest.param(
            queues.QueueSpec,
            queues.HiddenQueue,
            [
                "the construct has no `.resource`, the way to its main object: add the property "
                "HiddenQueue.resource() (testing/queues.py)"
            ],
            id="no resource",
        ),
        pytest.param(
            queues.QueueSpec,
            queues.BrokenQueue,
            ["the Terraform half cannot be made: RuntimeError: no token today: mend testing/queues.py"],
            id="a construct that raises",
        ),
        pytest.param(
            queues.SilentSpec,
            queues.Queue,
            [
                "QUEUE_URL has no line in .env.example: add an Entry to SilentSpec.local() (testing/queues.py)",
                "QUEUE_TOKEN is secret, but its line in .env.example does not say so: give its Entry is_secret=True in "
                "SilentSpec.local() (testing/queues.py)",
                "QUEUE_TOKEN stands in .env.example without a comment: say what it is in its Entry, "
                "SilentSpec.local() (testing/queues.py)",
            ],
            id="no explanation",
        ),
        pytest.param(
            queues.PortlessSpec,
            queues.Queue,
            [
                f"the offer of {access} says where traffic goes (AWS API) but not to which port: give it one in "
                "PortlessSpec.offer() (testing/queues.py)"
                for access in ("read", "write")
            ],
            id="no port",
        ),
        pytest.param(
            queues.UnwrittenSpec,
            queues.Queue,
            ["UnwrittenSpec.offer is missing: write UnwrittenSpec.offer() (testing/queues.py)"],
            id="no offer",
        ),
        pytest.param(
            queues.CacheSpec,
            queues.ClosedCache,
            [
                "the security group does not admit the cluster on 11211, the offer's port: open it in "
                "ClosedCache.admit() (testing/queues.py), with `cluster.security_group_id`"
            ],
            id="a closed door",
        ),
        pytest.param(
            queues.CacheSpec,
            queues.LooseCache,
            [
                "it is offered in the database tier, but nothing of it is in a security group: make a ClosedGroup in "
                "LooseCache.__init__() (testing/queues.py) and name its id in the resource"
            ],
            id="no door",
        ),
        pytest.param(
            queues.CacheSpec,
            queues.PublicCache,
            [
                "aws_vpc_security_group_ingress_rule.cache_22 admits sg-0123456789abcdef0 on tcp 22: nobody but the "
                "cluster may come in: remove it from PublicCache.admit() (testing/queues.py)",
                "aws_vpc_security_group_ingress_rule.cache_6379 admits "
                "data.aws_eks_cluster.cluster.vpc_config[0].cluster_security_group_id on tcp 6379: open the offer's "
                "port alone (11211) in PublicCache.admit() (testing/queues.py)",
                "without a link aws_vpc_security_group_ingress_rule.cache_22 admits sg-0123456789abcdef0 on tcp 22: "
                "make the rule in PublicCache.admit() (testing/queues.py), which is called only for a linked resource",
            ],
            id="open doors",
        ),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(spec: type[ResourceSpec], construct: Any, expected: list[str]) -> None:
    assert wrong(spec, construct) == expected


def test_names_that_nothing_checks_at_load_are_refused() -> None:
    assert wrong(queues.NamelessSpec, queues.Queue) == [
        "aws_secretsmanager_secret.queue_token is called acme-shop-check/nameless/token, which is not checked at load: "
        '`yield "Secrets Manager secret", …` from NamelessSpec.names() (testing/queues.py)',
        "aws_sqs_queue.nameless_queue_DF9387AD is called acme-shop-nameless-check, but no name is checked at load: yield it from "
        "NamelessSpec.names() (testing/queues.py), and say in name_rules what AWS accepts",
    ]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    class Worse(queues.StarQueue, queues.UnpublishedQueue):
        pass

    found = wrong(queues.LocalGapSpec, Worse)
    assert len(found) == 6
    assert [text.split()[0] for text in found] == ["QUEUE_URL", "the", *["grant"] * 4]


def test_an_example_that_does_not_load_shows_the_problems() -> None:
    head, *problems = wrong(RedisSpec, aws.Redis, {"nodes": 2})
    assert head == "the example is refused when it loads: give fields that fit, or mend the rule"
    assert any("redis.node_type" in line for line in problems)


@pytest.mark.parametrize(
    ("construct", "example", "message"),
    [
        (None, {}, "QueueSpec is built in the infrastructure half: give check_resource its construct"),
        ("tests.testing.queues:Quue", {}, 'there is no "tests.testing.queues:Quue"'),
        (queues.Queue, "- a list", "the example is ['a list']: give the spec's fields, as a mapping or as YAML"),
        (lambda stack, spec, topic: None, {}, "check_resource cannot give topic to the construct: pass a function"),
    ],
)
def test_a_call_that_proves_nothing_is_refused(construct: Any, example: Any, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_resource(queues.QueueSpec, construct, example=example)
    assert message in str(caught.value)
