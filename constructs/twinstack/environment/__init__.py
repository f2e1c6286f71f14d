"""The environment object and what its specs are made of. Plain Python: importing it starts no node process."""

from twinstack.environment.base import Environment
from twinstack.environment.cluster_rights import ClusterRight
from twinstack.environment.companions import InitContainer, Sidecar
from twinstack.environment.container import Architecture, ContainerSpec, Headroom, Limits, Requests, Resources, Scale
from twinstack.environment.context import Context
from twinstack.environment.elsewhere import VariableSource
from twinstack.environment.kept_volumes import KeptVolume
from twinstack.environment.ledger import Ledger
from twinstack.environment.lifecycle import HealthCommand, ServiceHealth
from twinstack.environment.links import Access, File, Folder, Link, Offer, Preparation, Reach, SecretValue, Variable
from twinstack.environment.metrics import MeasuredSpec, Metrics
from twinstack.environment.model import Finding, Model
from twinstack.environment.monitoring import Alert, Exporter, Measured, Monitoring, Panel, Scrapers, Severity, Statistic
from twinstack.environment.mounted_files import MountedFile
from twinstack.environment.names import NameRule
from twinstack.environment.node_pool import NodePool
from twinstack.environment.nodes import Capacity, Placement, Taint, Toleration
from twinstack.environment.placement import ClusterPlan, DeliveryPlan, MonitoringPlan, NetworkPlan, Nodes
from twinstack.environment.priority import Priority
from twinstack.environment.production import relaxed
from twinstack.environment.queues import Queue, QueueTrigger, WorkerScale
from twinstack.environment.spec import Half, ResourceSpec, Spec, WorkloadSpec
from twinstack.environment.ways_out import Destination, Internet
from twinstack.environment.writes import Writes

__all__ = [
    "Access",
    "Alert",
    "Architecture",
    "Capacity",
    "ClusterPlan",
    "ClusterRight",
    "ContainerSpec",
    "Context",
    "DeliveryPlan",
    "Destination",
    "Environment",
    "Exporter",
    "File",
    "Finding",
    "Folder",
    "Half",
    "Headroom",
    "HealthCommand",
    "InitContainer",
    "Internet",
    "KeptVolume",
    "Ledger",
    "Limits",
    "Link",
    "Measured",
    "MeasuredSpec",
    "Metrics",
    "Model",
    "Monitoring",
    "MonitoringPlan",
    "MountedFile",
    "NameRule",
    "NetworkPlan",
    "NodePool",
    "Nodes",
    "Offer",
    "Panel",
    "Placement",
    "Preparation",
    "Priority",
    "Queue",
    "QueueTrigger",
    "Reach",
    "Requests",
    "ResourceSpec",
    "Resources",
    "Scale",
    "Scrapers",
    "SecretValue",
    "ServiceHealth",
    "Severity",
    "Sidecar",
    "Spec",
    "Statistic",
    "Taint",
    "Toleration",
    "Variable",
    "VariableSource",
    "WorkerScale",
    "WorkloadSpec",
    "Writes",
    "relaxed",
]
