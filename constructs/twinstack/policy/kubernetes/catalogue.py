"""Every rule over manifests: its id, what it is called, and what to do about what it finds."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from twinstack.policy.kubernetes import (
    annotations,
    changes,
    containers,
    gateway,
    names,
    network_policies,
    placement,
    pod_security,
    quantities,
    quotas,
    references,
    scaling,
    schedules,
    services,
    versions,
)
from twinstack.policy.kubernetes.objects import Fault, Objects

Check: TypeAlias = Callable[[Objects], Iterator[Fault]]
Comparison: TypeAlias = Callable[[Objects, Objects], Iterator[Fault]]


@dataclass(frozen=True, slots=True)
class KubernetesRule:
    """A rule over the manifests of one release, or (`compares`) over those of one and the next."""

    id: str
    """`selectors-overlap`: stable, for acknowledgements."""
    title: str
    fix: str
    check: Callable[..., Iterator[Fault]]
    compares: bool = False
    warning: bool = False

    @property
    def why(self) -> str:
        """What happens without it: the rule's own description."""
        return " ".join((inspect.getdoc(self.check) or "").split())


def faults(
    documents: Iterable[Any], *, version: str = "1.36", zones: int = 3
) -> Iterator[tuple[KubernetesRule, Fault]]:
    """What the rules find in the manifests of one release, in the order of applying."""
    objects = Objects.of_documents(documents, version=version, zones=zones)
    for rule in RULES:
        if not rule.compares:
            for fault in rule.check(objects):
                yield rule, fault


def faults_between(
    before: Iterable[Any], after: Iterable[Any], *, version: str = "1.36", zones: int = 3
) -> Iterator[tuple[KubernetesRule, Fault]]:
    """What cannot become of the manifests of one release when the next is applied."""
    old, new = (Objects.of_documents(one, version=version, zones=zones) for one in (before, after))
    for rule in RULES:
        if rule.compares:
            for fault in rule.check(old, new):
                yield rule, fault


RULES: Final = (
    KubernetesRule(
        "selectors-overlap",
        "its selector selects the pods of another workload",
        "give each workload a label of its own and select by it",
        scaling.selectors_overlap,
    ),
    KubernetesRule(
        "selects-not-its-own",
        "its selector does not select its own pods",
        "make the selector a part of the pods' labels",
        scaling.selects_not_its_own,
    ),
    KubernetesRule(
        "scaler-has-no-target",
        "the autoscaler's target is not there, or another one's too",
        "correct scaleTargetRef, and keep one autoscaler of each workload",
        scaling.scaler_has_no_target,
    ),
    KubernetesRule(
        "replicas-beside-scaler",
        "a fixed number of replicas is written on what an autoscaler scales",
        "leave replicas out",
        scaling.replicas_beside_scaler,
    ),
    KubernetesRule(
        "scaler-bounds", "the autoscaler's bounds contradict each other", "correct the bounds", scaling.scaler_bounds
    ),
    KubernetesRule(
        "scaler-has-no-request",
        "an autoscaler counts by a request that a container does not have",
        "set the request, or scale by an AverageValue",
        scaling.scaler_has_no_request,
    ),
    KubernetesRule(
        "budget-selects-nothing",
        "the disruption budget protects nobody, or whom another one protects",
        "make its selector that of the one workload it is for",
        scaling.budget_selects_nothing,
    ),
    KubernetesRule(
        "budget-blocks-drains",
        "the disruption budget never lets a pod go",
        "use maxUnavailable: 1, or run more pods than minAvailable",
        scaling.budget_blocks_drains,
    ),
    KubernetesRule(
        "rollout-cannot-move",
        "the rollout can take no step, or takes all pods at once",
        "use maxSurge: 25% and maxUnavailable: 0",
        scaling.rollout_cannot_move,
    ),
    KubernetesRule(
        "ready-after-deadline",
        "the rollout's deadline passes before a pod can count",
        "lower minReadySeconds or raise progressDeadlineSeconds",
        scaling.ready_after_deadline,
    ),
    KubernetesRule(
        "pod-security",
        "the namespace does not admit these pods",
        "write the security context that the level asks for; the level is a label of the namespace",
        pod_security.breaks_pod_security,
    ),
    KubernetesRule("said-twice", "a name stands twice in one pod", "keep one of the two", containers.said_twice),
    KubernetesRule(
        "probe-has-no-port",
        "a probe asks at a port that no container has",
        "probe a port that the container declares",
        containers.probe_has_no_port,
    ),
    KubernetesRule(
        "probe-contradicts-itself",
        "a probe contradicts itself",
        "correct the probe",
        containers.probe_contradicts_itself,
    ),
    KubernetesRule(
        "stopped-before-done",
        "the pause before the end takes all the time there is for ending",
        "raise terminationGracePeriodSeconds over the pause and the work that is left",
        containers.stopped_before_done,
    ),
    KubernetesRule(
        "mounts-nothing",
        "a container mounts a volume that the pod lacks",
        "correct its name",
        containers.mounts_nothing,
    ),
    KubernetesRule(
        "variable-contradicts-itself",
        "a variable contradicts itself",
        "give it one value or one source",
        containers.variable_contradicts_itself,
    ),
    KubernetesRule(
        "cannot-write",
        "the container writes where its root is read-only",
        "mount an emptyDir there",
        containers.cannot_write,
    ),
    KubernetesRule(
        "restart-policy", "the restart policy is none for this kind", "correct it", containers.restart_policy
    ),
    KubernetesRule(
        "image-moves",
        "the image has no tag of its own",
        "use a tag that is never moved, or a digest",
        containers.image_moves,
    ),
    KubernetesRule(
        "quantity-is-none",
        "a quantity is none, or not what was meant",
        "write it with its unit: 250m of CPU, 256Mi of memory",
        quantities.quantity_is_none,
    ),
    KubernetesRule(
        "request-over-limit",
        "a request is over its limit",
        "lower the request or raise the limit",
        quantities.request_over_limit,
    ),
    KubernetesRule(
        "over-quota",
        "the namespace's quota is too small for its pods",
        "raise the quota, or lower requests or the most replicas",
        quotas.over_quota,
    ),
    KubernetesRule(
        "refused-by-quota",
        "a pod says nothing of what the quota counts",
        "set the request or limit, or a default in a LimitRange",
        quotas.refused_by_quota,
    ),
    KubernetesRule(
        "outside-limit-range",
        "a LimitRange does not allow these resources",
        "keep them inside, or change the LimitRange",
        quotas.outside_limit_range,
    ),
    KubernetesRule(
        "does-not-exist",
        "pods need what nobody makes",
        "make it, or correct the name; what others make is acknowledged with who they are",
        references.does_not_exist,
    ),
    KubernetesRule(
        "key-does-not-exist", "a key does not exist", "correct the key, or add it", references.key_does_not_exist
    ),
    KubernetesRule("comes-later", "what is needed is applied later", "apply it before", references.comes_later),
    KubernetesRule(
        "not-mounted",
        "a synced Secret is read without its class being mounted",
        "mount the class as a volume in these pods too",
        references.not_mounted,
    ),
    KubernetesRule("written-twice", "two write one object", "keep one of them", references.written_twice),
    KubernetesRule(
        "syncs-what-it-does-not-fetch",
        "a class syncs a key that it does not fetch",
        "make objectName an objectAlias or objectName of parameters.objects",
        references.syncs_what_it_does_not_fetch,
    ),
    KubernetesRule(
        "nobody-is-bound",
        "a binding binds nobody, or nothing",
        "correct roleRef and subjects",
        references.nobody_is_bound,
    ),
    KubernetesRule(
        "claims-one-writer",
        "a volume of one node is under pods that may stand on two",
        "use ReadWriteMany, a StatefulSet, or one pod with strategy Recreate",
        references.claims_one_writer,
    ),
    KubernetesRule(
        "serves-nobody",
        "the StatefulSet has no headless Service",
        "make it, with clusterIP: None",
        references.serves_nobody,
    ),
    KubernetesRule(
        "service-selects-nothing",
        "the Service selects no pods that answer",
        "make its selector the labels of those pods alone",
        services.service_selects_nothing,
    ),
    KubernetesRule(
        "service-port-leads-nowhere",
        "the Service sends to a port that its pods do not have",
        "correct targetPort, or declare the container's port",
        services.service_port_leads_nowhere,
    ),
    KubernetesRule(
        "service-contradicts-itself",
        "the Service contradicts itself",
        "correct its ports and type",
        services.service_contradicts_itself,
    ),
    KubernetesRule(
        "ingress-leads-nowhere",
        "the Ingress sends requests to nobody",
        "correct the Service's name or port",
        services.ingress_leads_nowhere,
    ),
    KubernetesRule(
        "ingress-contradicts-itself",
        "the Ingress contradicts itself or another one",
        "give each host and path to one rule",
        services.ingress_contradicts_itself,
    ),
    KubernetesRule(
        "no-such-class", "the Ingress has no class", "name one class, in ingressClassName", services.no_such_class
    ),
    KubernetesRule(
        "unknown-annotation",
        "no controller knows the annotation",
        "correct its name, or leave it out",
        annotations.unknown_annotation,
    ),
    KubernetesRule(
        "wrong-annotation", "the annotation's value is none", "correct the value", annotations.wrong_annotation
    ),
    KubernetesRule(
        "snippet",
        "a snippet of nginx's own configuration",
        "use the annotation for what it does, or a field of the edge",
        annotations.snippet,
    ),
    KubernetesRule(
        "forbidden-word", "a word that ingress-nginx refuses", "leave the word out", annotations.forbidden_word
    ),
    KubernetesRule(
        "rewrite-without-groups",
        "a rewrite to a group that no path captures",
        "capture it in the path, and use ImplementationSpecific",
        annotations.rewrite_without_groups,
    ),
    KubernetesRule(
        "load-balancer-ports",
        "the load balancer's annotations contradict each other",
        "correct the ports, the certificate, the target type or the health check",
        annotations.load_balancer_ports,
    ),
    KubernetesRule(
        "names-unreachable",
        "a NetworkPolicy closes DNS to pods that speak to others",
        "open egress to port 53, UDP and TCP",
        network_policies.names_unreachable,
    ),
    KubernetesRule(
        "api-unreachable",
        "a NetworkPolicy closes the API server to pods that have a role in the cluster",
        "open egress to TCP 443 of its addresses",
        network_policies.api_unreachable,
    ),
    KubernetesRule(
        "webhook-unreachable",
        "the API server does not reach a webhook",
        "open ingress to the webhook's port, and name a Service that exists",
        network_policies.webhook_unreachable,
    ),
    KubernetesRule(
        "edge-unreachable",
        "a NetworkPolicy closes pods to the requests that an Ingress sends",
        "open ingress to that port from the load balancer's subnets or the controller's namespace",
        network_policies.edge_unreachable,
    ),
    KubernetesRule(
        "policy-is-about-nobody",
        "a NetworkPolicy is about nobody",
        "make its selectors the labels of pods; pods that a controller makes are noted in twinstack/pods-made-by",
        network_policies.policy_is_about_nobody,
    ),
    KubernetesRule(
        "policy-contradicts-itself",
        "a NetworkPolicy contradicts itself",
        "correct its types, addresses and ports",
        network_policies.policy_contradicts_itself,
    ),
    KubernetesRule(
        "route-not-let-in",
        "no listener lets the route in",
        "allow its namespace, kind and host in a listener",
        gateway.route_not_let_in,
    ),
    KubernetesRule(
        "listener-has-no-certificate",
        "a listener for TLS has no certificate",
        "name the host and the Secret",
        gateway.listener_has_no_certificate,
    ),
    KubernetesRule(
        "listener-twice",
        "two listeners are in conflict",
        "give each a port, protocol and host of its own",
        gateway.listener_twice,
    ),
    KubernetesRule(
        "route-leads-nowhere",
        "the route leads nowhere",
        "correct the backend, or grant it with a ReferenceGrant",
        gateway.route_leads_nowhere,
    ),
    KubernetesRule(
        "route-contradicts-itself", "the route contradicts itself", "keep one of them", gateway.route_contradicts_itself
    ),
    KubernetesRule("name-too-long", "a name is too long", "shorten it, with a hash of the whole", names.name_too_long),
    KubernetesRule("name-is-none", "a name is none", "use the characters it takes", names.name_is_none),
    KubernetesRule("label-is-none", "a label or annotation is none", "shorten or correct it", names.label_is_none),
    KubernetesRule("too-large", "an object is too large", "part it, or keep the data elsewhere", names.too_large),
    KubernetesRule("host-is-none", "a host is no DNS name", "write the name alone", names.host_is_none),
    KubernetesRule("data-is-none", "data is no text, or lacks a key", "quote it, or add the key", names.data_is_none),
    KubernetesRule(
        "spreads-others",
        "a spread constraint does not count these pods",
        "make its selector theirs",
        placement.spreads_others,
    ),
    KubernetesRule(
        "keeps-itself-out",
        "more pods than places that may hold one each",
        "prefer it instead of requiring it, or run fewer",
        placement.keeps_itself_out,
    ),
    KubernetesRule(
        "waits-for-nobody",
        "pods must stand beside others that do not exist",
        "correct the selector",
        placement.waits_for_nobody,
    ),
    KubernetesRule("no-such-node", "no node can be as asked for", "correct the label's value", placement.no_such_node),
    KubernetesRule("tolerates-nothing", "a toleration is none", "correct it", placement.tolerates_nothing),
    KubernetesRule(
        "old-node-labels",
        "a label of nodes that has another name by now",
        "use the new name",
        placement.old_node_labels,
        warning=True,
    ),
    KubernetesRule(
        "schedule-is-none",
        "the schedule never comes",
        "correct the schedule or the time zone",
        schedules.schedule_is_none,
    ),
    KubernetesRule(
        "jobs-contradict-themselves",
        "a Job contradicts itself",
        "correct its numbers",
        schedules.jobs_contradict_themselves,
    ),
    KubernetesRule(
        "removed-version",
        "the cluster does not serve this API version",
        "use its successor",
        versions.removed_version,
    ),
    KubernetesRule(
        "removed-field",
        "a field that Kubernetes has given up",
        "use its successor",
        versions.removed_field,
        warning=True,
    ),
    KubernetesRule(
        "name-outlives-template",
        "a Job is not named by what it runs",
        "end its name in a hash of its template",
        changes.name_outlives_template,
    ),
    KubernetesRule(
        "cannot-change",
        "a field that cannot change in place",
        "keep it, or give the object another name",
        changes.cannot_change,
        compares=True,
    ),
    KubernetesRule(
        "cleaner-goes-first",
        "what cleans up is removed together with what it cleans up after",
        "remove it one release later, when the other is gone",
        changes.cleaner_goes_first,
        compares=True,
    ),
    KubernetesRule(
        "namespace-goes-first",
        "a namespace is removed under what stays in it",
        "keep the Namespace, or move the objects first",
        changes.namespace_goes_first,
        compares=True,
    ),
)
"""All of them, in the order in which they are documented."""
