"""Every value can say where it comes from."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from twinstack.errors import Location, UsageError
from twinstack.layers.explain import Entry, Kind, entries, explain, split
from twinstack.layers.load import Loaded

Accept = Callable[..., Loaded]

LAYER = "database:\n  multi_az: false\nweb:\n  scale: {max: 9}\n"
BASE, LIVE = "environments/base.yaml", "environments/live.yaml"


def test_a_written_value_says_its_layer_its_line_and_what_it_overrode(accept: Accept) -> None:
    explanation = explain(accept(LAYER), "database.multi_az")
    assert explanation.value is False
    assert explanation.kind is Kind.WRITTEN
    assert explanation.source == f"{LIVE}:2"
    assert [(origin.layer, origin.location, origin.value) for origin in explanation.origins] == [
        ("base", Location(BASE, 12), True),
        ("live", Location(LIVE, 2), False),
    ]
    assert explanation.description == "Keeps a standby in a second zone."
    assert explanation.allowed == "true or false"
    assert explanation.is_required


def test_the_last_word_is_that_of_set(accept: Accept) -> None:
    explanation = explain(accept(LAYER, set_={"database.multi_az": True}), "database.multi_az")
    assert explanation.value is True
    assert [origin.layer for origin in explanation.origins] == ["base", "live", "set"]
    assert explanation.source == "--set"


def test_a_value_that_nobody_wrote_names_the_class_of_its_default(accept: Accept) -> None:
    loaded = accept()
    explanation = explain(loaded, "database.storage_gib")
    assert explanation.source == f"{BASE}:11"
    explanation = explain(loaded, "database.encrypted")
    assert (explanation.value, explanation.kind, explanation.origins) == (True, Kind.DEFAULT, ())
    assert explanation.source == "the default, in PostgresSpec"
    assert explain(loaded, "database.title").source == "the default, in Spec"
    assert explain(loaded, "web.user").source == "the default, in ContainerSpec"
    assert explain(loaded, "network.zones[1]").source == "the default, in NetworkSpec"


def test_a_computed_value_names_the_property(accept: Accept) -> None:
    loaded = accept()
    explanation = explain(loaded, "database.identifier")
    assert (explanation.value, explanation.kind) == ("acme-shop-database-live", Kind.COMPUTED)
    assert explanation.source == "computed by PostgresSpec.identifier"
    assert explain(loaded, "database.url.name").value == "acme-shop-live/database/url"
    assert explain(loaded, "database.url").source == "computed by PostgresSpec.url"
    assert explain(loaded, "web.links[0].access").value == "write"
    assert explain(loaded, "web.links[0].access").source == "computed by WorkloadSpec.links"
    assert explain(loaded, "stack_id").source == "computed by Environment.stack_id"
    assert explain(loaded, "network.private_cidrs").value == ["10.0.0.0/19", "10.0.32.0/19", "10.0.64.0/19"]


def test_a_section_is_the_effective_one_with_all_who_wrote_in_it(accept: Accept) -> None:
    explanation = explain(accept(LAYER), "web.scale")
    assert explanation.value == {"min": 2, "max": 9, "cpu": 70, "memory": None, "headroom": None}
    assert [(origin.layer, origin.value) for origin in explanation.origins] == [
        ("base", {"min": 2, "max": 4, "cpu": 70}),
        ("live", {"max": 9}),
    ]


def test_an_item_of_a_list_is_located(accept: Accept) -> None:
    explanation = explain(accept(), "web.uses[2].files")
    assert (explanation.value, explanation.source) == ("write", f"{BASE}:29")
    assert explain(accept(), "web.uses").base_only


def test_a_value_in_a_mapping_is_located(accept: Accept) -> None:
    explanation = explain(accept(), "settings.variables.LOG_LEVEL")
    assert (explanation.value, explanation.source) == ("info", f"{BASE}:20")
    assert explanation.allowed == "text, or a whole number, or true or false"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("databse", '"databse": there is no "databse": did you mean "database"?'),
        (
            "database.multi-az",
            '"database.multi-az": there is no "multi-az" in database: did you mean "database.multi_az"?',
        ),
        (
            "database.identifer",
            '"database.identifer": there is no "identifer" in database: did you mean "database.identifier"?',
        ),
        (
            "database.url.nam",
            '"database.url.nam": there is no "nam" in database.url: did you mean "database.url.name"?',
        ),
        ("web.uses[9]", '"web.uses[9]": there is no [9] in web.uses; it has 3, counted from 0'),
        ("web.port[0]", '"web.port[0]": there is no [0] in web.port; it is no list'),
        ("web.port.x", '"web.port.x": there is no "x" in web.port; it is a single value'),
        (
            "settings.variables.QQQ",
            '"settings.variables.QQQ": there is no "QQQ" in settings.variables; there is LOG_LEVEL',
        ),
        ("a..b", '"a..b" is no path: write it dotted, for example database.multi_az or backend.uses[0]'),
        ("", '"" is no path: write it dotted, for example database.multi_az or backend.uses[0]'),
        ("web.__class__", '"web.__class__": there is no "__class__" in web; there is'),
        ("web._key", '"web._key": there is no "_key" in web'),
    ],
)
def test_a_path_that_leads_nowhere_is_refused_with_the_nearest_one(accept: Accept, path: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        explain(accept(), path)
    assert str(caught.value).startswith(message)


def test_a_path_is_split_at_dots_and_brackets() -> None:
    assert split("backend.uses[0].exports") == ("backend", "uses", 0, "exports")


def test_the_whole_environment_has_the_source_of_every_value(accept: Accept) -> None:
    whole = {entry.name: entry for entry in entries(accept(LAYER))}
    assert list(whole)[-6:] == ["network", "database", "files", "settings", "web", "worker"]
    assert whole["account"] == Entry("account", "111122223333", f"{BASE}:3")
    database = {entry.name: entry for entry in whole["database"].entries}
    assert database["multi_az"] == Entry("multi_az", False, f"{LIVE}:2")
    assert database["tls"] == Entry("tls", "verify-full", "the default, in PostgresSpec")
    (variables,) = (entry for entry in whole["settings"].entries if entry.name == "variables")
    assert variables.entries == (Entry("LOG_LEVEL", "info", f"{BASE}:20"),)


def test_a_section_alone_can_be_listed(accept: Accept) -> None:
    assert entries(accept(LAYER), "web.scale") == (
        Entry("min", 2, f"{BASE}:28"),
        Entry("max", 9, f"{LIVE}:4"),
        Entry("cpu", 70, f"{BASE}:28"),
        Entry("memory", None, "the default, in Scale"),
        Entry("headroom", None, "the default, in Scale"),
    )
    assert entries(accept(), "web.port") == ()
