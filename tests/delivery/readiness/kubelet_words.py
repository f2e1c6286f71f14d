"""What a kubelet, a scheduler and their like write, for tests that play them.

The words are those of real clusters: container states and events of kubernetes/kubernetes (`pkg/kubelet/images`,
`pkg/kubelet/kuberuntime`, `pkg/kubelet/prober`), containerd's and registries' texts from public issues, the secrets
store's from kubernetes-sigs/secrets-store-csi-driver and aws/secrets-store-csi-driver-provider-aws; names are ours.
"""

from __future__ import annotations

from typing import Any

IMAGE = "ghcr.io/shop/web:2"
NO_SUCH_TAG = (
    f'rpc error: code = NotFound desc = failed to pull and unpack image "{IMAGE}": failed to resolve reference '
    f'"{IMAGE}": {IMAGE}: not found'
)
NO_RIGHT = (
    f'rpc error: code = Unknown desc = failed to pull and unpack image "{IMAGE}": failed to resolve reference '
    f'"{IMAGE}": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to '
    "https://ghcr.io/token?scope=repository%3Ashop%2Fweb%3Apull&service=ghcr.io: 403 Forbidden"
)
HIDDEN = 'Error response from daemon: pull access denied for shop/web, repository does not exist or may require "docker login"'
NO_PLATFORM = f'rpc error: code = NotFound desc = failed to pull and unpack image "{IMAGE}": no match for platform in manifest: not found'
UNREACHABLE = (
    f'rpc error: code = Unknown desc = failed to pull and unpack image "{IMAGE}": failed to do request: Head '
    '"https://ghcr.io/v2/shop/web/manifests/2": dial tcp: lookup ghcr.io on 10.40.0.2:53: read udp: i/o timeout'
)
TOO_MANY = "rpc error: code = Unknown desc = Error response from daemon: toomanyrequests: You have reached your pull rate limit."
BAD_REFERENCE = (
    'Failed to apply default image tag "ghcr.io/Shop/web:2": couldn\'t parse image name "ghcr.io/Shop/web:2": '
    "invalid reference format: repository name (Shop/web) must be lowercase"
)
NO_NODE = (
    "0/6 nodes are available: 1 node(s) had untolerated taint {dedicated: batch}, 2 node(s) didn't match Pod's node "
    "affinity/selector, 3 Insufficient cpu. preemption: 0/6 nodes are available: 6 Preemption is not helpful for scheduling."
)
NO_CLASS = (
    'MountVolume.SetUp failed for volume "secrets-store" : rpc error: code = Unknown desc = failed to get '
    'secretproviderclass shop/web-secrets, error: SecretProviderClass.secrets-store.csi.x-k8s.io "web-secrets" not found'
)
NO_VALUE = (
    'MountVolume.SetUp failed for volume "secrets-store" : rpc error: code = Unknown desc = failed to mount secrets '
    "store objects for pod shop/web-1, err: rpc error: code = Unknown desc = us-west-2: Failed fetching secret "
    "shadower-shop/database/url: ResourceNotFoundException: Secrets Manager can't find the specified secret."
)
NO_ROLE = (
    'MountVolume.SetUp failed for volume "secrets-store" : rpc error: code = Unknown desc = failed to mount secrets '
    "store objects for pod shop/web-1, err: rpc error: code = Unknown desc = us-west-2: An IAM role must be associated "
    "with service account web (namespace: shop)"
)
NO_DRIVER = (
    'MountVolume.SetUp failed for volume "secrets-store" : kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: '
    "driver name secrets-store.csi.k8s.io not found in the list of registered CSI drivers"
)
NO_CONFIG = 'MountVolume.SetUp failed for volume "files" : configmap "web-files" not found'
TIMED_OUT = "Unable to attach or mount volumes: unmounted volumes=[secrets-store], unattached volumes=[]: timed out waiting for the condition"
NOT_503 = "Readiness probe failed: HTTP probe failed with statuscode: 503"
NOT_LIVE = 'Liveness probe failed: Get "http://10.1.2.3:8000/health": context deadline exceeded'
NOT_STARTED = "Startup probe failed: dial tcp 10.1.2.3:8000: connect: connection refused"
KILLED = "Container web failed liveness probe, will be restarted"


def pod(*containers: dict[str, Any], initial: tuple[dict[str, Any], ...] = (), **status: Any) -> dict[str, Any]:
    """A pod of the ReplicaSet `web-1`, that a node has taken."""
    spec: dict[str, Any] = {
        "containers": [
            {
                "name": "web",
                "image": IMAGE,
                "resources": {"limits": {"memory": "256Mi"}},
                "readinessProbe": {"httpGet": {"path": "/health/ready", "port": 8000}, "periodSeconds": 5},
                "livenessProbe": {"httpGet": {"path": "/health", "port": 8000}},
            }
        ]
    }
    if initial:
        spec["initContainers"] = [{"name": one["name"], "image": "postgres:18"} for one in initial]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "web-1-abcde",
            "namespace": "shop",
            "uid": "pod",
            "ownerReferences": [{"kind": "ReplicaSet", "name": "web-1", "uid": "set"}],
        },
        "spec": spec,
        "status": {
            "phase": "Pending",
            "conditions": [condition("PodScheduled", "True"), condition("Ready", "False", "ContainersNotReady")],
            **({"initContainerStatuses": [*initial]} if initial else {}),
            **({"containerStatuses": [*containers]} if containers else {}),
            **status,
        },
    }


def condition(kind: str, status: str, reason: str = "", message: str = "") -> dict[str, Any]:
    return {"type": kind, "status": status, "reason": reason, "message": message}


def waits(reason: str, message: str = "", *, name: str = "web", restarts: int = 0, last: Any = None) -> dict[str, Any]:
    state = {"waiting": {"reason": reason, **({"message": message} if message else {})}}
    return _status(name, state, restarts, last)


def ended(code: int, reason: str = "Error", message: str = "") -> dict[str, Any]:
    return {
        "terminated": {"exitCode": code, "reason": reason, "message": message, "finishedAt": "2026-11-28T12:00:00Z"}
    }


def has_ended(
    code: int, reason: str = "Error", *, name: str = "web", restarts: int = 0, message: str = ""
) -> dict[str, Any]:
    return _status(name, ended(code, reason, message), restarts, ended(code, reason, message) if restarts else None)


def runs(
    *, name: str = "web", restarts: int = 0, ready: bool = False, started: bool = True, last: Any = None
) -> dict[str, Any]:
    state = {"running": {"startedAt": "2026-11-28T12:00:00Z"}}
    return {**_status(name, state, restarts, last), "ready": ready, "started": started}


def _status(name: str, state: dict[str, Any], restarts: int, last: Any) -> dict[str, Any]:
    return {
        "name": name,
        "image": IMAGE,
        "imageID": "",
        "ready": False,
        "started": False,
        "restartCount": restarts,
        "state": state,
        "lastState": last or {},
    }


def event(
    reason: str, message: str, *, uid: str = "pod", field: str = "", at: str = "12:00:01", warning: bool = True
) -> dict[str, Any]:
    about = {"kind": "Pod", "uid": uid, **({"fieldPath": f"spec.containers{{{field}}}"} if field else {})}
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{uid}.{reason}.{at}", "namespace": "shop", "uid": f"{uid}.{reason}.{at}"},
        "involvedObject": about,
        "reason": reason,
        "message": message,
        "type": "Warning" if warning else "Normal",
        "lastTimestamp": f"2026-11-28T{at}Z",
    }


def deployment(revision: str = "2", generation: int = 2, observed: int = 2) -> dict[str, Any]:
    labels = {"app.kubernetes.io/managed-by": "twinstack", "app.kubernetes.io/component": "web"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": "web",
            "namespace": "shop",
            "uid": "deployment",
            "generation": generation,
            "labels": labels,
            "annotations": {"deployment.kubernetes.io/revision": revision},
            "managedFields": [{"manager": "twinstack", "operation": "Apply", "time": "2026-11-28T12:00:00Z"}],
        },
        "spec": {"replicas": 1, "template": {"spec": {}}},
        "status": {"observedGeneration": observed, "replicas": 1, "updatedReplicas": 1},
    }


def replica_set(revision: str = "2", uid: str = "set", refused: str = "") -> dict[str, Any]:
    status = {"conditions": [condition("ReplicaFailure", "True", "FailedCreate", refused)]} if refused else {}
    return {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": f"web-{uid}",
            "namespace": "shop",
            "uid": uid,
            "annotations": {"deployment.kubernetes.io/revision": revision},
            "ownerReferences": [{"kind": "Deployment", "name": "web", "uid": "deployment"}],
        },
        "status": status,
    }
