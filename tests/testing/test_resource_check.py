"""check_resource: what it accepts, and what it says of a resource type that is wrong."""

from __future__ import annotations

import re
from typing import Any

import pytest
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue

from tests.testing import queues, queues_aws
from twinstack import aws
from twinstack.aws import pin
from twinstack.environment import ResourceSpec
from twinstack.errors import UsageError
from twinstack.redis import RedisSpec
from twinstack.testing import check_resource


def wrong(spec: type[ResourceSpec], construct: Any, example: Any = ()) -> list[str]:
    """What is said of a resource type, without the count."""
    with pytest.raises(AssertionError) as caught:
        check_resource(spec, construct, example=dict(example))
    head, *lines = str(caught.value).splitlines()
    assert head in {
        f"{spec.__name__}: 1 thing is wrong",
        f"{spec.__name__}: {len([one for one in lines if one[2:3].isdigit()])} things are wrong",
    }
    said = [line.partition(". ")[2] if line[2:3].isdigit() else line.strip() for line in lines]
    return [re.sub(r"\.py:\d+", ".py:LINE", text) for text in said]


def test_a_grant_with_a_star_names_the_action_and_the_resource_at_each_level() -> None:
    advice = "in StarQueue.grant() (testing/queues_aws.py)"
    assert wrong(queues.QueueSpec, queues_aws.StarQueue) == [
        f"grant of {access}, Everything: {what} {advice}"
        for access in ("read", "write")
        for what in (
            "allows sqs:*: name each action that the link needs",
            "on the resource *, which is everything: name the ARN of what was made",
        )
    ]


def test_a_variable_missing_locally_names_it_and_what_is_there() -> None:
    assert wrong(queues.LocalGapSpec, queues_aws.Queue) == [
        "QUEUE_URL is offered to read, write but not filled on a developer's machine, where the stand-in has "
        "QUEUE_TOKEN: add it to the variables of LocalGapSpec.local() (testing/queues.py)"
    ]


def test_a_secret_never_published_names_it_and_the_line_that_is_missing() -> None:
    assert wrong(queues.QueueSpec, queues_aws.UnpublishedQueue) == [
        "the secret acme-shop-check/queue/token is offered as QUEUE_TOKEN (read), QUEUE_TOKEN (write) but never "
        "published: make a Secret of that name and give it to `self.stack.publish(…)` in UnpublishedQueue.__init__() "
        "(testing/queues_aws.py)"
    ]


def test_a_secret_that_is_made_but_never_published_names_what_to_publish() -> None:
    assert wrong(queues.QueueSpec, queues_aws.KeptBackQueue) == [
        "the secret acme-shop-check/queue/token is offered as QUEUE_TOKEN (read), QUEUE_TOKEN (write) but never "
        "published: give aws_secretsmanager_secret.queue_token to `self.stack.publish(…)` in KeptBackQueue.__init__() "
        "(testing/queues_aws.py)"
    ]


def test_a_value_that_is_written_without_its_versions_label_is_found_by_no_pod() -> None:
    assert wrong(queues.QueueSpec, queues_aws.UnlabelledQueue) == [
        "the secret acme-shop-check/queue/token is offered at version 1, but nothing that is written has the label v1, by "
        "which pods read it: write it by `twinstack.aws.Secret`, or give aws_secretsmanager_secret_version.queue_token_v1 "
        "version_stages of AWSCURRENT and v1, in UnlabelledQueue.__init__() (testing/queues_aws.py)"
    ]
    check_resource(queues.QueueSpec, queues_aws.LabelledQueue, example={}, key="queue")


@pytest.mark.parametrize(
    ("spec", "construct", "expected"),
    [
        pytest.param(
            queues.QueueSpec,
            queues_aws.StingyQueue,
            [
                f"a link with {access} is granted nothing on the resource, which is behind an AWS API: return its "
                "statements from StingyQueue.grant() (testing/queues_aws.py)"
                for access in ("read", "write")
            ],
            id="no grant",
        ),
        pytest.param(
            queues.QueueSpec,
            lambda stack, spec: queues_aws.RegionQueue(stack, spec),
            [
                f"grant of {access}, Any: on the resource arn:aws:sqs:eu-central-1:111122223333:*, which is everything: "
                "name the ARN of what was made in RegionQueue.grant() (testing/queues_aws.py)"
                for access in ("read", "write")
            ],
            id="everything of one service",
        ),
        pytest.param(
            queues.FailingSpec,
            queues_aws.Queue,
            [
                "the spec cannot be loaded: tests/testing/queues.py:LINE: AttributeError: 'str' object has no attribute "
                "'nothing'"
            ],
            id="a spec that raises",
        ),
        pytest.param(
            queues.QueueSpec,
            queues_aws.HiddenQueue,
            [
                "the construct has no `.resource`, the way to its main object: add the property "
                "HiddenQueue.resource() (testing/queues_aws.py)"
            ],
            id="no resource",
        ),
        pytest.param(
            queues.QueueSpec,
            queues_aws.BrokenQueue,
            ["the Terraform half cannot be made: tests/testing/queues_aws.py:LINE: RuntimeError: no token today"],
            id="a construct that raises",
        ),
        pytest.param(
            queues.SilentSpec,
            queues_aws.Queue,
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
            queues_aws.Queue,
            [
                f"the offer of {access} says where traffic goes (AWS API) but not to which port: give it one in "
                "PortlessSpec.offer() (testing/queues.py)"
                for access in ("read", "write")
            ],
            id="no port",
        ),
        pytest.param(
            queues.UnwrittenSpec,
            queues_aws.Queue,
            ["UnwrittenSpec.offer is missing: write UnwrittenSpec.offer() (testing/queues.py)"],
            id="no offer",
        ),
        pytest.param(
            queues.CacheSpec,
            queues_aws.ClosedCache,
            [
                "the security group does not admit the cluster on 11211, the offer's port: open it in "
                "ClosedCache.admit() (testing/queues_aws.py), with `cluster.security_group_id`"
            ],
            id="a closed door",
        ),
        pytest.param(
            queues.CacheSpec,
            queues_aws.LooseCache,
            [
                "it is offered in the database tier, but nothing of it is in a security group: make a ClosedGroup in "
                "LooseCache.__init__() (testing/queues_aws.py) and name its id in the resource"
            ],
            id="no door",
        ),
        pytest.param(
            queues.CacheSpec,
            queues_aws.PublicCache,
            [
                "aws_vpc_security_group_ingress_rule.cache_22 admits sg-0123456789abcdef0 on tcp 22: nobody but the "
                "cluster may come in: remove it from PublicCache.admit() (testing/queues_aws.py)",
                "aws_vpc_security_group_ingress_rule.cache_6379 admits "
                "data.aws_eks_cluster.cluster.vpc_config[0].cluster_security_group_id on tcp 6379: open the offer's "
                "port alone (11211) in PublicCache.admit() (testing/queues_aws.py)",
                "without a link aws_vpc_security_group_ingress_rule.cache_22 admits sg-0123456789abcdef0 on tcp 22: "
                "make the rule in PublicCache.admit() (testing/queues_aws.py), which is called only for a linked resource",
            ],
            id="open doors",
        ),
        pytest.param(
            queues.StrayCacheSpec,
            queues_aws.Cache,
            [
                "aws_vpc_security_group_ingress_rule.stray_cache_11211 admits "
                "data.aws_eks_cluster.cluster.vpc_config[0].cluster_security_group_id on tcp 11211, but no offer sends "
                "traffic there: say `Reach.DATABASE_TIER` and the port in StrayCacheSpec.offer() (testing/queues.py)",
            ],
            id="a door to nowhere",
        ),
        pytest.param(
            queues.PodCacheSpec,
            queues_aws.Cache,
            [
                "the offer of read says that pods of the product answer, but this is no workload: say "
                "`Reach.DATABASE_TIER`, `Reach.AWS_API` or `Reach.NOTHING` in PodCacheSpec.offer() (testing/queues.py)"
            ],
            id="pods that are none",
        ),
        pytest.param(
            queues.QueueSpec,
            queues_aws.UnpinnedQueue,
            [
                "aws_sqs_queue.queue_140BE0E7 has an address that moves with the construct: `pin(…, spec.key)` in "
                "UnpinnedQueue.__init__() (testing/queues_aws.py)"
            ],
            id="no address of its own",
        ),
        pytest.param(
            queues.QueueSpec,
            queues_aws.ForeignQueue,
            [
                "aws_sqs_queue.api has an address that another field of a product may have: begin it with the spec's own "
                'key, `pin(…, spec.key)` or `pin(…, f"{spec.key}_…")`, in ForeignQueue.__init__() '
                "(testing/queues_aws.py)",
                "in a protected environment aws_sqs_queue.api can be destroyed: give it `lifecycle=keep(spec.context)` "
                "in ForeignQueue.__init__() (testing/queues_aws.py), or say `check_resource(…, stateful=False)` of what "
                "can be made again",
            ],
            id="another's address, and nothing that keeps it",
        ),
        pytest.param(
            queues.QueueSpec,
            queues_aws.LeakyQueue,
            [
                "aws_sqs_queue.queue takes an ephemeral value in tags.Token, which Terraform refuses: an argument that "
                "ends in _wo takes `Passwords.read`, and is kept nowhere; see LeakyQueue.__init__() "
                "(testing/queues_aws.py)",
                "data.aws_secretsmanager_secret_version.queue puts a secret value into Terraform's state: an argument "
                "that ends in _wo takes `Passwords.read`, and is kept nowhere; see LeakyQueue.__init__() "
                "(testing/queues_aws.py)",
            ],
            id="secrets where Terraform keeps them",
        ),
        pytest.param(
            queues.QueueSpec,
            queues_aws.PlainOnlyQueue,
            [
                "in a protected environment the Terraform half cannot be made: tests/testing/queues_aws.py:LINE: "
                "AttributeError: 'QueueSpec' object has no attribute 'retention'"
            ],
            id="a mistake in what is for production alone",
        ),
        pytest.param(
            queues.QueueSpec,
            queues_aws.HeadlessQueue,
            [
                "the Terraform half cannot be made: tests/testing/queues_aws.py:LINE: HeadlessQueue.__init__ does not "
                "call super().__init__(…) before it uses what that makes"
            ],
            id="no call of the base class",
        ),
        pytest.param(
            queues.StrictSpec,
            queues_aws.Queue,
            [
                "in a protected environment the example is refused when it loads: give fields that fit, or mend the rule",
                "error ACME2: no queue for production",
                "environments/base.yaml:8  strict  (in check)",
            ],
            id="a spec that refuses production",
        ),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(spec: type[ResourceSpec], construct: Any, expected: list[str]) -> None:
    assert wrong(spec, construct) == expected


def test_names_that_nothing_checks_at_load_are_refused() -> None:
    assert wrong(queues.NamelessSpec, queues_aws.Queue) == [
        "aws_secretsmanager_secret.nameless_token is called acme-shop-check/nameless/token, which is not checked at load: "
        '`yield "Secrets Manager secret", …` from NamelessSpec.names() (testing/queues.py)',
        "aws_sqs_queue.nameless is called acme-shop-nameless-check, but no name is checked at load: yield it from "
        "NamelessSpec.names() (testing/queues.py), and say in name_rules what AWS accepts",
    ]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    class Worse(queues_aws.StarQueue, queues_aws.UnpublishedQueue):
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
        (
            "tests.testing.queues_aws:Quue",
            {},
            'there is no "tests.testing.queues_aws:Quue": tests.testing.queues_aws has no Quue: did you mean Queue?',
        ),
        (queues_aws.Queue, "- a list", "the example cannot be read: give the spec's fields"),
        (queues_aws.Queue, ["a list"], "the example is ['a list']: give the spec's fields, as a mapping or as YAML"),
        ("tests.testing.queues_aws.Queue", {}, "write the module, a colon and the class"),
        (
            "tests.testing.queue:Queue",
            {},
            'there is no "tests.testing.queue:Queue": there is no module tests.testing.queue',
        ),
        (lambda stack, spec, topic: None, {}, "check_resource cannot give topic to the construct: pass a function"),
    ],
)
def test_a_call_that_proves_nothing_is_refused(construct: Any, example: Any, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_resource(queues.QueueSpec, construct, example=example)
    assert message in str(caught.value)


def test_what_a_rule_asks_of_production_is_acknowledged_for_the_example() -> None:
    check_resource(queues.RelaxedSpec, queues_aws.Queue, example={})


def test_what_holds_nothing_may_be_destroyed_in_production() -> None:
    class Stateless(queues_aws.Queue):
        def make(self) -> Any:
            return pin(SqsQueue(self, "queue", name=self.spec.aws_name), self.spec.key)

    check_resource(queues.QueueSpec, Stateless, example={}, stateful=False)


def test_an_example_in_yaml_is_read_as_the_layers_of_a_product_are() -> None:
    class SwitchSpec(queues.QueueSpec):
        mode: str
        """A word; YAML 1.1 would make a switch of it."""

    check_resource(SwitchSpec, queues_aws.Queue, example="mode: off")
