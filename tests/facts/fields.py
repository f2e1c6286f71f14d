"""Every field of the library's specs, what it writes to AWS, and why the others write nothing that a fact could hold."""

from __future__ import annotations

from typing import Final

from twinstack.environment import Model

_SWITCH: Final = "true or false, of which the provider takes no other"
_NAMES: Final = "a part of names, which names() holds against the facts"
_MADE: Final = "decides what is made, and is no value of an argument"
_OURS: Final = "a number of our own, of the provider alone"
_POSTGRES: Final = "PostgreSQL's or the client's, and never AWS's"
_KUBERNETES: Final = "an annotation or object of Kubernetes"
_DELIVERY: Final = "of a deployment or of GitHub, and no argument"
_RANGES: Final = "ranges of addresses, each an IPv4 network, in an IP set that takes 10,000"
_REFERENCE: Final = "what AWS has made and named: its pattern is the type's"
WITHOUT: Final[dict[str, dict[str, str]]] = {
    "Spec": {
        "name": _NAMES, "title": "a tag, which twinstack.environment.tags holds to what every service takes",
        "acknowledge": "reasons", "compose": "the local stack", "variable": "a variable of workloads",
    },
    "Acme": {"server": _KUBERNETES, "email": _KUBERNETES, "solver": _KUBERNETES},
    "BucketSpec": {
        "versioned": "Enabled or Suspended, which the room writes", "lifecycle": "in it", "cors": "in it",
    },
    "ClusterSpec": {
        "mode": _MADE, "node_pools": _KUBERNETES, "node_groups": "their names: prefixes of node_group_name, with room for what AWS adds", "exporters": _MADE, "keda": _MADE,
        "private_access_security_groups": _REFERENCE, "deletion_protection": _SWITCH, "existing": _REFERENCE,
        "node_security_group_ids": _REFERENCE,
    },
    "ComposeOptions": {"name": "the local stack", "port": "the local stack"},
    "DeliverySpec": dict.fromkeys(
        ("deadline_seconds", "watch_seconds", "keep_releases", "notify", "github", "branch", "after", "runs_on",
         "github_environment", "reviewers"), _DELIVERY,
    ) | {"existing_oidc_provider": _MADE, "managed_policies": _REFERENCE},
    "EdgeSpec": {
        "kind": _MADE, "host": "a certificate's name, whose length the room of the kind takes from the facts",
        "former_hosts": "the same", "zone": "looked up by name", "certificate_arn": _REFERENCE, "access_log_bucket": _REFERENCE,
        "rate_limit": "in it", "total_rate_limit": "in it", "firewall": "in it", "other_hosts": "in it", "maintenance": "in it",
        "certificates": _MADE,
    } | dict.fromkeys(
        ("routes", "body_limit_mib", "idle_timeout_seconds", "deregistration_seconds", "controller", "issuer", "acme",
         "inbound_cidrs"), _KUBERNETES,
    ),
    "ExistingNetwork": dict.fromkeys(
        ("vpc_id", "private_subnet_ids", "database_subnet_ids", "database_cidrs"), _REFERENCE
    ),
    "FileSystemSpec": {"path": _KUBERNETES, "user": _KUBERNETES},
    "Firewall": {"lists": "in it", "arn": _REFERENCE},
    "FirewallList": {"list": "an enum of AWS's names, which the room completes", "action": _MADE},
    "GeneratedSecret": {"length": "an ephemeral password's, of which AWS takes up to 4,096"},
    "GitHub": dict.fromkeys(
        ("repository", "owner_id", "repository_id", "default_branch", "runs_on", "install", "python", "terraform_version",
         "attest", "tests"), _DELIVERY,
    ),
    "LifecycleRule": {"prefix": "the beginning of any key"},
    "MonitoringSpec": {
        "kind": _MADE, "operator": _KUBERNETES, "interval_seconds": "a part of Prometheus's own configuration",
        "runbooks": "a part of descriptions and annotations", "thresholds": "in it", "notify": "in it", "topic_arn": _REFERENCE,
        "exporter_images": _KUBERNETES, "pod_logs": "in it",
    },
    "NetworkSpec": {
        "zone_places": "places in the address space, of which the subnets are checked as a whole (TW310)", "nat": _MADE,
        "endpoints": "the last part of a service's name: AWS has hundreds and adds more",
        "flow_log_traffic": "an enum of AWS's words, which the room writes in capitals", "existing": "in it",
    },
    "NodeGroup": {"architecture": "for readers: the machines say it", "taints": "in it", "labels": "labels of Kubernetes"},
    "NodePool": dict.fromkeys(("capacity", "architecture", "categories", "labels", "taints", "cpu_limit"), _KUBERNETES),
    "Notify": dict.fromkeys(("command", "webhook_variable"), _DELIVERY),
    "Operator": dict.fromkeys(("labels", "namespace", "pods", "dashboard_labels"), _KUBERNETES),
    "PathRateLimit": {"paths": "one pattern of all, whose length the room of the kind takes from the facts (TW740)"},
    "PostgresComposeOptions": {"prefix": "the local stack", "image": "the local stack"},
    "PostgresReplica": {"multi_az": _SWITCH, "answers": _MADE},
    "PostgresRestore": {"answers_from": _OURS, "number": _NAMES, "keep_former": _MADE},
    "PostgresSpec": {
        "upgrade_from": "a step, which refused_steps knows (TW710)", "apply": _SWITCH, "encrypted": _SWITCH, "multi_az": _SWITCH,
        "deletion_protection": _SWITCH, "final_snapshot": _SWITCH, "performance_insights": _SWITCH,
        "final_snapshot_generation": "ends a name that begins with a reference", "password_version": _OURS, "replica": "in it",
        "restore_from": "in it",
    } | dict.fromkeys(("application_user", "extensions", "two_roles_from", "tls", "ca_bundle", "client_image"), _POSTGRES),
    "RedisSpec": {
        "upgrade_from": "a step (TW710)", "apply": _SWITCH, "encrypted": _SWITCH, "password_version": _OURS,
        "final_snapshot_generation": "ends a name that begins with a reference", "databases": "what ends a URL",
    },
    "Maintenance": {
        "active": _MADE, "admits": _RANGES, "retry_after_seconds": "the value of a header",
        "content_type": "an enum of AWS's words, which the room writes",
    },
    "OtherHost": {
        "host": "a certificate's name, as the first host's", "zone": "looked up by name", "redirect_to": _KUBERNETES,
        "routes": _KUBERNETES, "rate_limited": _MADE, "inbound_cidrs": _RANGES,
    },
    "Route": {"path": _KUBERNETES, "to": _KUBERNETES, "inbound_cidrs": _RANGES, "websocket": _KUBERNETES},
    "SecretsSpec": {"generated": "in it", "provided": "in it", "folder": _NAMES},
    "SharedSecret": {
        "group": "the local stack", "version": _OURS, "former": _MADE, "retired": _MADE,
        "description": "a part of a description, with room for the rest: LONGEST_DESCRIPTION", "example": "the local stack",
        "optional": _MADE, "enabled": _MADE,
    },
    "Taint": dict.fromkeys(("key", "value", "effect"), "a label's form, which is narrower than what EKS takes"),
    "Subscription": {"protocol": "an enum of SNS's words", "endpoint": "an address or ARN, whose pattern is the protocol's"},
    "Thresholds": dict.fromkeys(
        ("cache_cpu_percent", "cache_evictions", "cache_memory_percent", "cache_replica_lag_seconds", "certificate_days",
         "database_connections_percent", "database_cpu_percent", "database_replica_lag_seconds", "database_free_storage_percent", "edge_errors", "edge_seconds"),
        "any number is a threshold to CloudWatch and Prometheus",
    ),
    "Test": dict.fromkeys(("folder", "python", "node", "run", "coverage"), _DELIVERY),
}  # fmt: skip
"""By the class or one of its bases, and the field."""


def reason(kind: type[Model], field: str) -> str:
    """Why a field writes nothing that a fact could hold; empty where nobody says."""
    return next((why for base in kind.__mro__ if (why := WITHOUT.get(base.__name__, {}).get(field))), "")
