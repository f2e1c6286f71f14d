"""Random charts as plain data: how they are made up, and what carries them out on whichever engine there is."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

Program = dict[str, Any]
TEXTS = st.one_of(
    st.sampled_from(["", "plain", '"q" \\ \n', "${x}", "$${y}", "%{if}", "é 😀 \u2028", "}", "{}", "null", "1"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=0x7E), max_size=12),
)
KEYS = st.sampled_from(["a", "B", "10", "9", "_", "a-b", "a/b", "é", "0", "01"])
POINTERS = st.sampled_from(["/spec", "/spec/a", "/spec/l/0", "/spec/l/-", "/metadata/labels/x", "/spec/a~1b", "/data"])
IDS = st.sampled_from(
    [
        "a",
        "b-c",
        "Default",
        "web",
        "x9",
        "default-deny",
        "web-resource",
        "10",
        "9",
        "A",
        "a.b",
        "-",
        "e%",
        "y" * 40,
        "n" * 70,
    ]
)
DATA = st.recursive(
    st.booleans() | TEXTS | st.integers(-9, 9),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=2),
    max_leaves=4,
)


def charts(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Program]:
    """Charts whose patches have these values."""
    patches = st.lists(st.tuples(st.sampled_from(["add", "replace", "remove"]), POINTERS, values), max_size=3)
    objects = st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["map", "secret", "pod", "other", "job"]),
            "path": st.lists(IDS, min_size=1, max_size=3),
            "name": st.none() | st.sampled_from(["n", "m", ""]),
            "labels": st.dictionaries(KEYS, TEXTS, max_size=3),
            "annotations": st.none() | st.dictionaries(KEYS, TEXTS, max_size=3),
            "data": st.dictionaries(KEYS, TEXTS, max_size=4),
            "number": st.integers(0, 99999),
            "patches": patches,
            "later": st.none() | TEXTS,
            "more": st.none() | DATA,
            "in_chart": st.sampled_from([False, False, False, True]),
        }
    )
    options = {
        "namespace": st.just("here"),
        "labels": st.dictionaries(KEYS, TEXTS, max_size=2),
        "disable_resource_name_hashes": st.booleans(),
    }
    return st.builds(
        lambda objects, options: {"objects": objects, "options": options},
        st.lists(objects, max_size=4),
        st.fixed_dictionaries({}, optional=options),
    )


def below(scope: Any, path: list[str]) -> tuple[Any, str]:
    """The construct that an element is to be in, and its id there."""
    from constructs import Construct

    *parents, last = path
    for part in parents:
        scope = scope.node.try_find_child(part) or Construct(scope, part)
    return scope, last


def made_chart(program: Program) -> str:
    import cdk8s

    chart = cdk8s.Chart(cdk8s.App(), "chart", **program["options"])
    inner = cdk8s.Chart(chart, "inner")
    for about in program["objects"]:
        scope, id_ = below(inner if about["in_chart"] else chart, about["path"])
        made = _object(scope, id_, about)
        if about["later"] is not None:
            made.metadata.add_label("later", about["later"])
            made.metadata.add_annotation("later", about["later"])
        if about["more"] is not None:
            made.metadata.add("more", about["more"])
        if about["kind"] == "other":
            made.add_json_patch(cdk8s.JsonPatch.add("/spec", {"l": [1], "a": {}}), *map(_patch, about["patches"]))
    ids = [one.node.id for one in chart.api_objects]
    names = [[cdk8s.Names.to_dns_label(one), cdk8s.Names.to_label_value(one)] for one in chart.node.find_all()]
    return json.dumps([chart.to_json(), inner.to_json(), ids, names], indent=1)


def _patch(about: tuple[str, str, Any]) -> Any:
    import cdk8s

    from tests.bindings.native.random_programs import with_references

    operation, path, value = about
    value = with_references(value, [])
    return cdk8s.JsonPatch.remove(path) if operation == "remove" else getattr(cdk8s.JsonPatch, operation)(path, value)


def _object(scope: Any, id_: str, about: Program) -> Any:
    import cdk8s
    from cdk8s_plus_27 import k8s

    given = {"name": about["name"], "labels": about["labels"], "annotations": about["annotations"]}
    metadata = k8s.ObjectMeta(**given)
    match about["kind"]:
        case "map":
            return k8s.KubeConfigMap(scope, id_, metadata=metadata, data=about["data"], immutable=False)
        case "job":
            return k8s.KubeCronJob(scope, id_, metadata=metadata)
        case "secret":
            return k8s.KubeSecret(scope, id_, metadata=metadata, string_data=about["data"])
        case "pod":
            port = k8s.IntOrString.from_number(about["number"])
            probe = k8s.Probe(http_get=k8s.HttpGetAction(port=port), period_seconds=about["number"])
            limits = {"cpu": k8s.Quantity.from_string("1"), "memory": k8s.Quantity.from_number(about["number"])}
            resources = k8s.ResourceRequirements(limits=limits)
            variables = [k8s.EnvVar(name=key, value=value) for key, value in about["data"].items()]
            main = k8s.Container(name="c", env=variables, liveness_probe=probe, resources=resources)
            return k8s.KubePod(scope, id_, metadata=metadata, spec=k8s.PodSpec(containers=[main], node_selector={}))
    about_it = cdk8s.ApiObjectMetadata(**given)
    return cdk8s.ApiObject(scope, id_, api_version="v/1", kind="Other", metadata=about_it)
