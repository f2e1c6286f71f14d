"""Who may talk to whom: everything is closed, and each link opens its one way.

Sources: Kubernetes, "Network Policies"; Amazon EKS User Guide, "Use network policies with EKS Auto Mode",
"EKS Pod Identity", for the addresses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network
from typing import Final

from cdk8s_plus_27 import k8s

from twinstack.environment import ClusterPlan, Environment, Link, MonitoringPlan, NetworkPlan, Reach, Spec, WorkloadSpec
from twinstack.environment.links import HTTPS
from twinstack.environment.metrics import MeasuredSpec
from twinstack.environment.placement import PRIVATE_RANGES, RANGES_OF_NETWORKS
from twinstack.environment.ways_out import LINK_LOCAL
from twinstack.errors import ConstructionError
from twinstack.kubernetes.labels import selector
from twinstack.kubernetes.quantity import number_or_percent


def closed() -> k8s.NetworkPolicySpec:
    """Refuses every connection of every pod in the namespace that no other policy allows."""
    return k8s.NetworkPolicySpec(pod_selector=k8s.LabelSelector(), policy_types=list(BOTH))


def open_for(spec: WorkloadSpec, ingress: Iterable[k8s.NetworkPolicyIngressRule]) -> k8s.NetworkPolicySpec:
    """Lets a workload's pods reach what it links to, and `ingress` reach them.

    Raises ConstructionError for a link whose offer names a reach but no port.
    """
    return k8s.NetworkPolicySpec(
        pod_selector=k8s.LabelSelector(match_labels=selector(spec)),
        policy_types=list(BOTH),
        ingress=list(ingress) or None,
        egress=list(_egress(spec)),
    )


def from_workloads(workloads: Iterable[Spec], port: int) -> Iterator[k8s.NetworkPolicyIngressRule]:
    """Admits the pods of these workloads; no rule where there are none, because a rule without peers admits all."""
    peers = [_pods(workload) for workload in workloads]
    if peers:
        yield k8s.NetworkPolicyIngressRule(from_=peers, ports=[_port(port)])


def from_addresses(addresses: Iterable[IPv4Network], port: int) -> Iterator[k8s.NetworkPolicyIngressRule]:
    """Admits these addresses; no rule where there are none."""
    peers = [_block(address) for address in addresses]
    if peers:
        yield k8s.NetworkPolicyIngressRule(from_=peers, ports=[_port(port)])


def from_namespace(
    name: str, port: int, labels: Mapping[str, str] | None = None
) -> Iterator[k8s.NetworkPolicyIngressRule]:
    """Admits the pods of another namespace: all, or those with these labels."""
    yield k8s.NetworkPolicyIngressRule(from_=[_pods_in(name, labels)], ports=[_port(port)])


def from_scrapers(spec: MeasuredSpec) -> Iterator[k8s.NetworkPolicyIngressRule]:
    """Admits who collects a workload's figures to the port that serves them: whom it names, and who watches the environment."""
    if spec.metrics_port:
        for namespace in spec.metrics_from:
            yield from from_namespace(namespace, spec.metrics_port)
        yield from from_watchers(spec, spec.metrics_port)


def from_watchers(spec: WorkloadSpec, port: int) -> Iterator[k8s.NetworkPolicyIngressRule]:
    """Admits who watches the environment; no rule where nobody does."""
    plan = spec.environment.find(MonitoringPlan)
    scrapers = plan.scrapers if plan else None
    if scrapers is None:
        return
    yield from from_addresses(scrapers.addresses, port)
    if scrapers.namespace:
        yield k8s.NetworkPolicyIngressRule(from_=[_pods_in(scrapers.namespace, scrapers.pods)], ports=[_port(port)])


def _egress(spec: WorkloadSpec) -> Iterator[k8s.NetworkPolicyEgressRule]:
    yield k8s.NetworkPolicyEgressRule(
        to=list(_name_servers(spec.environment)), ports=[_port(DNS_PORT, "UDP"), _port(DNS_PORT)]
    )
    if spec.has_identity:
        yield k8s.NetworkPolicyEgressRule(to=[_block(POD_IDENTITY)], ports=[_port(POD_IDENTITY_PORT)])
    if spec.cluster_rights:
        yield k8s.NetworkPolicyEgressRule(to=list(_api_server(spec.environment)), ports=[_port(HTTPS)])
    seen: set[tuple[Reach, int, str]] = set()
    for link in spec.links:
        offer = link.offer
        if offer.reach is Reach.NOTHING:
            continue
        if offer.port is None:
            raise ConstructionError(
                f"{link}: the offer says where traffic goes ({offer.reach}) but not to which port: give it one"
            )
        target = link.resource.kubernetes_name if offer.reach is Reach.PODS else ""
        if (way := (offer.reach, offer.port, target)) not in seen:
            seen.add(way)
            yield k8s.NetworkPolicyEgressRule(to=_peers(link, spec.environment), ports=[_port(offer.port)])
    if spec.aws_rights and not any(reach is Reach.AWS_API for reach, _, _ in seen):
        seen.add((Reach.AWS_API, HTTPS, ""))
        yield k8s.NetworkPolicyEgressRule(to=_aws(spec.environment), ports=[_port(HTTPS)])
    # The way to AWS, where a link has opened it, leads to every public address already.
    if ports := [one for one in spec.internet_ports if (Reach.AWS_API, one, "") not in seen]:
        yield k8s.NetworkPolicyEgressRule(to=[_outside(spec.environment)], ports=[*map(_port, ports)])
    for one in spec.reaches:
        peers = [_block(addresses) for addresses in dict.fromkeys(one.addresses)]
        yield k8s.NetworkPolicyEgressRule(to=peers, ports=[*map(_port, dict.fromkeys(one.ports))])


def _name_servers(environment: Environment) -> Iterator[k8s.NetworkPolicyPeer]:
    """Who answers for names. Anybody else on port 53 would be a tunnel out of every pod, the closed ones too.

    Pods ask the cluster's own address among the Services. In Auto Mode the node answers there and no pod does; elsewhere
    CoreDNS's pods do, which is what a policy sees where addresses are translated first. A pod with the node's own
    settings asks the VPC's resolver, at the network's third address or 169.254.169.253. Sources, read on 28 November
    2026: aws/containers-roadmap#2552 (Auto Mode: by address, not by a selector of pods); Amazon VPC User Guide, "Amazon
    DNS server"; Kubernetes, "Using NodeLocal DNSCache in Kubernetes Clusters", for clusters of other teams.
    """
    cluster, network = environment.find(ClusterPlan), environment.find(NetworkPlan)
    services = cluster.service_cidr if cluster else None
    for block in PRIVATE_RANGES if services is None else (services,):
        yield _block(block)
    if network and network.address_space and services is not None:
        yield _block(IPv4Network(network.address_space[VPC_RESOLVER]))
    yield _block(LINK_LOCAL_RESOLVER)
    if cluster is None or not cluster.is_own:
        yield _block(NODE_LOCAL_CACHE)
    if cluster is None or not (cluster.is_auto and cluster.is_own):
        yield _pods_in("kube-system", {"k8s-app": "kube-dns"})


def _api_server(environment: Environment) -> Iterator[k8s.NetworkPolicyPeer]:
    """Where the cluster's API server answers: at the first address of the Services, and behind that at the addresses that EKS
    gives it in the subnets of the nodes, which nobody knows before. Which of the two a policy sees is the network plugin's
    affair. Source: Amazon EKS User Guide, "Considerations for the cluster network", read in November 2026.
    """
    cluster, network = environment.find(ClusterPlan), environment.find(NetworkPlan)
    services = cluster.service_cidr if cluster else None
    first = PRIVATE_RANGES if services is None else (IPv4Network(services[FIRST]),)
    behind = network.private_cidrs if network else RANGES_OF_NETWORKS
    yield from map(_block, dict.fromkeys((*first, *behind)))


def _peers(link: Link, environment: Environment) -> list[k8s.NetworkPolicyPeer]:
    match link.offer.reach:
        case Reach.PODS:
            return [_pods(link.resource)]
        case Reach.DATABASE_TIER:
            network = environment.find(NetworkPlan)
            return [_block(block) for block in (network.database_cidrs if network else RANGES_OF_NETWORKS)]
        case _:
            return _aws(environment)


def _aws(environment: Environment) -> list[k8s.NetworkPolicyPeer]:
    network = environment.find(NetworkPlan)
    endpoints = network.endpoint_cidrs if network else ()
    public = _outside(environment, private=network is None or network.may_have_endpoints)
    return [public, *map(_block, endpoints)]


def _pods(spec: Spec) -> k8s.NetworkPolicyPeer:
    return k8s.NetworkPolicyPeer(pod_selector=k8s.LabelSelector(match_labels=selector(spec)))


def _pods_in(namespace: str, labels: Mapping[str, str] | None = None) -> k8s.NetworkPolicyPeer:
    """The pods of another namespace: all, or those with these labels."""
    return k8s.NetworkPolicyPeer(
        namespace_selector=k8s.LabelSelector(match_labels={"kubernetes.io/metadata.name": namespace}),
        pod_selector=k8s.LabelSelector(match_labels=dict(labels)) if labels else None,
    )


def _outside(environment: Environment, *, private: bool = False) -> k8s.NetworkPolicyPeer:
    """Every public address, and with `private` the private ones, where AWS may have endpoints; never the database tier."""
    network = environment.find(NetworkPlan)
    closed = [LINK_LOCAL] if private else [*RANGES_OF_NETWORKS, LINK_LOCAL]
    tier = network.database_cidrs if network and (network.knows_database_cidrs or not private) else ()
    return _block(EVERYWHERE, [*closed, *(one for one in tier if not any(map(one.subnet_of, closed)))])


def _block(addresses: IPv4Network, but: Iterable[IPv4Network] = ()) -> k8s.NetworkPolicyPeer:
    excluded = [str(block) for block in but]
    return k8s.NetworkPolicyPeer(ip_block=k8s.IpBlock(cidr=str(addresses), except_=excluded or None))


def _port(port: int, protocol: str = "TCP") -> k8s.NetworkPolicyPort:
    return k8s.NetworkPolicyPort(port=number_or_percent(port), protocol=protocol)


BOTH: Final = ("Ingress", "Egress")
DNS_PORT: Final = 53
VPC_RESOLVER: Final = 2
FIRST: Final = 1
LINK_LOCAL_RESOLVER: Final = IPv4Network("169.254.169.253/32")
NODE_LOCAL_CACHE: Final = IPv4Network("169.254.20.10/32")
POD_IDENTITY: Final = IPv4Network("169.254.170.23/32")
POD_IDENTITY_PORT: Final = 80
EVERYWHERE: Final = IPv4Network("0.0.0.0/0")
