"""Charts of the shapes that public cdk8s programs in Python have, written anew."""

from __future__ import annotations

from typing import Any

import cdk8s
from cdk8s_plus_27 import k8s
from constructs import Construct


class WebService(Construct):
    """A Deployment with its Service."""

    def __init__(
        self, scope: Construct, id_: str, *, image: str, replicas: int = 1, container_port: int = 8080
    ) -> None:
        super().__init__(scope, id_)
        label = {"app": cdk8s.Names.to_label_value(self)}
        port = k8s.ServicePort(port=80, target_port=k8s.IntOrString.from_number(container_port))
        k8s.KubeService(self, "service", spec=k8s.ServiceSpec(type="LoadBalancer", ports=[port], selector=label))
        container = k8s.Container(name="web", image=image, ports=[k8s.ContainerPort(container_port=container_port)])
        template = k8s.PodTemplateSpec(
            metadata=k8s.ObjectMeta(labels=label),
            spec=k8s.PodSpec(containers=[container], node_selector={"os": "linux"}),
        )
        spec = k8s.DeploymentSpec(replicas=replicas, selector=k8s.LabelSelector(match_labels=label), template=template)
        k8s.KubeDeployment(self, "deployment", spec=spec)


def web_services(app: Any) -> Any:
    chart = cdk8s.Chart(app, "web")
    WebService(chart, "hello", image="hello:1.7", replicas=2)
    WebService(chart, "ghost", image="ghost", container_port=2368)
    return chart


def dashboard(app: Any) -> Any:
    chart = cdk8s.Chart(app, "dashboard", namespace="kubernetes-dashboard", labels={"app": "dashboard"})
    namespace = k8s.KubeNamespace(chart, "namespace", metadata=k8s.ObjectMeta(name="kubernetes-dashboard"))
    account = k8s.KubeServiceAccount(chart, "account", metadata=k8s.ObjectMeta(namespace=namespace.name))
    rule = k8s.PolicyRule(api_groups=[""], resources=["secrets"], resource_names=["a", "b"], verbs=["get", "update"])
    role = k8s.KubeRole(chart, "role", rules=[rule])
    k8s.KubeRoleBinding(
        chart,
        "binding",
        role_ref=k8s.RoleRef(api_group="rbac.authorization.k8s.io", kind="Role", name=role.name),
        subjects=[k8s.Subject(kind="ServiceAccount", name=account.name, namespace=namespace.name)],
    )
    k8s.KubeSecret(chart, "certs", type="Opaque", string_data={"csrf": ""})
    k8s.KubeNetworkPolicy(chart, "default-deny", spec=k8s.NetworkPolicySpec(pod_selector=k8s.LabelSelector()))
    return chart


def ingress(app: Any) -> Any:
    chart = cdk8s.Chart(app, "ingress", disable_resource_name_hashes=True)
    backends = {"api": (8000, ["/api/*", "/health"]), "flower": (5555, ["/*"])}

    def path(name: str, port: int, text: str) -> k8s.HttpIngressPath:
        service = k8s.IngressServiceBackend(name=name, port=k8s.ServiceBackendPort(number=port))
        return k8s.HttpIngressPath(
            path=text, path_type="ImplementationSpecific", backend=k8s.IngressBackend(service=service)
        )

    paths = [path(name, port, text) for name, (port, texts) in backends.items() for text in texts]
    rules = [k8s.IngressRule(host="shop.example.com", http=k8s.HttpIngressRuleValue(paths=paths))]
    annotations = {"alb.ingress.kubernetes.io/scheme": "internet-facing"}
    k8s.KubeIngress(chart, "shop", metadata=k8s.ObjectMeta(annotations=annotations), spec=k8s.IngressSpec(rules=rules))
    return chart


def custom_resources(app: Any) -> Any:
    chart = cdk8s.Chart(app, "certificates")
    issuer = cdk8s.ApiObject(chart, "issuer", api_version="cert-manager.io/v1", kind="Issuer")
    issuer.add_json_patch(
        cdk8s.JsonPatch.add("/spec", {"acme": {"email": "a@example.com", "solvers": [{"http01": {}}]}})
    )
    issuer.metadata.add_annotation("note", "x")
    return chart


def ordered(app: Any) -> Any:
    chart = cdk8s.Chart(app, "ordered")
    first = k8s.KubeConfigMap(chart, "first", data={"a": "b"})
    first.add_dependency(k8s.KubeNamespace(chart, "second"))
    return chart


WORKLOADS = (web_services, dashboard, ingress, custom_resources, ordered)
