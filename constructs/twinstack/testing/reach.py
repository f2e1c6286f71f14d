"""Whether a workload can reach something: both halves asked together, as they were synthesized."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from twinstack.environment import NetworkPlan, Offer, Reach, ResourceSpec, Spec, WorkloadSpec
from twinstack.errors import UsageError
from twinstack.layers.repair import nearest
from twinstack.testing.grants import names_any, statements_of
from twinstack.testing.network_policies import Pods, leads_outside, passes, pods_of, shown_blocks
from twinstack.testing.security_groups import cluster_groups, cluster_subnets, groups_of, rules_into, subnets_of

if TYPE_CHECKING:
    from twinstack.environment import Environment
    from twinstack.testing.template import Template


@dataclass(frozen=True, slots=True)
class Reachability:
    """The answer: true where every gate on the way is open. Its `repr` tells which are, or which are not."""

    source: str
    target: str
    gates: tuple[tuple[bool | None, str], ...]
    """Each gate with what it says: open, closed, or (None) open to a part of the target only."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why not; why, where it can."""
        closed = tuple(text for is_open, text in self.gates if not is_open)
        return closed or tuple(text for _, text in self.gates)

    def __bool__(self) -> bool:
        __tracebackhide__ = True
        if any(is_open is None for is_open, _ in self.gates) and all(is_open is not False for is_open, _ in self.gates):
            raise AssertionError(f"neither reachable nor closed: {self!r}")
        return all(is_open for is_open, _ in self.gates)

    def __repr__(self) -> str:
        states = [is_open for is_open, _ in self.gates]
        verb = "reaches" if all(states) else "does not reach" if False in states else "reaches only a part of"
        return f"{self.source} {verb} {self.target}: {'; '.join(self.reasons)}"


class Reacher:
    """Asks the two documents of one environment."""

    def __init__(self, environment: Environment, infrastructure: Template, workloads: Template) -> None:
        self.environment = environment
        self.infrastructure = infrastructure
        self.workloads = workloads
        plan = environment.find(NetworkPlan)
        self.pod_addresses: list[IPv4Network] = cluster_subnets(infrastructure) or (
            list(plan.private_cidrs) if plan else []
        )
        self.database_addresses: list[IPv4Network] = list(plan.database_cidrs) if plan else []

    def ask(self, source: str, target: str) -> Reachability:
        """Raises UsageError for a name that is no spec, a source that runs nothing, and a target without an address."""
        workload, spec = self._spec(source), self._spec(target)
        if not isinstance(workload, WorkloadSpec):
            raise UsageError(f"{source} runs nothing that could reach {target}: name {self._workloads()}")
        pods = self._pods(workload)
        if isinstance(spec, WorkloadSpec):
            gates = self._to_pods(pods, self._pods(spec), target)
        elif isinstance(spec, ResourceSpec):
            gates = self._to_resource(workload, pods, spec)
        else:
            raise UsageError(f"{target} is nothing that workloads reach: name a resource, or {self._workloads()}")
        return Reachability(source, target, tuple(gates))

    def _to_resource(self, workload: WorkloadSpec, pods: Pods, spec: ResourceSpec) -> Iterator[tuple[bool | None, str]]:
        offer = _offer(spec)
        if offer.port is None:
            raise UsageError(f"{spec.key} only delivers values: nothing of it is on the network")
        if offer.reach is Reach.PODS:
            raise UsageError(f"{spec.key} is reached in pods that are no workload's: which ones is not known")
        if offer.reach is Reach.AWS_API:
            return self._to_api(workload, pods, spec, offer.port)
        return self._to_database_tier(pods, spec, offer.port)

    def _to_pods(self, source: Pods, target: Pods, name: str) -> Iterator[tuple[bool | None, str]]:
        if not target.ports:
            yield False, f"the pods of {name} listen on no port"
            return
        ways = [
            (port, passes(self.workloads, "Egress", source, target, port), passes(self.workloads, "Ingress", target, source, port))
            for port in target.ports.values()
        ]  # fmt: skip
        port, way_out, way_in = max(ways, key=lambda way: way[1].passes + way[2].passes)
        yield way_out.passes, way_out.says(f"out to pods of {name} on TCP {port}")
        yield way_in.passes, way_in.says(f"in to pods of {name} on TCP {port}")

    def _to_database_tier(self, pods: Pods, spec: ResourceSpec, port: int) -> Iterator[tuple[bool | None, str]]:
        made = self.infrastructure.made_by(spec.key)
        subnets = subnets_of(made, self.infrastructure) or self.database_addresses
        yield self._way_out(pods, subnets, port)
        listening = {entry.properties["port"] for entry in made if isinstance(entry.properties.get("port"), int)}
        if listening and port not in listening:
            yield False, f"{spec.key} listens on {', '.join(map(str, sorted(listening)))}, not on {port}"
        groups = groups_of(made)
        if not groups:
            yield False, f"nothing of {spec.key} is in a security group"
            return
        rules = rules_into(self.infrastructure, groups)
        callers = cluster_groups(self.infrastructure)
        opening = [rule for rule in rules if rule.admits(port) and rule.is_for(callers, self.pod_addresses)]
        if opening:
            yield True, f"{opening[0].address} admits the cluster's pods on TCP {port}"
        else:
            found = f"only {'; '.join(map(str, rules))}" if rules else "there is no rule"
            yield False, f"{', '.join(groups)} does not admit the cluster's pods on TCP {port}: {found}"

    def _way_out(self, pods: Pods, subnets: Sequence[IPv4Network], port: int) -> tuple[bool | None, str]:
        if not subnets:
            return False, "the document names no subnets of the target, and the environment has no network"
        verdicts = [(subnet, passes(self.workloads, "Egress", pods, subnet, port)) for subnet in subnets]
        closed = [(subnet, verdict) for subnet, verdict in verdicts if not verdict.passes]
        if not closed:
            return True, verdicts[0][1].says(f"out to {shown_blocks(subnets)} on TCP {port}")
        is_open = None if len(closed) < len(subnets) else False
        return is_open, closed[0][1].says(f"out to {shown_blocks(subnet for subnet, _ in closed)} on TCP {port}")

    def _to_api(
        self, workload: WorkloadSpec, pods: Pods, spec: ResourceSpec, port: int
    ) -> Iterator[tuple[bool | None, str]]:
        way_out = leads_outside(self.workloads, pods, port)
        yield way_out.passes, way_out.says(f"out to AWS on TCP {port}")
        names = [name for _, name in spec.names()]
        granted = [
            statement
            for statement in statements_of(self.infrastructure, workload.service_account)
            if names_any(statement, self.infrastructure.made_by(spec.key), names)
        ]
        sids = ", ".join(statement.get("Sid", "a statement") for statement in granted)
        yield (
            bool(granted),
            (f"its role is granted {sids} on {spec.key}" if granted else f"its role is granted nothing on {spec.key}"),
        )

    def _pods(self, workload: WorkloadSpec) -> Pods:
        pods = pods_of(self.workloads, workload.service_account, tuple(self.pod_addresses))
        if pods is None:
            raise UsageError(f"the Kubernetes half has no pods of {workload.key} ({workload.service_account})")
        return pods

    def _spec(self, name: str) -> Spec:
        spec = self.environment.specs.get(name)
        if spec is None:
            guess = nearest(name, self.environment.specs)
            hint = f"did you mean {guess}?" if guess else f"it has {', '.join(self.environment.specs)}"
            raise UsageError(f"{self.environment.stack_id} has no {name}: {hint}")
        return spec

    def _workloads(self) -> str:
        return ", ".join(workload.key for workload in self.environment.workloads)


def _offer(spec: ResourceSpec) -> Offer:
    """The first offer with a way to it, whatever the access: the way is the same at each level."""
    offers = [spec.offer(access) for access in spec.access_levels]
    return next((offer for offer in offers if offer.reach is not Reach.NOTHING), Offer())
