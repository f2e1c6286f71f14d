"""What monitoring refuses, and what it brings into an environment."""

from __future__ import annotations

import pytest
import yaml

from stacks import product
from tests.local_files import texts_of
from tests.shop import BASE, TODAY, Shop
from twinstack.environment import Access, Environment
from twinstack.errors import ConfigurationError, UsageError
from twinstack.layers.load import load_text
from twinstack.monitoring import MonitoringSpec


class WatchedShop(Shop):
    """The shop, watched."""

    monitoring: MonitoringSpec


class TwiceWatched(WatchedShop):
    watching: MonitoringSpec


class Clashing(WatchedShop):
    database_exporter: MonitoringSpec


def refused(kind: type[Environment], text: str) -> list[tuple[str, str]]:
    with pytest.raises(ConfigurationError) as caught:
        load_text(kind, "live", {"base": BASE, "live": text}, TODAY)
    return [(one.code, one.path) for one in caught.value.problems if not one.warning]


def test_a_second_one_is_refused() -> None:
    text = "monitoring: {kind: operator}\nwatching: {kind: none}\n"
    assert refused(TwiceWatched, text) == [("TW643", "watching")]


def test_an_image_for_no_exporter_is_refused() -> None:
    text = "monitoring: {kind: operator, exporter_images: {files: 'registry.example/exporter:v1.2'}}"
    assert refused(WatchedShop, text) == [("TW641", "monitoring.exporter_images.files")]


def test_an_image_that_moves_is_refused() -> None:
    text = "monitoring: {kind: operator, exporter_images: {database: 'registry.example/exporter:latest'}}"
    assert refused(WatchedShop, text) == [("TW104", "monitoring.exporter_images.database")]


def test_a_field_that_is_called_as_an_exporter_is_refused() -> None:
    text = "monitoring: {kind: operator}\ndatabase_exporter: {kind: none}\n"
    assert ("TW642", "monitoring") in refused(Clashing, text)


def test_a_label_that_all_objects_have_is_refused_and_others_are_not() -> None:
    text = "monitoring: {kind: operator, operator: {labels: {LABEL: other}}}"
    assert refused(WatchedShop, text.replace("LABEL", "app.kubernetes.io/part-of")) == [
        ("TW644", "monitoring.operator.labels.app.kubernetes.io/part-of")
    ]
    for label in ("app", "release", "prometheus.example.com/scrape", "app.kubernetes.io/name"):
        load_text(WatchedShop, "live", {"base": BASE, "live": text.replace("LABEL", label)}, TODAY)


def test_what_no_kind_reads_is_said() -> None:
    text = "monitoring: {kind: none, runbooks: 'https://runbooks.example'}"
    warnings = load_text(WatchedShop, "live", {"base": BASE, "live": text}, TODAY).warnings
    assert [(one.code, one.path) for one in warnings] == [("TW766", "monitoring.runbooks")]


def test_an_exporter_is_a_workload_with_a_link() -> None:
    environment = product.load("prod", set={"monitoring.kind": "operator"})
    links = {
        link.resource.key: (link.workload.key, link.access)
        for link in environment.links
        if "exporter" in link.workload.key
    }
    assert links == {"database": ("database_exporter", Access.MONITOR), "cache": ("cache_exporter", Access.WRITE)}


def test_what_nobody_uses_has_no_exporter() -> None:
    """It is open to nobody, and nobody makes the role that its exporter would come as."""
    base = BASE.replace("[database, settings, files: write]", "[settings]").replace(
        "uses: [database: admin]", "uses: []"
    )
    for text, brought in ((BASE, True), (base, False)):
        layers = {"base": text, "live": "monitoring: {kind: operator}"}
        found = load_text(WatchedShop, "live", layers, TODAY).environment
        assert ("database_exporter" in found.specs) is brought


def test_nothing_is_brought_where_nobody_watches() -> None:
    plain = product.load("prod", set={"monitoring.kind": "none"})
    assert {*plain.specs} == {*type(plain).__pydantic_fields__} - {*Environment.__pydantic_fields__}


def test_the_local_stack_has_each_exporter_once() -> None:
    watched, plain = (texts_of(product.load("prod", set={"monitoring.kind": kind})) for kind in ("operator", "none"))
    added = {
        line.strip() for name in watched for line in set(watched[name].splitlines()) - set(plain[name].splitlines())
    }
    assert yaml.safe_load(watched["compose.yaml"])["services"].keys() == (
        yaml.safe_load(plain["compose.yaml"])["services"].keys()
    )
    assert {line.partition(":")[0].partition("=")[0] for line in added if "MONITOR" in line} == {"DATABASE_MONITOR_URL"}
    assert "ExporterGone" in watched["monitoring/alerts.yml"]


def test_a_product_that_calls_its_method_as_before_is_told() -> None:
    with pytest.raises(UsageError, match="is called `watched` now"):
        type("Old", (Environment,), {"monitoring": lambda _: None, "__module__": __name__})


def watched(text: str) -> list[tuple[str, str]]:
    """The warnings of the shop with this monitoring."""
    loaded = load_text(WatchedShop, "live", {"base": BASE, "live": f"monitoring: {text}"}, TODAY)
    return [(one.code, one.path) for one in loaded.warnings]


def test_what_a_kind_cannot_watch_is_said_in_one_list() -> None:
    for kind, missing in (("operator", "PostgresStorageNearlyFull"), ("cloudwatch", "PostgresTransactionOpenForLong")):
        loaded = load_text(WatchedShop, "live", {"base": BASE, "live": f"monitoring: {{kind: {kind}}}"}, TODAY)
        (said,) = [one for one in loaded.warnings if one.code == "TW640"]
        assert f"{missing} of database" in said.given
        assert "the age of backups" in said.given
    acknowledged = "{kind: operator, acknowledge: {TW640: 'the platform team watches RDS'}}"
    assert watched(acknowledged) == []


def test_alarms_that_nobody_hears_are_told() -> None:
    assert ("TW645", "monitoring.notify") in watched("{kind: cloudwatch}")
    told = "{kind: cloudwatch, notify: [{protocol: email, endpoint: oncall@example.com}]}"
    assert [code for code, _ in watched(told)] == ["TW640"]


@pytest.mark.parametrize(
    ("protocol", "right", "wrong"),
    [
        ("email", "on-call+db@example.co.uk", "on-call"),
        ("https", "https://example.com/hook?a=b", "http://example.com"),
        ("sqs", "arn:aws:sqs:eu-central-1:111122223333:alerts.fifo", "alerts"),
        ("lambda", "arn:aws:lambda:eu-central-1:111122223333:function:alerts:live", "alerts"),
    ],
)
def test_an_endpoint_fits_its_protocol(protocol: str, right: str, wrong: str) -> None:
    text = f"{{kind: cloudwatch, notify: [{{protocol: {protocol}, endpoint: 'ENDPOINT'}}]}}"
    assert [code for code, _ in watched(text.replace("ENDPOINT", right))] == ["TW640"]
    assert refused(WatchedShop, f"monitoring: {text.replace('ENDPOINT', wrong)}") == [
        ("TW648", "monitoring.notify[0].endpoint")
    ]


def test_a_topic_is_of_this_account_and_its_subscriptions_are_its_owners() -> None:
    text = "monitoring: {kind: cloudwatch, topic_arn: 'arn:aws:sns:REGION:111122223333:alerts'}"
    assert [code for code, _ in watched(text.removeprefix("monitoring: ").replace("REGION", "eu-central-1"))] == [
        "TW640"
    ]
    assert refused(WatchedShop, text.replace("REGION", "us-east-1")) == [("TW646", "monitoring.topic_arn")]
    both = text.replace("REGION", "eu-central-1").replace("}", ", notify: [{protocol: email, endpoint: a@b.example}]}")
    assert refused(WatchedShop, both) == [("TW647", "monitoring.notify")]


def test_a_scraper_that_asks_too_often_is_told() -> None:
    told = "notify: [{protocol: email, endpoint: a@b.example}]"
    assert ("TW649", "monitoring.interval_seconds") in watched(f"{{kind: managed, interval_seconds: 15, {told}}}")
    assert [code for code, _ in watched(f"{{kind: managed, interval_seconds: 30, {told}}}")] == ["TW640"]
    assert [code for code, _ in watched("{kind: operator, interval_seconds: 15}")] == ["TW640"]
