"""How a chart becomes files: order, names, text, and what may not stand beside each other."""

from __future__ import annotations

from functools import cache
from typing import Any

import cdk8s
import pytest
import yaml
from cdk8s_plus_27 import k8s
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from stacks import product
from stacks.workloads import AnalyticsWorkloads
from tests.on_node import run_on_node
from twinstack import kubernetes
from twinstack.environment.dumper import dump
from twinstack.errors import ConstructionError


def chart(environment: str = "prod", *, version: str | None = None, **values: Any) -> AnalyticsWorkloads:
    settings = {key.replace("__", "."): value for key, value in values.items()}
    return AnalyticsWorkloads(cdk8s.App(), product.load(environment, set=settings or None, version=version))


@cache
def files(environment: str) -> dict[str, str]:
    return kubernetes.render(chart(environment))


def job_name(made: AnalyticsWorkloads) -> str:
    (name,) = [one["metadata"]["name"] for one in kubernetes.objects(made) if one["kind"] == "Job"]
    return name


def pods(name: str, **labels: str) -> dict[str, Any]:
    template = k8s.PodTemplateSpec(
        metadata=k8s.ObjectMeta(labels=labels), spec=k8s.PodSpec(containers=[k8s.Container(name="one")])
    )
    return {"metadata": k8s.ObjectMeta(name=name, namespace="analytics"), "template": template}


def test_files_are_numbered_in_apply_order() -> None:
    assert list(files("prod")) == [
        "00-cluster.k8s.yaml",
        "00-edge.k8s.yaml",
        "00-namespace.k8s.yaml",
        "10-config.k8s.yaml",
        "20-migration.k8s.yaml",
        "30-backend.k8s.yaml",
        "30-cache-exporter.k8s.yaml",
        "30-database-exporter.k8s.yaml",
        "30-frontend.k8s.yaml",
        "30-scheduler.k8s.yaml",
        "30-worker.k8s.yaml",
        "40-edge.k8s.yaml",
    ]


def test_objects_come_in_the_order_of_the_files() -> None:
    written = [one["metadata"]["name"] for text in files("prod").values() for one in yaml.safe_load_all(text)]
    assert written == [one["metadata"]["name"] for one in kubernetes.objects(chart())]


def test_nothing_comes_before_what_it_refers_to() -> None:
    order = [
        (one["kind"], one["metadata"]["name"]) for text in files("prod").values() for one in yaml.safe_load_all(text)
    ]
    place = {identity: index for index, identity in enumerate(order)}
    assert all(
        place["Namespace", "analytics"] < place[one] for one in place if one[0] in {"Deployment", "NetworkPolicy"}
    )
    for workload, secret in (("backend", "analytics-secrets"), ("worker", "analytics-worker-secrets")):
        deployment = place["Deployment", f"analytics-{workload}"]
        assert place["ServiceAccount", f"analytics-{workload}"] < deployment
        assert place["SecretProviderClass", secret] < deployment
        assert place["NetworkPolicy", f"analytics-{workload}"] < deployment
        assert place["ConfigMap", "analytics-config"] < deployment
    assert (
        place["IngressClassParams", "analytics-alb"]
        < place["IngressClass", "analytics-alb"]
        < place["Ingress", "analytics-ingress"]
    )


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_the_text_says_what_was_made_and_is_the_same_each_time(environment: str) -> None:
    written = [one for text in files(environment).values() for one in yaml.safe_load_all(text)]
    assert written == kubernetes.objects(chart(environment))
    assert files(environment) == kubernetes.render(chart(environment))


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
@pytest.mark.parametrize("version", ["1.33", "1.34", "1.35", "1.36"])
def test_every_object_fits_the_schema_of_each_supported_kubernetes(environment: str, version: str) -> None:
    validator = pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is not installed")
    for text in files(environment).values():
        for manifest in yaml.safe_load_all(text):
            if manifest["apiVersion"].partition("/")[0] not in {"secrets-store.csi.x-k8s.io", "eks.amazonaws.com"}:
                validator.validate(manifest, version, strict=True)


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_nothing_is_null_or_unresolved(environment: str) -> None:
    text = "".join(files(environment).values()).replace("          value: ''\n", "")  # a variable of what is off
    assert not [word for word in ("None", "Token[", "${Tf", "!!", "&id", ": null\n", ": ''\n") if word in text]


@given(
    st.text(st.characters(codec="utf-8"))
    | st.sampled_from(
        [
            "08",
            "1e3",
            "0o7",
            "y",
            "N",
            "on",
            "No",
            "1.0",
            "1_000",
            "~",
            "",
            "0x1F",
            ".5",
            "3:30",
            "2024-01-01",
            "=",
            "null",
        ]
    )
)
def test_text_stays_text_for_readers_of_either_yaml(value: str) -> None:
    text = dump([{"value": value}])
    assert yaml.safe_load(text) == {"value": value}
    assert YAML(typ="safe", pure=True).load(text) == {"value": value}


@pytest.mark.parametrize(
    ("value", "quoted"),
    [("08", True), ("1e3", True), ("0o17", True), ("y", True), ("N", True), ("10m", False), ("1.0.0", False)],
)
def test_only_what_would_be_read_as_something_else_is_quoted(value: str, *, quoted: bool) -> None:
    assert ("'" in dump([{"value": value}])) is quoted


def test_a_job_keeps_its_name_while_it_does_the_same() -> None:
    assert job_name(chart()) == job_name(chart(backend__scale={"min": 3, "max": 9}))


def test_a_job_that_does_something_else_has_another_name() -> None:
    names = {
        job_name(chart()),
        job_name(chart(version="1.0.1")),
        job_name(chart(migration__deadline_seconds=60)),
        job_name(chart(settings__variables__RATE_LIMIT_PER_HOUR=1)),
    }
    assert len(names) == 4
    assert all(name.startswith("analytics-migration-1-0-") for name in names)


def test_a_patch_by_the_escape_hatch_changes_a_jobs_name_too() -> None:
    patched = chart()
    patched.migration.resource.add_json_patch(cdk8s.JsonPatch.add("/spec/template/spec/priorityClassName", "urgent"))
    assert job_name(patched) != job_name(chart())


FITS_NOTHING = """
import cdk8s, pytest
from tests.kubernetes.test_manifests import chart
from twinstack import kubernetes
from twinstack.errors import ConstructionError

made = chart()
made.backend.deployment.add_json_patch(cdk8s.JsonPatch.replace("/spec/nothing/here", 1))
with pytest.raises(ConstructionError, match=r"Deployment analytics-backend cannot be rendered: .*add_json_patch"):
    kubernetes.render(made)
"""


def test_a_patch_that_fits_nothing_is_refused_with_the_object_it_is_for() -> None:
    """By node, to which a run goes over for such a patch."""
    run_on_node(FITS_NOTHING)


def test_a_jobs_name_fits_whatever_the_release_is_called() -> None:
    name = job_name(chart(version="1." + "9" * 100))
    assert len(name) <= 63
    assert name.rstrip("-.") == name


def test_two_objects_with_one_name_are_refused() -> None:
    made = chart()
    k8s.KubeConfigMap(made, "more", metadata=k8s.ObjectMeta(name="analytics-config", namespace="analytics"))
    with pytest.raises(ConstructionError, match="two objects are called ConfigMap analytics-config"):
        kubernetes.render(made)


def test_a_workload_that_would_select_anothers_pods_is_refused() -> None:
    made = chart()
    own = pods("stray", app="analytics-backend", tier="more")
    k8s.KubeDeployment(
        made,
        "stray",
        metadata=own["metadata"],
        spec=k8s.DeploymentSpec(
            selector=k8s.LabelSelector(match_labels={"app": "analytics-backend", "tier": "more"}),
            template=own["template"],
        ),
    )
    with pytest.raises(
        ConstructionError, match="Deployment analytics-backend would select the pods of Deployment stray"
    ):
        kubernetes.render(made)


def test_a_job_with_anothers_labels_is_refused() -> None:
    made = chart()
    own = pods("stray", app="analytics-backend")
    k8s.KubeJob(made, "stray", metadata=own["metadata"], spec=k8s.JobSpec(template=own["template"]))
    with pytest.raises(ConstructionError, match="Deployment analytics-backend would select the pods of Job stray-"):
        kubernetes.render(made)


def test_an_object_that_belongs_to_no_part_has_a_file_of_its_own() -> None:
    made = chart()
    k8s.KubeConfigMap(made, "more", metadata=k8s.ObjectMeta(name="extra", namespace="analytics"), data={"key": "value"})
    assert "10-extra-configmap.k8s.yaml" in kubernetes.render(made)


def nightly(made: AnalyticsWorkloads, *, component: str, app: str = "analytics-nightly") -> None:
    """What another team's room makes: a CronJob, and the policy that closes its pods."""
    own = pods("nightly", app=app)
    metadata = k8s.ObjectMeta(name="nightly", namespace="analytics", labels={"app.kubernetes.io/component": component})
    spec = k8s.CronJobSpec(
        schedule="0 3 * * *", job_template=k8s.JobTemplateSpec(spec=k8s.JobSpec(template=own["template"]))
    )
    k8s.KubeCronJob(made, "nightly", metadata=metadata, spec=spec)
    policy = k8s.NetworkPolicySpec(pod_selector=k8s.LabelSelector(match_labels={"app": app}))
    k8s.KubeNetworkPolicy(made, "nightly-policy", metadata=metadata, spec=policy)


def test_what_makes_pods_stands_where_workloads_do_and_after_the_policy_that_closes_them() -> None:
    made = chart()
    nightly(made, component="nightly")
    text = kubernetes.render(made)["30-nightly.k8s.yaml"]
    assert [one["kind"] for one in yaml.safe_load_all(text)] == ["NetworkPolicy", "CronJob"]


def test_a_workload_that_is_of_a_kind_nobody_knows_stands_where_workloads_do() -> None:
    made = chart()
    (old,) = [child for child in made.node.children if child.node.id == "scheduler"]
    assert old.node.try_remove_child("deployment")
    labels = {"app.kubernetes.io/component": "scheduler"}
    metadata = cdk8s.ApiObjectMetadata(name="analytics-scheduler", namespace="analytics", labels=labels)
    cdk8s.ApiObject(made, "function", api_version="acme.example/v1", kind="Function", metadata=metadata)
    kinds = [one["kind"] for one in yaml.safe_load_all(kubernetes.render(made)["30-scheduler.k8s.yaml"])]
    assert kinds.index("NetworkPolicy") < kinds.index("Function")


def test_a_workload_that_would_select_the_pods_a_clock_starts_is_refused() -> None:
    made = chart()
    nightly(made, component="nightly", app="analytics-backend")
    with pytest.raises(
        ConstructionError, match="Deployment analytics-backend would select the pods of CronJob nightly"
    ):
        kubernetes.render(made)


def test_a_patch_arrives_whole_with_what_the_classes_do_not_know() -> None:
    """A sidecar without its `restartPolicy` would be an init container that never ends, and hold up every pod."""
    made = chart()
    sidecar = {"name": "proxy", "image": "registry.example/proxy:1", "restartPolicy": "Always"}
    made.backend.deployment.add_json_patch(cdk8s.JsonPatch.add("/spec/template/spec/initContainers", [sidecar]))
    made.backend.resource.add_json_patch(cdk8s.JsonPatch.add("/spec/template/spec/initContainers/0/env", []))
    made.namespace_object.add_json_patch(cdk8s.JsonPatch.add("/newer", {"than": 1.27}))
    found = {
        manifest["kind"]: manifest
        for manifest in kubernetes.objects(made)
        if "backend" in manifest["metadata"]["name"] or manifest["kind"] == "Namespace"
    }
    assert found["Deployment"]["spec"]["template"]["spec"]["initContainers"] == [sidecar | {"env": []}]
    assert found["Namespace"]["newer"] == {"than": 1.27}


def test_patches_of_a_custom_object_come_after_its_own_spec() -> None:
    made = chart()
    pool = kubernetes.custom_object(
        made, "pool", api_version="karpenter.sh/v1", kind="NodePool", name="pool", namespace=None, labels={}, spec={"weight": 10}
    )  # fmt: skip
    pool.add_json_patch(cdk8s.JsonPatch.replace("/spec/weight", 20))
    (found,) = [manifest for manifest in kubernetes.objects(made) if manifest["kind"] == "NodePool"]
    assert found["spec"] == {"weight": 20}
