"""The infrastructure half: cdktf constructs that become Terraform JSON.

The rooms' constructs (`aws.Postgres`, …) are loaded when they are first named, from the room of that name, so that a
product loads no module of what it does not use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from twinstack.aws.address import pin
from twinstack.aws.database import ClosedGroup, Tiered, final_snapshot
from twinstack.aws.infrastructure import Infrastructure
from twinstack.aws.key import Key, keep
from twinstack.aws.policy import Statement, policy_document, resource_policy, trust_policy
from twinstack.aws.resource import Admitting, Extensible, Resource, Room
from twinstack.aws.secret import ConnectionSecret, Passwords, Secret
from twinstack.environment.names import snake_case

if TYPE_CHECKING:
    from twinstack.bucket.aws import Bucket
    from twinstack.cluster.aws import Cluster
    from twinstack.delivery.aws import Delivery
    from twinstack.edge.aws import Edge
    from twinstack.file_system.aws import FileSystem
    from twinstack.monitoring.aws import Monitoring
    from twinstack.network.aws import Network
    from twinstack.postgres.aws import Postgres
    from twinstack.redis.aws import Redis
    from twinstack.secrets.aws import Secrets
else:

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"twinstack.{snake_case(name)}.aws"), name)


__all__ = [
    "Admitting",
    "Bucket",
    "ClosedGroup",
    "Cluster",
    "ConnectionSecret",
    "Delivery",
    "Edge",
    "Extensible",
    "FileSystem",
    "Infrastructure",
    "Key",
    "Monitoring",
    "Network",
    "Passwords",
    "Postgres",
    "Redis",
    "Resource",
    "Room",
    "Secret",
    "Secrets",
    "Statement",
    "Tiered",
    "final_snapshot",
    "keep",
    "pin",
    "policy_document",
    "resource_policy",
    "trust_policy",
]
