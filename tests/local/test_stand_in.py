"""How any product's local stack is made: variables, names, and what is refused."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

import pytest
import yaml

from acme_queue import QueueSpec
from tests.checkers import COMPOSE
from twinstack.bucket import BucketSpec
from twinstack.environment import Access, Environment, Offer, ResourceSpec, Variable
from twinstack.environment.stand_in import STACK_PORTS
from twinstack.errors import ConfigurationError, ConstructionError
from twinstack.layers.load import load_text
from twinstack.local import Entry, Service, StandIn, files_of
from twinstack.local.env_file import MARK, env_file
from twinstack.postgres import PostgresSpec
from twinstack.redis import RedisSpec
from twinstack.secrets import SecretsSpec
from twinstack.settings import SettingsSpec
from twinstack.web_service import WebServiceSpec
from twinstack.worker import WorkerSpec

TODAY = datetime.date(2026, 11, 24)
TOP = "organization: acme\nproduct: shop\naccount: '111122223333'\nregion: eu-central-1\nversion: 1.0.0\n"
CONTAINER = "image: acme/{0}, resources: {{requests: {{cpu: 100m, memory: 64Mi}}, limits: {{memory: 128Mi}}}}"
DATABASE = "{instance_class: db.t4g.micro, storage_gib: 20, multi_az: false, backup_retention_days: 1, deletion_protection: false, database: shop, admin_user: boss, application_user: clerk}"  # fmt: skip


def workload(name: str, uses: str) -> str:
    container = CONTAINER.format(name)
    return f"{name}: {{{container}, scale: {{min: 1, max: 1}}, task_limit_seconds: 10, health: {{command: [ok]}}, uses: [{uses}]}}\n"  # fmt: skip


def web(name: str, port: int, uses: str = "", more: str = "") -> str:
    container = CONTAINER.format(name)
    return f"{name}: {{{container}, port: {port}, health: {{live: /, ready: /}}, scale: {{min: 1, max: 1}}, uses: [{uses}]{more}}}\n"  # fmt: skip


def stack(kind: type[Environment], base: str) -> tuple[dict[str, Any], str, dict[PurePosixPath, str]]:
    files = dict(files_of(load_text(kind, "live", {"base": TOP + base, "live": ""}, TODAY).environment))
    compose = yaml.safe_load(files[PurePosixPath("compose.yaml")])
    return compose["services"], files[PurePosixPath(".env.example")], files


class TwoStores(Environment):
    orders: PostgresSpec
    reports: PostgresSpec
    worker: WorkerSpec


def test_two_databases_have_two_servers_and_variables_of_their_own() -> None:
    services, env, _ = stack(TwoStores, f"orders: {DATABASE}\nreports: {DATABASE}\n" + workload("worker", "orders, reports"))  # fmt: skip
    variables = services["worker"]["environment"]
    assert variables["ORDERS_URL"] == "postgresql://${ORDERS_USER}:${ORDERS_PASSWORD}@orders:5432/${ORDERS_NAME:-shop}"
    assert variables["REPORTS_URL"].endswith("@reports:5432/${REPORTS_NAME:-shop}")
    assert {"orders-exporter", "reports-exporter"} <= set(services)
    assert "REPORTS_HOST=localhost\n" in env


class TwoBuckets(Environment):
    images: BucketSpec
    papers: BucketSpec
    worker: WorkerSpec


def test_two_buckets_stand_in_one_server() -> None:
    services, _, _ = stack(TwoBuckets, "images: {}\npapers: {}\n" + workload("worker", "images, papers"))
    assert services["s3"]["healthcheck"]["test"][-2:] == ["acme-shop-images-live", "acme-shop-papers-live"]
    variables = services["worker"]["environment"]
    assert (variables["IMAGES_BUCKET"], variables["PAPERS_BUCKET"]) == (
        "acme-shop-images-live",
        "acme-shop-papers-live",
    )


class TwoOfEach(Environment):
    orders: PostgresSpec
    reports: PostgresSpec
    sessions: RedisSpec
    cache: RedisSpec
    jobs: QueueSpec
    mail: QueueSpec
    worker: WorkerSpec


TWO_OF_EACH = f"orders: {DATABASE}\nreports: {DATABASE}\njobs: {{}}\nmail: {{}}\n" + workload(
    "worker", "orders, reports, sessions, cache, jobs: write, mail"
)
REDIS = "{{node_type: cache.t4g.micro, nodes: 1{}}}\n"
TWO_REDIS = f"sessions: {REDIS.format('')}cache: {REDIS.format('')}"


def ports(services: dict[str, Any]) -> dict[str, list[str]]:
    """The ports on the developer's machine of what every product of these tests starts."""
    return {
        name: [port.removeprefix("127.0.0.1:") for port in one["ports"]]
        for name, one in services.items()
        if "ports" in one and "profiles" not in one
    }


def test_each_of_two_of_a_type_has_a_port_of_its_own_and_one_server_holds_all_queues() -> None:
    services, env, _ = stack(TwoOfEach, TWO_OF_EACH + TWO_REDIS)
    assert ports(services) == {
        "orders": ["${ORDERS_PORT:-5432}:5432"],
        "reports": ["${REPORTS_PORT:-5433}:5432"],
        "sessions": ["6379:6379"],
        "cache": ["6380:6379"],
        "sqs": ["9324:9324"],
    }
    assert services["sqs"]["healthcheck"]["test"][-2:] == ["acme-shop-jobs-live", "acme-shop-mail-live"]
    variables = services["worker"]["environment"]
    assert variables["CACHE_URL"] == "redis://cache:6379/0"
    assert variables["AWS_ENDPOINT_URL_SQS"] == "http://sqs:9324"
    assert "CACHE_URL=redis://localhost:6380/0\n" in env
    assert "REPORTS_PORT=5433\n" in env


def test_who_names_a_port_gets_it_and_the_others_what_is_left() -> None:
    cache = f"sessions: {REDIS.format('')}cache: {REDIS.format(', compose: {port: 6379}')}"
    services, _, _ = stack(TwoOfEach, TWO_OF_EACH + cache)
    assert (services["sessions"]["ports"], services["cache"]["ports"]) == (
        ["127.0.0.1:6380:6379"],
        ["127.0.0.1:6379:6379"],
    )


def compose_takes(files: Mapping[PurePosixPath, str], **more: str) -> dict[str, Any]:
    """The services as Compose itself understands them with .env.example as it is; `more` stands in the shell."""
    if not COMPOSE.is_file() and not os.environ.get("CI"):
        pytest.skip("`make test` installs docker-compose")
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            (Path(folder) / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / path).write_text(text, encoding="utf-8")
        command = [COMPOSE, "--env-file", ".env.example", "--profile", "*", "config", "--format", "json"]
        environment = {"PATH": os.defpath, **more}
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, env=environment)
    return json.loads(ran.stdout)["services"]


def test_compose_takes_two_of_each() -> None:
    _, _, files = stack(TwoOfEach, TWO_OF_EACH + TWO_REDIS)
    services = compose_takes(files)
    published = [port["published"] for one in services.values() for port in one.get("ports", [])]
    assert {"5432", "5433", "6379", "6380", "9324"} <= set(published)
    assert len(set(published)) == len(published)


class Proxied(Environment):
    settings: SettingsSpec
    store: WebServiceSpec


def test_names_in_lower_case_and_a_low_port_are_taken_by_compose() -> None:
    variables = "{no_proxy: 'localhost,.example.com', NO_PROXY: other, _hidden: a}"
    services, env, files = stack(
        Proxied, f"settings: {{variables: {variables}}}\n" + web("store", 80, "settings", ", environment_variables: {http_proxy: 'http://a:3128'}")
    )  # fmt: skip
    assert services["store"]["sysctls"] == {"net.ipv4.ip_unprivileged_port_start": "80"}
    assert "no_proxy=localhost,.example.com\n" in env
    store = compose_takes(files, no_proxy="elsewhere")["store"]
    assert store["environment"] == {
        "ENVIRONMENT": "live",
        "http_proxy": "http://a:3128",
        "no_proxy": "localhost,.example.com",  # and not what the developer's shell has
        "NO_PROXY": "other",
        "_hidden": "a",
    }
    assert store["sysctls"] == {"net.ipv4.ip_unprivileged_port_start": "80"}


class Crowded(Environment):
    papers: BucketSpec
    store: WebServiceSpec
    worker: WorkerSpec
    prices: WebServiceSpec
    stocks: WebServiceSpec


def test_services_on_one_port_have_each_its_own_on_the_machine() -> None:
    base = "papers: {}\n" + workload("worker", "prices") + web("store", 8000) + web("prices", 8000)
    services, env, _ = stack(Crowded, base + web("stocks", 8001))
    assert [services[name]["ports"] for name in ("store", "prices", "stocks")] == [
        ["127.0.0.1:8000:8000"],
        ["127.0.0.1:8001:8000"],
        ["127.0.0.1:8002:8001"],
    ]
    assert services["worker"]["environment"]["PRICES_URL"] == "http://prices:8000"
    assert "PRICES_URL=http://localhost:8001\n" in env


def test_a_port_that_is_given_by_itself_is_none_of_the_stacks_own_services() -> None:
    base = "papers: {}\n" + workload("worker", "") + web("store", 3000) + web("prices", 3000) + web("stocks", 9000)
    services, _, files = stack(Crowded, base)
    assert [services[name]["ports"] for name in ("store", "prices", "stocks")] == [
        ["127.0.0.1:3000:3000"],
        ["127.0.0.1:3002:3000"],
        ["127.0.0.1:9001:9000"],
    ]
    always = {port.split(":")[1] for one in services.values() if "profiles" in one for port in one.get("ports", [])}
    assert always == {str(port) for port in STACK_PORTS}
    compose_takes(files)


def test_two_things_on_one_port_of_the_machine_are_refused_and_both_are_named() -> None:
    store = web("store", 9000, more=", compose: {port: 9000}")
    base = "papers: {}\n" + workload("worker", "") + store + web("prices", 8000) + web("stocks", 8001)
    with pytest.raises(ConstructionError) as caught:
        stack(Crowded, base)
    assert str(caught.value) == (
        "shop-live, local stack:\n  s3 and store would both listen on port 9000 of the developer's machine: give one of "
        "them another with `compose: {port: …}`"
    )


class OwnServerSpec(QueueSpec):
    """A queue whose author gives each a server of its own."""

    def local(self) -> StandIn:
        (variable,) = self.offer(Access.READ).variables
        return StandIn(
            (Service(self.key, "moto:1"),), {variable.name: "here", "AWS_ENDPOINT_URL_SQS": f"http://{self.key}"}
        )


class OwnServers(Environment):
    jobs: OwnServerSpec
    mail: OwnServerSpec
    worker: WorkerSpec


def test_one_variable_of_a_workload_with_two_values_is_refused_and_both_are_named() -> None:
    with pytest.raises(ConstructionError) as caught:
        stack(OwnServers, "jobs: {}\nmail: {}\n" + workload("worker", "jobs, mail"))
    assert str(caught.value).startswith(
        "shop-live: on a developer's machine jobs gives worker AWS_ENDPOINT_URL_SQS=http://jobs, and mail gives it "
        "http://mail: let one server stand in for all of a type (`self.environment.find_all(OwnServerSpec)`"
    )


class Services(Environment):
    store: WebServiceSpec
    prices: WebServiceSpec


def test_a_service_is_reached_by_its_name_and_waited_for() -> None:
    services, env, _ = stack(
        Services, web("store", 8000, "prices") + web("prices", 9000, more=", compose: {port: 9001}")
    )
    assert services["store"]["environment"]["PRICES_URL"] == "http://prices:9000"
    assert services["store"]["depends_on"] == {"prices": {"condition": "service_started"}}
    assert services["prices"]["ports"] == ["127.0.0.1:9001:9000"]
    assert "PRICES_URL=http://localhost:9001\n" in env


def test_a_name_with_an_underscore_is_a_host_name_all_the_same() -> None:
    class Odd(Environment):
        price_list: WebServiceSpec

    services, _, _ = stack(Odd, web("price_list", 9000))
    assert "price-list" in services


class Values(Environment):
    settings: SettingsSpec
    keys: SecretsSpec
    worker: WorkerSpec


VALUES = """\
settings: {variables: {GREETING: "it's $5", LIMIT: 3}, groups: {Limits: {LIMIT: how many}}}
keys: {provided: {MAIL_KEY: {description: from the mail people}}, generated: {SIGNING_KEY: {length: 40}}}
"""


def test_a_setting_is_what_environments_says_whatever_an_old_env_file_holds() -> None:
    services, _, _ = stack(Values, VALUES + workload("worker", "settings, keys"))
    assert services["worker"]["environment"]["LIMIT"] == "3"
    assert services["worker"]["environment"]["GREETING"] == "it's $$5"


def test_a_generated_secret_must_be_in_the_env_file_and_one_without_an_example_may_be_empty() -> None:
    services, env, _ = stack(Values, VALUES + workload("worker", "settings, keys"))
    assert services["worker"]["environment"]["SIGNING_KEY"] == "${SIGNING_KEY:?copy .env.example to .env}"
    assert services["worker"]["environment"]["MAIL_KEY"] == "${MAIL_KEY-}"
    assert "# Secret: from the mail people\nMAIL_KEY=\n" in env.replace(MARK, "")
    assert len(env.split("SIGNING_KEY=")[1].split("\n")[0]) == 40


def test_a_variable_that_nobody_described_is_listed_under_the_specs_name() -> None:
    _, env, _ = stack(Values, VALUES + workload("worker", "settings"))
    assert "# Limits\n# how many\nLIMIT=3\n" in env
    assert "# Settings\n# a variable of settings\nGREETING=" in env


def test_a_description_of_nothing_is_refused() -> None:
    base = TOP + VALUES.replace("{LIMIT: how many}", "{LIMITS: how many}") + workload("worker", "settings, keys")
    with pytest.raises(ConfigurationError) as caught:
        load_text(Values, "live", {"base": base, "live": ""}, TODAY)
    (problem,) = caught.value.problems
    assert (problem.code, problem.given, problem.allowed) == ("TW207", "LIMITS", "GREETING, LIMIT")


class UnfinishedSpec(ResourceSpec):
    built_in: ClassVar = frozenset()

    def offer(self, access: Access) -> Offer:
        return Offer((Variable("QUEUE_URL", "https://queue"),))


class Unfinished(Environment):
    queue: UnfinishedSpec
    worker: WorkerSpec


def test_a_resource_without_a_stand_in_for_its_variables_is_refused() -> None:
    with pytest.raises(ConstructionError, match=r"queue offers QUEUE_URL to worker.*UnfinishedSpec\.local\(\)"):
        stack(Unfinished, "queue: {}\n" + workload("worker", "queue"))


class Named(Environment):
    cache: RedisSpec
    worker: WorkerSpec


def test_two_things_of_one_name_are_refused() -> None:
    cache = "cache: {node_type: cache.t4g.micro, nodes: 1, compose: {name: worker}}\n"
    with pytest.raises(ConstructionError, match="two services of the local stack would be called worker"):
        stack(Named, cache + workload("worker", "cache"))


def test_valkey_stands_in_for_valkey() -> None:
    cache = "cache: {engine: valkey, engine_version: '8.0', node_type: cache.t4g.micro, nodes: 1}\n"
    services, _, _ = stack(Named, cache + workload("worker", "cache"))
    assert services["cache"]["image"] == "valkey/valkey:8-alpine"
    assert services["cache"]["command"][0] == "valkey-server"
    assert services["cache"]["healthcheck"]["test"] == ["CMD", "valkey-cli", "ping"]


def test_one_variable_with_two_values_is_refused() -> None:
    with pytest.raises(
        ConstructionError, match=r'LIMIT would stand twice in \.env\.example, as "1" \(A\) and as "2" \(B\)'
    ):
        env_file([Entry("A", "LIMIT", "1", "one"), Entry("B", "LIMIT", "2", "two")])


def test_a_line_may_be_made_of_lines_above_it() -> None:
    text = env_file(
        [Entry("G", "HOST", "localhost", "h"), Entry("G", "URL", "http://${HOST}/x", "u", names_others=True)]
    )
    ran = subprocess.run(["sh", "-c", text + 'printf %s "$URL"'], capture_output=True, text=True, check=True)
    assert ran.stdout == "http://localhost/x"


def test_a_service_is_written_without_what_it_leaves_at_its_default() -> None:
    from twinstack.local.compose import entry

    assert entry(Service("a", "b:1")) == {
        "image": "b:1",
        "security_opt": ["no-new-privileges:true"],
        "restart": "unless-stopped",
    }
