"""Manifests of a small shop without a mistake, and the ways to make one."""

from __future__ import annotations

import copy
import itertools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from twinstack.api_server.answer import JsonObject
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE

Change = Callable[[dict[str, JsonObject]], None]

needs_assets = pytest.mark.skipif(
    not os.environ.get(ASSETS_VARIABLE), reason=f"{ASSETS_VARIABLE} is not set: no API server to rehearse on"
)


NUMBERS = itertools.count()


SECURE = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
POD_SECURITY = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}

SHOP = r"""
apiVersion: v1
kind: Namespace
metadata: {name: NAMESPACE, labels: {pod-security.kubernetes.io/enforce: restricted}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: NAMESPACE}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: NAMESPACE}
data: {LEVEL: info}
---
apiVersion: secrets-store.csi.x-k8s.io/v1
kind: SecretProviderClass
metadata: {name: web, namespace: NAMESPACE}
spec:
  provider: aws
  parameters:
    region: us-west-2
    objects: "[{objectName: shop/database, jmesPath: [{path: url, objectAlias: database-url}]}]"
  secretObjects: [{secretName: web, type: Opaque, data: [{objectName: database-url, key: database-url}]}]
---
apiVersion: batch/v1
kind: Job
metadata: {name: migrate, namespace: NAMESPACE}
spec:
  template:
    metadata: {labels: {app: migrate}}
    spec:
      restartPolicy: Never
      containers: [{name: migrate, image: "web:1"}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: NAMESPACE}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      readinessGates: [{conditionType: target-health.example/web}]
      volumes:
        - name: secrets
          csi: {driver: secrets-store.csi.k8s.io, readOnly: true, volumeAttributes: {secretProviderClass: web}}
      containers:
        - name: web
          image: web:1
          ports: [{name: http, containerPort: 8000}]
          env:
            - {name: DATABASE_URL, valueFrom: {secretKeyRef: {name: web, key: database-url}}}
            - {name: LEVEL, valueFrom: {configMapKeyRef: {name: settings, key: LEVEL}}}
          resources: {requests: {cpu: 100m, memory: 64Mi}}
          volumeMounts: [{name: secrets, mountPath: /secrets, readOnly: true}]
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: NAMESPACE}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: NAMESPACE}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 4
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: NAMESPACE}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: NAMESPACE}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: NAMESPACE}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress: [{from: [{podSelector: {matchLabels: {app: migrate}}}], ports: [{port: 8000}]}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: NAMESPACE}
spec:
  ingressClassName: alb
  rules:
    - host: shop.example.com
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}]}
"""


def shop(namespace: str) -> dict[str, JsonObject]:
    """Everything of a small shop, by `Kind/name`, in the order of applying."""
    documents = list(yaml.safe_load_all(SHOP.replace("NAMESPACE", namespace)))
    found = {f"{one['kind']}/{one['metadata']['name']}": one for one in documents}
    for key in ("Job/migrate", "Deployment/web"):
        harden(found[key])
    return found


def edit(key: str, path: str, wrong: Any) -> Change:
    """Sets one value of one object; takes it away where it is None."""

    def change(found: dict[str, JsonObject]) -> None:
        here: Any = found[key]
        *parents, last = (int(part) if part.isdigit() else part for part in path.split("/"))
        for part in parents:
            here = here[part]
        if wrong is None:
            del here[last]
        else:
            here[last] = wrong

    return change


def add(key: str, name: str, *edits: Change) -> Change:
    """Adds a copy of an object under another name, changed."""

    def change(found: dict[str, JsonObject]) -> None:
        copied = copy.deepcopy(found[key])
        copied["metadata"]["name"] = name
        found[f"{copied['kind']}/{name}"] = copied
        for edit in edits:
            edit(found)

    return change


def first(key: str) -> Change:
    """Moves an object to the front."""

    def change(found: dict[str, JsonObject]) -> None:
        moved = found.pop(key)
        rest = dict(found)
        found.clear()
        found.update({key: moved, **rest})

    return change


def write(folder: Path, number: int, change: Change) -> Path:
    objects = shop(f"shop-{number}")
    change(objects)
    path = folder / f"{number:04}-shop.k8s.yaml"
    path.write_text(yaml.safe_dump_all(objects.values(), sort_keys=False))
    return path


def harden(workload: JsonObject) -> None:
    pod = workload["spec"]["template"]["spec"]
    pod["securityContext"] = POD_SECURITY
    for container in pod["containers"]:
        container["securityContext"] = SECURE
