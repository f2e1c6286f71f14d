"""Small programs of charts and API objects: what each makes is the same on every engine."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import cdk8s
from cdk8s_plus_27 import k8s
from constructs import Construct


def chart(build: Callable[[Any], Any]) -> str:
    """The manifests of one chart."""
    one = cdk8s.Chart(cdk8s.App(), "one", namespace="here", labels={"of": "all", "a": "chart"})
    build(one)
    return json.dumps(one.to_json(), indent=1)


def objects(one: Any) -> None:
    metadata = k8s.ObjectMeta(name="c", labels={"b": "1", "a": "2", "10": "x", "9": "y"})
    data = {"z": "", "A": "1", "a": "2", "10": "x", "9": "y", "4294967294": "1", "123456789012": "2", "4294967295": "3"}
    k8s.KubeConfigMap(one, "c", metadata=metadata, data=data, immutable=False)
    k8s.KubeSecret(one, "s", metadata=k8s.ObjectMeta(name="s"), type="t", string_data={"k": "v"})
    policy = k8s.NetworkPolicySpec(
        pod_selector=k8s.LabelSelector(), policy_types=[], ingress=[k8s.NetworkPolicyIngressRule()], egress=[]
    )
    k8s.KubeNetworkPolicy(one, "n", metadata=k8s.ObjectMeta(name="n", namespace="there"), spec=policy)
    given = {"name": "a", "annotations": {}, "labels": {"of": "one"}}
    k8s.KubeServiceAccount(one, "a", metadata=given, automount_service_account_token=False)  # ty: ignore[invalid-argument-type]
    k8s.KubeClusterRole(one, "r", metadata=k8s.ObjectMeta(name="r"), rules=[k8s.PolicyRule(verbs=["get"])])


def values(one: Any) -> None:
    limits = {"cpu": k8s.Quantity.from_string("100m"), "memory": k8s.Quantity.from_number(5)}
    container = k8s.Container(
        name="c",
        resources=k8s.ResourceRequirements(limits=limits),
        liveness_probe=k8s.Probe(http_get=k8s.HttpGetAction(port=k8s.IntOrString.from_number(80))),
    )
    k8s.KubePod(one, "p", metadata=k8s.ObjectMeta(name="p"), spec=k8s.PodSpec(containers=[container]))


def patches(one: Any) -> None:
    owner = cdk8s.OwnerReference(api_version="v", kind="K", name="o", uid="u")
    about = cdk8s.ApiObjectMetadata(name="n", finalizers=["z", "a"], owner_references=[owner])
    thing = cdk8s.ApiObject(one, "t", api_version="v", kind="K", metadata=about)
    thing.add_json_patch(cdk8s.JsonPatch.add("/spec", {"b": [], "a": {}, "n": None, "f": 1.0, "10": 1, "9": 2}))
    thing.add_json_patch(
        cdk8s.JsonPatch.add("/spec/b/-", 1), cdk8s.JsonPatch.replace("/spec/f", 2), cdk8s.JsonPatch.remove("/spec/a")
    )
    thing.add_json_patch(cdk8s.JsonPatch.add("/spec/b/0", {"x~y/z": 1}), cdk8s.JsonPatch.add("/spec/b/0/x~0y~1z", 2))
    thing.metadata.add_label("later", "l")
    thing.metadata.add_annotation("later", "a")
    thing.metadata.add("generateName", ["f", {"b": 1, "a": 2}])


def applied_patches(one: Any) -> None:
    made = cdk8s.JsonPatch.apply({"b": {"a": [1]}, "a": 1}, cdk8s.JsonPatch.add("/b/a/-", 2))
    cdk8s.ApiObject(one, "t", api_version="v", kind="K").add_json_patch(cdk8s.JsonPatch.add("/x", made))


def unnamed(one: Any) -> None:
    k8s.KubeConfigMap(one, "c", data={"k": "v"})
    k8s.KubeConfigMap(Construct(one, "in"), "Name", metadata=k8s.ObjectMeta(labels={"a": "b"}))


CHARTS = (objects, values, patches, applied_patches, unnamed)
