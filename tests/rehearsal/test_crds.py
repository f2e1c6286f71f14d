"""Our definitions of custom resources: taken by a real API server, and strict about what they take."""

from __future__ import annotations

import copy
import os
from typing import Any

import pytest
import yaml

from twinstack.api_server.answer import JsonObject
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane
from twinstack.rehearsal.kubernetes.definitions import Definition, all_built_in, built_in, install

needs_assets = pytest.mark.skipif(
    not os.environ.get(ASSETS_VARIABLE), reason=f"{ASSETS_VARIABLE} is not set: no API server to ask"
)


@pytest.fixture(scope="module")
def plane(control_plane: ControlPlane) -> ControlPlane:
    """One that knows every definition of ours."""
    install(control_plane.api, all_built_in())
    return control_plane


GOOD = {
    one["kind"]: one
    for one in yaml.safe_load_all(
        r"""
apiVersion: secrets-store.csi.x-k8s.io/v1
kind: SecretProviderClass
metadata: {name: good, namespace: default}
spec:
  provider: aws
  parameters:
    region: us-west-2
    usePodIdentity: "true"
    objects: |
      - objectName: shadower-analytics/database
        objectType: secretsmanager
        jmesPath: [{path: '"url"', objectAlias: database-url}]
  secretObjects:
    - secretName: analytics-secrets
      type: Opaque
      data: [{objectName: database-url, key: database-url}]
---
apiVersion: eks.amazonaws.com/v1
kind: IngressClassParams
metadata: {name: good}
spec:
  scheme: internet-facing
  ipAddressType: dualstack
  sslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06
  group: {name: analytics}
  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: analytics}}
  certificateARNs: ["arn:aws:acm:us-west-2:123456789012:certificate/1"]
  inboundCIDRs: [0.0.0.0/0]
  listeners: [{port: 443, protocol: HTTPS, attributes: [{key: routing.http.response.server.enabled, value: "false"}]}]
  loadBalancerName: analytics
  targetType: ip
  prefixListsIDs: [pl-0123456789abcdef0]
  minimumLoadBalancerCapacity: {capacityUnits: 100}
  ipamConfiguration: {ipv4IPAMPoolId: ipam-pool-0123456789abcdef0}
  loadBalancerAttributes: [{key: idle_timeout.timeout_seconds, value: "3600"}]
  subnets: {matchTags: [{key: kubernetes.io/role/elb, values: ["1"]}]}
  tags: [{key: Environment, value: prod}]
---
apiVersion: eks.amazonaws.com/v1
kind: TargetGroupBinding
metadata: {name: good, namespace: default}
spec:
  serviceRef: {name: web, port: 80}
  targetGroupARN: arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/web/1
  targetType: ip
---
apiVersion: eks.amazonaws.com/v1
kind: NodeClass
metadata: {name: good}
spec:
  role: nodes
  subnetSelectorTerms: [{tags: {Name: private}}, {id: subnet-0123456789abcdef0}]
  securityGroupSelectorTerms: [{name: eks-cluster}]
  networkPolicy: DefaultDeny
  networkPolicyEventLogs: Enabled
  snatPolicy: Random
  ephemeralStorage: {size: 80Gi, iops: 3000, throughput: 125, kmsKeyID: alias/nodes}
  advancedNetworking: {associatePublicIPAddress: false}
---
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: good}
spec:
  weight: 10
  limits: {cpu: "64", memory: 256Gi}
  disruption: {consolidationPolicy: WhenEmptyOrUnderutilized, consolidateAfter: 1m, budgets: [{nodes: 10%}]}
  template:
    metadata: {labels: {team: analytics}}
    spec:
      expireAfter: 336h
      terminationGracePeriod: 1h30m
      nodeClassRef: {group: eks.amazonaws.com, kind: NodeClass, name: good}
      requirements: [{key: kubernetes.io/arch, operator: In, values: [amd64]}]
      taints: [{key: dedicated, value: analytics, effect: NoSchedule}]
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: good, namespace: default}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: worker}
  minReplicaCount: 0
  maxReplicaCount: 20
  pollingInterval: 15
  advanced:
    horizontalPodAutoscalerConfig:
      name: worker
      behavior: {scaleUp: {policies: [{type: Pods, value: 4, periodSeconds: 15}], selectPolicy: Max}}
  triggers:
    - {type: redis, metadata: {listName: celery, listLength: "10", port: "6379"}, authenticationRef: {name: good}}
    - {type: cpu, metricType: Utilization, metadata: {value: "70"}}
---
apiVersion: keda.sh/v1alpha1
kind: TriggerAuthentication
metadata: {name: good, namespace: default}
spec: {secretTargetRef: [{parameter: password, name: worker-secrets, key: cache-password}], podIdentity: {provider: aws}}
---
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {name: good, namespace: default}
spec: {ca: {secretName: authority}}
---
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: good}
spec:
  acme:
    server: https://acme.example/directory
    email: operations@example.com
    privateKeySecretRef: {name: account}
    solvers:
      - selector: {dnsZones: [example.com]}
        dns01: {route53: {region: us-west-2, hostedZoneID: Z1}}
      - http01: {ingress: {ingressClassName: nginx}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: good, namespace: default}
spec:
  secretName: analytics-tls
  issuerRef: {name: good, kind: ClusterIssuer, group: cert-manager.io}
  dnsNames: [analytics.example.com]
  duration: 2160h
  renewBefore: 360h
  usages: [digital signature, key encipherment, server auth]
  privateKey: {algorithm: ECDSA, size: 256, rotationPolicy: Always}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: good, namespace: default}
spec:
  selector: {matchLabels: {app: web}}
  namespaceSelector: {matchNames: [analytics]}
  endpoints:
    - port: http
      path: /metrics
      interval: 15s
      scrapeTimeout: 10s
      tlsConfig: {insecureSkipVerify: false, caFile: /etc/ca.crt}
      relabelings: [{sourceLabels: [__meta_kubernetes_pod_name], targetLabel: pod, action: replace}]
---
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata: {name: good, namespace: default}
spec:
  selector: {matchLabels: {app: worker}}
  podMetricsEndpoints: [{port: metrics, interval: 1m30s, honorLabels: true}]
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: good, namespace: default}
spec:
  groups:
    - name: analytics
      interval: 30s
      rules:
        - alert: BackendDown
          expr: up{job="backend"} == 0
          for: 5m
          keep_firing_for: 10m
          labels: {severity: critical}
          annotations: {summary: The backend is down}
        - {record: job:requests:rate5m, expr: 'sum by (job) (rate(requests_total[5m]))'}
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: good}
spec: {controllerName: eks.amazonaws.com/gateway-alb, description: Load balancers of EKS}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: good, namespace: default}
spec:
  gatewayClassName: good
  listeners:
    - {name: http, port: 80, protocol: HTTP}
    - name: https
      hostname: analytics.example.com
      port: 443
      protocol: HTTPS
      tls: {mode: Terminate, certificateRefs: [{name: analytics-tls}]}
      allowedRoutes: {namespaces: {from: Same}, kinds: [{kind: HTTPRoute}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: good, namespace: default}
spec:
  parentRefs: [{name: good, sectionName: https}]
  hostnames: [analytics.example.com]
  rules:
    - matches: [{path: {type: PathPrefix, value: /api}, headers: [{name: x-version, value: "2"}]}]
      timeouts: {request: 30s}
      filters:
        - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-edge, value: gateway}]}}
      backendRefs: [{name: web, port: 80, weight: 1}]
    - filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 301}}]
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: good, namespace: default}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: good}]
  requestBuffer: {limit: 10Mi}
  rateLimit: {local: {rules: [{limit: {requests: 100, unit: Minute}}]}}
  timeout: {http: {streamIdleTimeout: 3600s, requestTimeout: 60s}}
  retry: {numRetries: 2, retryOn: {triggers: [connect-failure]}}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: ClientTrafficPolicy
metadata: {name: good, namespace: default}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: good, sectionName: https}]
  tls: {minVersion: "1.2", alpnProtocols: [h2, http/1.1]}
  timeout: {http: {requestReceivedTimeout: 60s, idleTimeout: 3600s}}
  clientIPDetection: {xForwardedFor: {numTrustedHops: 1}}
  connection: {bufferLimit: 64Ki}
---
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: {name: good, namespace: default}
spec: {provider: {aws: {service: SecretsManager, region: us-west-2}}}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: good, namespace: default}
spec:
  refreshInterval: 1h
  secretStoreRef: {name: good, kind: SecretStore}
  target: {name: analytics-secrets, creationPolicy: Owner, deletionPolicy: Retain}
  data: [{secretKey: database-url, remoteRef: {key: shadower-analytics/database, property: url}}]
"""
    )
}

# What a hand slips into: (kind, path to change, value, what the server says of it).
BAD = [
    ("SecretProviderClass", "spec.secretObject", [], "secretObject"),
    ("SecretProviderClass", "spec.secretObjects.0.data.0.objectname", "x", "objectname"),
    ("SecretProviderClass", "spec.parameters.usePodIdentity", True, "usePodIdentity"),
    ("SecretProviderClass", "spec.provider", None, "spec.provider"),
    ("IngressClassParams", "spec.certificateArn", ["arn:aws:acm:1"], "certificateArn"),
    ("IngressClassParams", "spec.subnets.tags", {}, "tags"),
    ("IngressClassParams", "spec.wafv2AclArn", "arn:aws:wafv2:1", "wafv2AclArn"),
    ("IngressClassParams", "spec.scheme", "public", "internet-facing"),
    ("IngressClassParams", "spec.loadBalancerName", "a" * 33, "32"),
    ("IngressClassParams", "spec.loadBalancerName", "internal-web", "loadBalancerName"),
    ("IngressClassParams", "spec.loadBalancerName", "web-", "loadBalancerName"),
    ("IngressClassParams", "spec.targetType", "lambda", "instance"),
    ("IngressClassParams", "spec.prefixListsIDs", ["sg-1"], "prefixListsIDs"),
    ("IngressClassParams", "spec.PrefixListsIDs", ["pl-1"], "PrefixListsIDs"),
    ("IngressClassParams", "spec.minimumLoadBalancerCapacity", {}, "capacityUnits"),
    ("IngressClassParams", "spec.ipamConfiguration.ipv4IPAMPoolId", "pool", "ipv4IPAMPoolId"),
    ("IngressClassParams", "spec.listeners.0.listenerAttributes", [], "listenerAttributes"),
    ("IngressClassParams", "spec.listeners.0.attributes.0.value", None, "value"),
    ("TargetGroupBinding", "spec.targetGroupName", "web", "targetGroupName"),
    ("TargetGroupBinding", "spec.targetType", None, "spec.targetType"),
    ("NodeClass", "spec.subnetSelector", {}, "subnetSelector"),
    ("NodeClass", "spec.instanceProfile", "nodes", "exactly one of role and instanceProfile"),
    ("NodeClass", "spec.ephemeralStorage.iops", 100, "3000"),
    ("NodePool", "spec.ttlSecondsAfterEmpty", 30, "ttlSecondsAfterEmpty"),
    ("NodePool", "spec.template.spec.nodeClassRef.apiVersion", "eks.amazonaws.com/v1", "apiVersion"),
    ("NodePool", "spec.disruption.consolidationPolicy", "WhenUnderutilized", "WhenEmptyOrUnderutilized"),
    ("ScaledObject", "spec.minReplicaCount", 30, "minReplicaCount is at most maxReplicaCount"),
    ("ScaledObject", "spec.minReplicas", 1, "minReplicas"),
    ("ScaledObject", "spec.triggers.0.metadata.listLength", 10, "listLength"),
    ("ScaledObject", "spec.triggers", [], "triggers"),
    ("TriggerAuthentication", "spec.secretTargetRef.0.secret", "worker-secrets", "secret"),
    ("TriggerAuthentication", "spec.podIdentity.provider", "aws-eks", "aws"),
    ("Issuer", "spec.ca.secret", "authority", "secret"),
    ("Issuer", "spec.selfSigned", {}, "at most 1"),
    ("ClusterIssuer", "spec.acme.privateKeySecret", "account", "privateKeySecret"),
    ("ClusterIssuer", "spec.acme.server", None, "spec.acme.server"),
    ("Certificate", "spec.dnsName", "a.example.com", "dnsName"),
    ("Certificate", "spec.usages", ["tls server"], "server auth"),
    ("ServiceMonitor", "spec.endpoints.0.scrape_interval", "15s", "scrape_interval"),
    ("ServiceMonitor", "spec.endpoints.0.interval", "15 seconds", "interval"),
    ("PodMonitor", "spec.endpoints", [], "endpoints"),
    ("PodMonitor", "spec.podMetricsEndpoints.0.bearerTokenFile", "/token", "bearerTokenFile"),
    ("PrometheusRule", "spec.groups.0.rules.0.severity", "critical", "severity"),
    ("PrometheusRule", "spec.groups.0.rules.0.record", "both", "a rule either records or alerts"),
    ("GatewayClass", "spec.controller", "a", "controller"),
    ("GatewayClass", "spec.controllerName", "nopath", "controllerName"),
    ("Gateway", "spec.listeners.1.certificateRefs", [], "certificateRefs"),
    ("Gateway", "spec.listeners.1.tls", None, "HTTPS needs tls"),
    ("HTTPRoute", "spec.rules.0.backends", [], "backends"),
    ("HTTPRoute", "spec.rules.0.matches.0.path.value", "api", "begin with a slash"),
    ("BackendTrafficPolicy", "spec.rateLimits", {}, "rateLimits"),
    ("BackendTrafficPolicy", "spec.rateLimit.local.rules.0.limit.unit", "minute", "Minute"),
    ("BackendTrafficPolicy", "spec.targetRefs", None, "spec.targetRefs"),
    ("ClientTrafficPolicy", "spec.tls.minimumVersion", "1.2", "minimumVersion"),
    ("ClientTrafficPolicy", "spec.tls.minVersion", "1.4", "1.3"),
    ("SecretStore", "spec.provider.aws.regions", [], "regions"),
    ("SecretStore", "spec.provider.aws.service", "SSM", "ParameterStore"),
    ("ExternalSecret", "spec.data.0.remoteKey", "a", "remoteKey"),
    ("ExternalSecret", "spec.target.creationPolicy", "owner", "Owner"),
]


def test_every_definition_has_a_good_and_a_bad_example() -> None:
    kinds = {one.kind for one in all_built_in()}
    assert set(GOOD) == kinds
    assert {kind for kind, *_ in BAD} == kinds


def test_a_definition_is_found_by_group_version_and_kind() -> None:
    found = built_in("karpenter.sh/v1", "NodePool")
    assert found is not None
    assert found.name == "nodepools.karpenter.sh"
    assert built_in("karpenter.sh/v1beta1", "NodePool") is None
    assert built_in("v1", "Pod") is None


@pytest.mark.parametrize("one", all_built_in(), ids=lambda one: one.name)
def test_no_part_of_a_definition_lets_unknown_fields_through(one: Definition) -> None:
    assert "x-kubernetes-preserve-unknown-fields" not in str(one.data)


@needs_assets
@pytest.mark.parametrize("one", all_built_in(), ids=lambda one: one.name)
def test_the_api_server_finds_a_definition_structural(one: Definition, plane: ControlPlane) -> None:
    live = plane.api.get("apiextensions.k8s.io/v1", "CustomResourceDefinition", one.name)
    assert live is not None
    conditions = {found["type"]: found["status"] for found in live["status"]["conditions"]}
    assert conditions["Established"] == "True"
    assert conditions.get("NonStructuralSchema", "False") == "False"


@needs_assets
@pytest.mark.parametrize("kind", GOOD)
def test_a_good_object_is_taken(kind: str, plane: ControlPlane) -> None:
    answer = plane.api.apply(GOOD[kind], dry_run=True)
    assert (answer.refusal, answer.warnings) == ("", ())


@needs_assets
@pytest.mark.parametrize(("kind", "path", "wrong", "said"), BAD, ids=lambda one: str(one)[:40])
def test_a_bad_object_is_refused(kind: str, path: str, wrong: Any, said: str, plane: ControlPlane) -> None:
    answer = plane.api.apply(changed(GOOD[kind], path, wrong), dry_run=True)
    assert said in answer.refusal


def changed(data: JsonObject, path: str, wrong: Any) -> JsonObject:
    """The object with one value set, or taken away where it is None."""
    result = copy.deepcopy(data)
    here: Any = result
    *parents, last = path.split(".")
    for key in parents:
        here = here[int(key)] if isinstance(here, list) else here[key]
    place: Any = int(last) if isinstance(here, list) else last
    if wrong is None:
        del here[place]
    else:
        here[place] = wrong
    return result
