"""The schemas that editors check a layer with."""

from __future__ import annotations

from typing import Any

from twinstack.environment import Environment
from twinstack.layers.load import locked_keys
from twinstack.layers.schema import is_base_only, keys_at, layer_schema, schema_at


def properties(schema: dict[str, Any], *names: str) -> dict[str, Any]:
    here = schema
    for name in names:
        here = here["properties"][name]
        if "$ref" in here:
            here = schema["$defs"][here["$ref"].rpartition("/")[2]]
    return here["properties"]


ITEMS = {False: ["Destination", "Toleration"], True: ["ClusterRight", "Destination", "Toleration"]}
"""What only stands in lists, by whether it is of the base layer: `reaches` and `placement.tolerations` of a workload, and
`cluster_rights` in base.yaml alone."""


def test_nothing_is_required_of_a_layer_but_inside_lists(shop: type[Environment]) -> None:
    for base in (True, False):
        schema = layer_schema(shop, base=base)
        assert "required" not in schema
        assert [name for name, definition in schema["$defs"].items() if "required" in definition] == ITEMS[base]
    assert schema["additionalProperties"] is False


def test_an_item_of_a_list_is_whole() -> None:
    from twinstack.edge import EdgeSpec

    class Site(Environment):
        edge: EdgeSpec

    schema = layer_schema(Site, base=True)
    assert schema["$defs"]["Route"]["required"] == ["path", "to"]
    assert "required" not in schema["$defs"]["EdgeSpec"]


def test_what_only_the_base_layer_holds_is_only_in_its_schema(shop: type[Environment]) -> None:
    base, layer = (layer_schema(shop, base=each) for each in (True, False))
    for section, key in locked_keys(shop):
        assert key in properties(base, section)
        assert key not in properties(layer, section)
    assert "Only in base.yaml" in properties(base, "web")["uses"]["markdownDescription"]
    assert "ServiceHealth" in base["$defs"]
    assert "ServiceHealth" not in layer["$defs"]


def test_the_marker_of_the_base_layer_is_understood_wherever_it_stands(shop: type[Environment]) -> None:
    marked = {
        (section, key)
        for section in keys_at(shop, ())
        for key in keys_at(shop, (section,))
        if is_base_only(schema_at(shop, (section, key)) or {})
    }
    assert marked == set(locked_keys(shop))
    assert "base_only" not in str(layer_schema(shop, base=True))


def test_a_key_has_its_description_its_default_and_its_limits(shop: type[Environment]) -> None:
    database = properties(layer_schema(shop, base=False), "database")
    assert database["storage_gib"] == {
        "type": "integer",
        "minimum": 20,
        "maximum": 65536,
        "description": "Storage to begin with, in GiB (gp3).",
        "markdownDescription": "Storage to begin with, in GiB (gp3).",
    }
    assert database["max_storage_gib"]["type"] == ["integer", "null"]
    assert database["encrypted"]["markdownDescription"].endswith("Default: `true`.")
    assert database["backup_window"]["examples"] == ["03:00-04:00"]
    assert layer_schema(shop, base=False)["$defs"]["Nat"]["enum"] == ["none", "single", "per_zone"]


def test_every_key_is_described(shop: type[Environment]) -> None:
    schema = layer_schema(shop, base=True)
    models = {"": schema, **schema["$defs"]}
    silent = [
        f"{name}.{key}"
        for name, model in models.items()
        for key, value in model.get("properties", {}).items()
        if not value.get("description") and "$ref" not in value
    ]
    assert silent == []


def test_a_path_leads_to_its_schema(shop: type[Environment]) -> None:
    assert (schema_at(shop, ("web", "scale", "min")) or {})["minimum"] == 1
    assert (schema_at(shop, ("settings", "variables", "LOG_LEVEL")) or {})["anyOf"][0] == {"type": "string"}
    assert (schema_at(shop, ("network", "existing", "private_subnet_ids", 0)) or {})["type"] == "string"
    assert schema_at(shop, ("web", "nothing")) is None
    assert schema_at(shop, ("web", "scale", "min", "deeper")) is None
