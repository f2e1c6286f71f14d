"""What one stack makes before any room, and what it refuses at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from cdktf import App
from constructs import Construct

from stacks import AnalyticsEnvironment
from tests.aws.documents import DAY, Document, analytics, app, environment
from twinstack import aws
from twinstack.bucket import BucketSpec
from twinstack.environment import Access, Environment, Offer, ResourceSpec, SecretValue, Variable
from twinstack.errors import ConstructionError
from twinstack.layers.load import load_text
from twinstack.postgres import PostgresSpec
from twinstack.worker import WorkerSpec


class QueueSpec(ResourceSpec):
    """A resource of another team's, whose connection is a secret."""

    def offer(self, access: Access) -> Offer:
        return Offer((Variable("QUEUE_URL", secret=SecretValue("acme-shop/queue/url")),))


class Queue(aws.Resource[QueueSpec]):
    """Its AWS side, which forgets to publish the secret."""


class Shop(Environment):
    """A worker, what it uses, and a database and a bucket that nobody uses."""

    queue: QueueSpec
    database: PostgresSpec
    files: BucketSpec
    worker: WorkerSpec


SHOP = """\
organization: acme
product: shop
account: "111122223333"
region: eu-west-1
version: 1.0.0
queue: {}
files: {}
database:
  instance_class: db.t4g.micro
  storage_gib: 20
  multi_az: false
  backup_retention_days: 1
  deletion_protection: false
  database: shop
  admin_user: shop_admin
  application_user: shop_user
worker:
  image: registry.example/worker
  command: [work]
  health: {command: [well]}
  task_limit_seconds: 10
  scale: {min: 1, max: 1}
  resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 64Mi}}
"""


@dataclass
class Cluster:
    """Another team's cluster, known by name and security group."""

    cluster_name: str = "shared"
    security_group_id: str = "sg-0123456789abcdef0"


@dataclass
class Network:
    """Another team's network."""

    vpc_id: str = "vpc-0123456789abcdef0"
    database_subnet_ids: Sequence[str] = field(default_factory=lambda: ["subnet-0000000a", "subnet-0000000b"])


def shop(uses: str = "[]", name: str = "live") -> Shop:
    return load_text(Shop, name, {"base": f"{SHOP}  uses: {uses}\n", name: ""}, DAY).environment


def refusal(stack: type[aws.Infrastructure[AnalyticsEnvironment]]) -> str:
    with pytest.raises(ConstructionError) as caught:
        stack(app(), environment()).close()
    assert caught.value.exit_status == 2
    return str(caught.value)


def test_the_required_state_is_kept_encrypted_and_locked() -> None:
    backend = analytics().one("terraform")["backend"]
    assert backend == {
        "s3": {
            "bucket": "shadower-terraform-state",
            "key": "analytics/terraform.tfstate",
            "region": "us-west-2",
            "encrypt": True,
            "use_lockfile": True,
        }
    }
    elsewhere = analytics("dev").one("terraform")["backend"]["s3"]
    assert elsewhere["bucket"] == "shadower-terraform-state-dev"
    assert elsewhere["key"] == "analytics/dev/terraform.tfstate"


def test_terraform_and_provider_are_new_enough_for_write_only_arguments() -> None:
    terraform = analytics().one("terraform")
    assert terraform["required_version"] == ">= 1.11"
    assert terraform["required_providers"] == {"aws": {"source": "aws", "version": "~> 6.69"}}


@pytest.mark.parametrize(("name", "account"), [("prod", "123456789012"), ("dev", "111122223333")])
def test_the_provider_works_on_its_own_account_only_and_tags_everything(name: str, account: str) -> None:
    provider = analytics(name).one("provider")
    assert provider == {
        "region": "us-west-2",
        "allowed_account_ids": [account],
        "default_tags": [{"tags": {"Environment": name, "ManagedBy": "twinstack", "Product": "analytics"}}],
    }


def test_log_groups_have_a_key_that_the_log_service_may_use_for_this_account() -> None:
    document = analytics()
    for group in document.find("aws_cloudwatch_log_group").values():
        assert group["kms_key_id"] == "${aws_kms_key.logs.arn}"
        assert group["lifecycle"] == {"prevent_destroy": True}
    assert "lifecycle" not in analytics("dev").find("aws_cloudwatch_log_group")["cluster"]


def test_a_spec_that_was_never_built_is_refused_with_the_missing_line() -> None:
    class Forgetful(aws.Infrastructure[AnalyticsEnvironment]):
        def __init__(self, scope: Construct, environment: AnalyticsEnvironment) -> None:
            super().__init__(scope, environment)
            network = aws.Network(self, environment.network)
            cluster = aws.Cluster(self, environment.cluster, network=network)
            aws.Postgres(self, environment.database, network=network)
            aws.Redis(self, environment.cache, network=network)
            aws.Bucket(self, environment.exports)
            aws.Secrets(self, environment.credentials)
            aws.Secrets(self, environment.integrations)
            aws.Delivery(self, environment.delivery, cluster=cluster)
            aws.Monitoring(self, environment.monitoring, cluster=cluster, network=network)
            self.connect(cluster)

    assert refusal(Forgetful) == (
        "analytics-prod, infrastructure half:\n"
        "  environment.edge is never built: add `aws.Edge(self, environment.edge, …)`"
    )


def test_a_spec_that_is_built_twice_is_refused_with_the_line_to_remove() -> None:
    class Repetitive(aws.Infrastructure[AnalyticsEnvironment]):
        def __init__(self, scope: Construct, environment: AnalyticsEnvironment) -> None:
            super().__init__(scope, environment)
            aws.Bucket(self, environment.exports)
            aws.Bucket(self, environment.exports)

    assert refusal(Repetitive) == (
        "aws.Bucket: environment.exports was built before, as aws.Bucket: remove one of the two lines"
    )


def test_a_spec_of_another_environment_is_refused() -> None:
    class Confused(aws.Infrastructure[AnalyticsEnvironment]):
        def __init__(self, scope: Construct, environment_: AnalyticsEnvironment) -> None:
            super().__init__(scope, environment_)
            aws.Bucket(self, environment("dev").exports)

    assert refusal(Confused) == "aws.Bucket: this BucketSpec is no field of the environment this half is made for"


def test_links_that_are_never_connected_are_refused() -> None:
    class Unconnected(aws.Infrastructure[AnalyticsEnvironment]):
        def __init__(self, scope: Construct, environment: AnalyticsEnvironment) -> None:
            super().__init__(scope, environment)
            network = aws.Network(self, environment.network)
            cluster = aws.Cluster(self, environment.cluster, network=network)
            aws.Postgres(self, environment.database, network=network)
            aws.Redis(self, environment.cache, network=network)
            aws.Bucket(self, environment.exports)
            aws.Secrets(self, environment.credentials)
            aws.Secrets(self, environment.integrations)
            aws.Edge(self, environment.edge, cluster=cluster)
            aws.Delivery(self, environment.delivery, cluster=cluster)
            aws.Monitoring(self, environment.monitoring, cluster=cluster, network=network)

    assert refusal(Unconnected) == (
        "analytics-prod: 18 links are never connected: end Unconnected.__init__ with `self.connect(cluster)`"
    )


def test_links_are_connected_after_what_they_lead_to_was_built() -> None:
    class Hasty(aws.Infrastructure[AnalyticsEnvironment]):
        def __init__(self, scope: Construct, environment: AnalyticsEnvironment) -> None:
            super().__init__(scope, environment)
            network = aws.Network(self, environment.network)
            aws.Postgres(self, environment.database, network=network)
            aws.Redis(self, environment.cache, network=network)
            aws.Secrets(self, environment.credentials)
            aws.Secrets(self, environment.integrations)
            self.connect(aws.Cluster(self, environment.cluster, network=network))

    assert refusal(Hasty) == (
        "analytics-prod: what a link names has to be built before `self.connect(…)`:\n"
        "  backend -> exports (read): `aws.Bucket(self, environment.exports, …)`\n"
        "  worker -> exports (write): `aws.Bucket(self, environment.exports, …)`"
    )


def test_links_are_connected_once() -> None:
    stack = aws.Infrastructure(app(), shop())
    stack.connect(Cluster())
    with pytest.raises(ConstructionError) as caught:
        stack.connect(Cluster())
    assert str(caught.value) == "shop-live: the links are connected twice: remove one `self.connect(…)`"


def test_a_secret_that_is_offered_but_never_published_is_refused() -> None:
    made = shop("[queue]")
    stack = aws.Infrastructure(app(), made)
    Queue(stack, made.queue)
    with pytest.raises(ConstructionError) as caught:
        stack.connect(Cluster())
    assert str(caught.value) == (
        "shop-live: a link offers the secret acme-shop/queue/url, but no construct has published it: "
        "give it to `self.stack.publish(…)` in the construct that makes it"
    )


def test_a_resource_that_nobody_uses_is_open_to_nobody() -> None:
    made = shop()
    stack = aws.Infrastructure(app(), made)
    aws.Postgres(stack, made.database, network=Network())
    aws.Bucket(stack, made.files)
    Queue(stack, made.queue)
    stack.connect(Cluster())
    stack.close()
    document = Document(stack)
    assert "aws_vpc_security_group_ingress_rule" not in document.types
    assert "aws_eks_pod_identity_association" not in document.types
    assert "database_admin_url" not in document.find("aws_secretsmanager_secret")


def test_what_was_made_is_a_named_attribute_and_the_main_one_the_escape_hatch() -> None:
    made = shop()
    stack = aws.Infrastructure(app(), made)
    database = aws.Postgres(stack, made.database, network=Network())
    assert database.resource is database.instance
    database.parameter_group.add_override("tags.Owner", "data")
    database.resource.add_override("apply_immediately", True)
    document = Document(stack)
    assert document.find("aws_db_parameter_group")["database_postgres15"]["tags"]["Owner"] == "data"
    assert document.find("aws_db_instance")["database"]["apply_immediately"] is True


def test_a_misspelt_construct_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match=r"^module 'twinstack\.aws' has no attribute 'Postgress'$"):
        getattr(aws, "Postgress")  # noqa: B009  the type check would find it


def test_every_exported_name_is_there() -> None:
    assert [name for name in aws.__all__ if not hasattr(aws, name)] == []
    assert sorted(aws.__all__) == list(aws.__all__)


def test_a_stack_stands_under_any_app() -> None:
    assert aws.Infrastructure(App(), shop()).environment.stack_id == "shop-live"
