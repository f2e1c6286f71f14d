"""A minimal product around one resource: a worker for each access level, and what stands in for network and cluster."""

from __future__ import annotations

import datetime
import inspect
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from pydantic import create_model

from twinstack.environment import Access, Environment, Half, NetworkPlan, ResourceSpec, WorkloadSpec
from twinstack.environment.dumper import dump
from twinstack.errors import ConstructionError, UsageError
from twinstack.layers.load import load_text
from twinstack.testing.template import Entry, Template

if TYPE_CHECKING:
    from twinstack.aws import Infrastructure


class BenchNetwork(NetworkPlan):
    """A network that is only planned."""

    @property
    def private_cidrs(self) -> tuple[IPv4Network, ...]:
        return (IPv4Network("10.0.0.0/19"), IPv4Network("10.0.32.0/19"))

    @property
    def database_cidrs(self) -> tuple[IPv4Network, ...]:
        return (IPv4Network("10.0.160.0/22"), IPv4Network("10.0.164.0/22"))

    @property
    def load_balancer_cidrs(self) -> tuple[IPv4Network, ...]:
        return (IPv4Network("10.0.128.0/22"),)

    @property
    def may_have_endpoints(self) -> bool:
        return False


class BenchWorker(WorkloadSpec):
    """A workload that nothing builds in Kubernetes."""

    built_in: ClassVar[frozenset[Half]] = frozenset()


class BuiltNetwork:
    """What a construct may want of a network."""

    vpc_id: Final = "vpc-0123456789abcdef0"
    private_subnet_ids: Final = ("subnet-0123456789abcdef0", "subnet-0123456789abcdef1")
    database_subnet_ids: Final = ("subnet-0123456789abcdef2", "subnet-0123456789abcdef3")
    ways_out: Final = ()


@dataclass(frozen=True)
class BuiltCluster:
    """What a resource may want of a cluster."""

    cluster_name: str = "acme-check"
    literal_name: str = cluster_name
    security_group_id: str = "${data.aws_eks_cluster.cluster.vpc_config[0].cluster_security_group_id}"
    is_own: bool = False


class Bench:
    """The environment of one resource type, linked at every access level or not at all, protected or not."""

    def __init__(
        self, kind: type[ResourceSpec], key: str, example: Mapping[str, Any], *, linked: bool, protected: bool
    ) -> None:
        self.key = key
        fields: dict[str, Any] = {NETWORK: (BenchNetwork, ...), key: (kind, ...)}
        document: dict[str, Any] = {**PRODUCT, "protected": protected, NETWORK: {}, key: dict(example)}
        for access in kind.access_levels:
            fields[worker_of(access)] = (BenchWorker, ...)
            document[worker_of(access)] = {**WORKER, "uses": [{key: str(access)}] if linked else []}
        bench = create_model("Bench", __base__=Environment, **fields)
        today = datetime.datetime.now(tz=datetime.UTC).date()
        self.environment: Environment = load_text(bench, "check", {"base": dump([document])}, today).environment
        # Every part is asked for by every link, so that whatever is made on demand is made.
        parts = {link.workload.key: [one.part for one in link.made.parts] for link in self.environment.links}
        if any(parts.values()):
            for link in self.environment.links:
                names = {part: f"{PART}_{part.upper()}" for part in parts[link.workload.key]}
                document[link.workload.key]["uses"] = [{key: {"access": str(link.access), "variables": names}}]
            self.environment = load_text(bench, "check", {"base": dump([document])}, today).environment

    @property
    def spec(self) -> ResourceSpec:
        """The resource."""
        spec = self.environment.specs[self.key]
        assert isinstance(spec, ResourceSpec)
        return spec

    def worker(self, access: Access) -> WorkloadSpec:
        """The workload that links with this access."""
        worker = self.environment.specs[worker_of(access)]
        assert isinstance(worker, WorkloadSpec)
        return worker

    def build(self, construct: Callable[..., Any], arguments: Mapping[str, Any]) -> Built:
        """The Terraform half with this construct in it; whatever the construct raises is raised."""
        import cdktf

        from twinstack.aws import Infrastructure
        from twinstack.synthesis import FEATURE_FLAGS

        with tempfile.TemporaryDirectory(prefix="twinstack-check-") as folder:
            app = cdktf.App(outdir=folder, context=dict(FEATURE_FLAGS), skip_validation=True)
            stack = Infrastructure(app, self.environment)
            stack.add_override("data.aws_eks_cluster.cluster.name", BuiltCluster.cluster_name)
            made = construct(stack, self.spec, **arguments)
            unpublished = _publish_the_rest(stack, self.spec)
            stack.connect(BuiltCluster())
            stack.close()
            app.synth()
            (file,) = Path(folder).glob("stacks/*/cdk.tf.json")
            document = json.loads(file.read_text(encoding="utf-8"))
        template = Template.of_terraform(document, f"{type(self.spec).__name__}, Terraform half")
        return Built(made, template, unpublished)


@dataclass(frozen=True)
class Built:
    """The construct, and the document it became part of."""

    construct: Any
    template: Template
    unpublished: frozenset[str]
    """The names of the secrets that are offered, and that the construct has not published."""

    @property
    def resource(self) -> Entry | None:
        """What the construct's `.resource` became; None where there is no such thing, or the document has it not."""
        node = getattr(getattr(self.construct, "resource", None), "node", None)
        return next((entry for entry in self.template.entries if node and "/".join(entry.path) == node.path), None)


def worker_of(access: Access) -> str:
    """The field of the workload that links with this access."""
    return f"worker_{access}"


def arguments_of(construct: Callable[..., Any]) -> dict[str, Any]:
    """The network and the cluster where the construct asks for one. Raises UsageError where it asks for more."""
    # jsii's metaclass hides a class's own signature.
    function, given = (construct.__init__, 3) if isinstance(construct, type) else (construct, 2)
    wanted = list(inspect.signature(function).parameters.values())[given:]
    offered = {"network": BuiltNetwork, "cluster": BuiltCluster}
    unknown = [
        one.name for one in wanted if one.default is one.empty and one.name not in offered and one.kind in NAMED_KINDS
    ]
    if unknown:
        raise UsageError(
            f"check_resource cannot give {', '.join(unknown)} to the construct: pass a function in its place, "
            f"`lambda stack, spec: …(stack, spec, {unknown[0]}=…)`"
        )
    return {one.name: offered[one.name]() for one in wanted if one.name in offered}


def _publish_the_rest(stack: Infrastructure[Any], spec: ResourceSpec) -> frozenset[str]:
    """Puts a secret in the place of each that is offered but not published, so that the links can be made all the same.

    Their names.
    """
    from constructs import Construct

    from twinstack.aws import Key, Secret

    offered = [variable.secret for access in spec.access_levels for variable in spec.offer(access).everything]
    scope, key = Construct(stack, UNPUBLISHED), None
    names = set()
    for number, value in enumerate(dict.fromkeys(filter(None, offered))):
        try:
            stack.published(value.name)
        except ConstructionError:
            key = key or Key(scope, UNPUBLISHED, UNPUBLISHED, context=stack.context, purpose="Stands in")
            address = f"{UNPUBLISHED}_{number}"
            stack.publish(Secret(scope, address, value, stack=stack, key=key, description="Stands in"))
            names.add(value.name)
    return frozenset(names)


NAMED_KINDS: Final = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
NETWORK: Final = "bench_network"
UNPUBLISHED: Final = "unpublished"
PART: Final = "BENCH"
PRODUCT: Final = {
    "organization": "acme",
    "product": "shop",
    "account": "111122223333",
    "region": "eu-central-1",
    "version": "1.0.0",
}
WORKER: Final = {
    "image": "111122223333.dkr.ecr.eu-central-1.amazonaws.com/worker",
    "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
}
