"""What a Gateway is that Envoy serves: certificates of cert-manager, and the policies of each route."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cdk8s import ApiObject

from twinstack.edge.certificate import Certificate
from twinstack.edge.gateway.drawing import GATEWAY_API, Drawing
from twinstack.edge.gateway.spec import EnvoyGateway, answer
from twinstack.edge.gateway.ways import Way, route_name, ways_by_limit
from twinstack.edge.host import Host, covers
from twinstack.edge.maintenance import STATUS
from twinstack.edge.spec import EdgeSpec


class Envoy:
    """The Certificates, what holds for all connections, and for each route its limit, its largest body and its addresses.

    A policy of a route takes the place of the Gateway's, so each says all. A buffer, which the largest body takes, lets no
    websocket through; so those have routes of their own. Envoy's own limits on time are shorter than a websocket's silence, and
    are lifted. Sources: Envoy Gateway 1.9, API reference, and internal/xds/translator (local_ratelimit.go, route.go), read in
    November 2026; cert-manager 1.21, "Certificate resource".
    """

    controller: Final = "gateway.envoyproxy.io/gatewayclass-controller"
    namespace_label: Final = ""
    infrastructure: Final[Mapping[str, Any]] = {}

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.spec: EdgeSpec = drawing.spec
        self.served: EnvoyGateway = EnvoyGateway(self.spec)
        self.issuer: ApiObject | None = None
        if acme := self.served.acme:
            self.issuer = drawing.draw(
                "cert-manager.io/v1",
                "ClusterIssuer",
                self.spec.issuer,
                self.served.issuer_spec(acme, {}),
                is_of_cluster=True,
            )
        self.certificates: dict[str, ApiObject] = {
            name: drawing.draw("cert-manager.io/v1", "Certificate", name, self._certificate(one, name))
            for one in self.served.certificates
            for name in [self.served.secret_name(one)]
        }
        self.connections: ApiObject = drawing.draw(
            ENVOY, "ClientTrafficPolicy", self.spec.gateway_name, self._connections()
        )
        self.answer: ApiObject | None = self._make_answer() if self.spec.maintenance.active else None
        self.policies: dict[str, list[ApiObject]] = {}

    def listeners(self) -> list[dict[str, Any]]:
        """One for each host, with the Secret of its certificate."""
        return [
            {
                "name": _section(host),
                "hostname": host.name,
                "port": 443,
                "protocol": "HTTPS",
                "tls": {"mode": "Terminate", "certificateRefs": [{"name": self._secret(host)}]},
            }
            for host in self.spec.hosts
        ]

    def routes(self) -> dict[str, ApiObject]:
        """The routes of each host with their policies, by their names."""
        name = self.spec.gateway_name
        stand_in = {"type": "ExtensionRef", "extensionRef": {"group": GROUP, "kind": "HTTPRouteFilter", "name": name}}
        found: dict[str, ApiObject] = {}
        for way in ways_by_limit(self.spec):
            self.policies[way.name] = self._make_policies(way)
            found[way.name] = self.drawing.route(
                way, _section(way.host), answer=stand_in if self.answer else None, timeouts=UNLIMITED
            )
        for host in self.spec.hosts:
            if host.redirect_to:
                name = route_name(self.spec, host)
                found[name] = self.drawing.redirect(name, _section(host), host.name, host.redirect_to)
        return found

    def _secret(self, host: Host) -> str:
        return next(
            self.served.secret_name(one)
            for one in self.served.certificates
            if any(covers(name, host.name) for name in one.names)
        )

    def _certificate(self, certificate: Certificate, secret: str) -> dict[str, Any]:
        return {
            "secretName": secret,
            "dnsNames": list(certificate.names),
            "issuerRef": {"group": "cert-manager.io", "kind": "ClusterIssuer", "name": self.spec.issuer},
            "privateKey": {"rotationPolicy": "Always"},
        }

    def _connections(self) -> dict[str, Any]:
        return {
            "targetRefs": [{"group": GATEWAY_GROUP, "kind": "Gateway", "name": self.spec.gateway_name}],
            "tls": {"minVersion": "1.2"},
            "timeout": {"http": {"streamIdleTimeout": self._silence}},
        }

    @property
    def _silence(self) -> str:
        return f"{self.spec.idle_timeout_seconds}s"

    def _make_policies(self, way: Way) -> list[ApiObject]:
        target = {"targetRefs": [{"group": GATEWAY_GROUP, "kind": "HTTPRoute", "name": way.name}]}
        limit = {"requests": way.limit.per_minute, "unit": "Minute"}
        traffic: dict[str, Any] = {
            "rateLimit": {
                "local": {
                    "rules": [
                        {"clientSelectors": [{"sourceCIDR": {"type": "Distinct", "value": block}}], "limit": limit}
                        for block in EVERYBODY
                    ]
                }
            },
            "timeout": {"http": {"streamIdleTimeout": self._silence}},
        }
        if not way.websocket:
            traffic["requestBuffer"] = {"limit": f"{self.spec.body_limit_mib}Mi"}
        made = [self.drawing.draw(ENVOY, "BackendTrafficPolicy", way.name, {**target, **traffic})]
        if way.addresses:
            listed = {
                "name": "listed",
                "action": "Allow",
                "principal": {"clientCIDRs": [str(block) for block in way.addresses]},
            }
            admits = {"authorization": {"defaultAction": "Deny", "rules": [listed]}}
            made.append(self.drawing.draw(ENVOY, "SecurityPolicy", way.name, {**target, **admits}))
        return made

    def _make_answer(self) -> ApiObject:
        maintenance = self.spec.maintenance
        header = {"set": [{"name": "Retry-After", "value": str(maintenance.retry_after_seconds)}]}
        response = {
            "statusCode": STATUS,
            "contentType": maintenance.content_type.value,
            "header": header,
            "body": {"type": "Inline", "inline": answer(maintenance)},
        }
        return self.drawing.draw(ENVOY, "HTTPRouteFilter", self.spec.gateway_name, {"directResponse": response})


def _section(host: Host) -> str:
    return "https" if host.is_first else f"https-{host.key}"


GROUP: Final = "gateway.envoyproxy.io"
ENVOY: Final = f"{GROUP}/v1alpha1"
GATEWAY_GROUP: Final = GATEWAY_API.partition("/")[0]
UNLIMITED: Final = {"request": "0s"}
"""A request may take as long as it is not silent. Source: Gateway API specification 1.6, HTTPRouteTimeouts."""
EVERYBODY: Final = ("0.0.0.0/0", "::/0")
"""Each address has a limit of its own, of whichever kind it is."""
