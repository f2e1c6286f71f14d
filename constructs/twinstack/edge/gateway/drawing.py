"""How the objects of a Gateway are drawn: each a custom resource with the product's labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cdk8s import ApiObject
from constructs import Construct

from twinstack.edge.gateway.ways import Way
from twinstack.edge.spec import EdgeSpec
from twinstack.kubernetes import custom_object


@dataclass(frozen=True, slots=True)
class Drawing:
    """Draws into one construct."""

    scope: Construct
    spec: EdgeSpec
    labels: Mapping[str, str]

    def draw(
        self, api: str, kind: str, name: str, spec: Mapping[str, Any], *, is_of_cluster: bool = False
    ) -> ApiObject:
        """One object, in the product's namespace unless it is of the whole cluster."""
        return custom_object(
            self.scope,
            f"{kind}-{name}",
            api_version=api,
            kind=kind,
            name=name,
            namespace=None if is_of_cluster else self.spec.context.namespace,
            labels=self.labels,
            spec=spec,
        )

    def route(
        self,
        way: Way,
        section: str,
        *,
        answer: Mapping[str, Any] | None = None,
        timeouts: Mapping[str, str] | None = None,
    ) -> ApiObject:
        """An HTTPRoute of some routes of a host; `answer` is a filter that answers in place of the services."""
        rules: list[dict[str, Any]] = []
        for route in way.routes:
            rule: dict[str, Any] = {"matches": [{"path": {"type": "PathPrefix", "value": route.path}}]}
            if answer:
                rule["filters"] = [answer]
            else:
                target = self.spec.target_of(route)
                rule["backendRefs"] = [{"name": target.service_name, "port": target.SERVICE_PORT}]
                rule |= {"timeouts": dict(timeouts)} if timeouts else {}
            rules.append(rule)
        return self._route(way.name, section, [way.host.name], rules)

    def redirect(self, name: str, section: str, host: str = "", to: str = "") -> ApiObject:
        """An HTTPRoute that sends everybody to the same path by HTTPS, on the host that was asked or on another one."""
        leads = {"scheme": "https", "statusCode": 301, **({"hostname": to} if to else {})}
        rule = {"filters": [{"type": "RequestRedirect", "requestRedirect": leads}]}
        return self._route(name, section, [host] if host else [], [rule])

    def _route(self, name: str, section: str, hosts: list[str], rules: list[dict[str, Any]]) -> ApiObject:
        parent = {"name": self.spec.gateway_name, "sectionName": section}
        return self.draw(
            GATEWAY_API,
            "HTTPRoute",
            name,
            {"parentRefs": [parent], **({"hostnames": hosts} if hosts else {}), "rules": rules},
        )


def pairs(values: Mapping[str, str]) -> list[dict[str, str]]:
    """As the kinds of AWS have attributes."""
    return [{"key": key, "value": value} for key, value in values.items()]


GATEWAY_API: Final = "gateway.networking.k8s.io/v1"
