"""A small product's releases, made by hand: what is remembered does not depend on how manifests come about."""

from __future__ import annotations

from typing import Any

from twinstack.delivery import Manifest, Release


def stack_of(namespace: str) -> str:
    """A stack of the test's own: records are looked for in other namespaces too."""
    return f"shop-{namespace}"


def owner(namespace: str) -> dict[str, str]:
    return {"app.kubernetes.io/managed-by": "twinstack", "app.kubernetes.io/instance": stack_of(namespace)}


def release(version: str = "1.0.0", namespace: str = "shop") -> Release:
    return Release(
        product="shop",
        environment="live",
        version=version,
        stack=stack_of(namespace),
        account="111122223333",
        region="eu-central-1",
        namespace=namespace,
        cluster=None,
        halves=("workloads",),
        protected=False,
        deadline_seconds=600,
        watch_seconds=0,
        keep_releases=10,
        notify={},
        revision="9f3c2e1",
        dirty=False,
        made_by="ada@laptop",
        made_at="2026-11-28T22:15:00Z",
        format=1,
    )


def manifest(
    kind: str, name: str, namespace: str, api_version: str = "v1", *, of: str = "", **content: Any
) -> Manifest:
    """`of`: the namespace of the release that has it, for what lies in none."""
    metadata = {"name": name, "labels": owner(of or namespace), **({"namespace": namespace} if namespace else {})}
    return Manifest({"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}, f"{name}.k8s.yaml")


def config(name: str, namespace: str, **data: str) -> Manifest:
    return manifest("ConfigMap", name, namespace, data=data or {"KEY": "value"})


def deployment(name: str, namespace: str, image: str = "registry.example/web:1.0.0") -> Manifest:
    labels = {"app": name}
    return manifest(
        "Deployment",
        name,
        namespace,
        "apps/v1",
        spec={
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "main", "image": image}]}},
        },
    )
