"""What a spec has no field for: where it is said instead, in the words in which Kubernetes and Helm charts have it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final


def instead_of(key: str) -> str | None:
    """What to do in place of a key that no spec knows; None for one that means nothing in particular."""
    return _INSTEAD.get(key.replace("_", "").replace("-", "").lower())


_HATCH: Final = "no field says it: patch the object in Python (docs/how-to/escape-hatches.md)"
_ELSEWHERE: Final[Mapping[str, tuple[str, ...]]] = {
    _HATCH: (
        "annotations", "pod_annotations", "ingress_annotations", "service_annotations", "labels",
        "pod_labels", "topology_spread_constraints",
        "host_aliases", "dns_config", "lifecycle", "service_type", "security_context",
        "pod_security_context", "service_account", "extra_ports", "startup_probe", "runtime_class_name",
    ),
    "put it among the `provided` secrets of a SecretsSpec, or name the Secret that exists in `variables_from` "
    "(docs/how-to/pods.md)": ("env_from_secret", "env_from", "secret_env", "secret_key_ref", "value_from"),
    "which nodes its pods ask for is `placement` (docs/how-to/pods.md)": (
        "node_selector", "tolerations", "affinity", "capacity_type", "spot", "zones",
    ),
    "plain variables are `environment_variables`": ("env", "envs", "extra_env", "extra_env_vars", "environment"),
    "how many run is `scale: {min: 2, max: 2}`": ("replicas", "replica_count", "autoscaling", "hpa"),
    "both probes are `health`": ("liveness_probe", "readiness_probe", "probes", "healthcheck"),
    "whose pods come first is `priority: {value: 1000}`, or `{existing: NAME}` of a class that is there": (
        "priority_class", "priority_class_name",
    ),
    "what its pods may ask of the API server is `cluster_rights: [{kinds: [pods], verbs: [get, list, watch]}]`": (
        "rbac", "role", "cluster_role", "role_binding", "automount_service_account_token",
    ),
    "the whole command line is `command`": ("args", "entrypoint"),
    "the registry's credentials are `pull_secret`, one Secret": ("image_pull_secrets", "image_pull_secret"),
    "files go into a `bucket`, or into a `file_system` whose folder several pods share; what may go with the pod into "
    "`writable_folders`, and a disk for one pod is in `kept_volumes` (docs/how-to/pods.md)": (
        "persistence", "persistent_volume", "persistent_volume_claim", "volume_claim_templates", "pvc", "storage_class", "volumes",
        "extra_volumes", "volume_mounts", "extra_volume_mounts",
    ),
    "what runs before the workload's own container is in `init_containers`, and what runs beside it in `sidecars`": (
        "containers", "extra_containers", "extra_init_containers", "side_cars", "init",
    ),
    "files at a path are `mounted_files`": ("files", "config_files", "config_maps", "secret_mounts", "extra_files"),
    "the first host is `host`, and each further one stands in `other_hosts` (docs/edge.md)": ("hosts", "domains", "aliases"),
    "the way in is an `edge`: `twinstack add edge edge` (docs/edge.md)": ("ingress", "ingresses"),
    "what runs by the clock is a CronJob, a workload of its own: `twinstack add cron_job`": (
        "cron", "cronjob", "cron_jobs", "schedule",
    ),
}  # fmt: skip
_INSTEAD: Final[Mapping[str, str]] = {
    key.replace("_", ""): advice for advice, keys in _ELSEWHERE.items() for key in keys
}
