"""A real Envoy before a small service, with what Envoy Gateway makes of a product's Gateway.

Envoy Gateway itself does not run here: `bootstrap` writes by hand what its translator writes for the kinds and fields that
twinstack uses. Read in November 2026 in version 1.9.0, internal/xds/translator: listener.go (paths, addresses, silence), route.go
(prefixes, upgrades unless there is a buffer, time, direct responses, redirects), local_ratelimit.go, authorization.go and the
buffer filter. Without TLS, which changes none of it: a request's listener is found by its host.
"""

from __future__ import annotations

import http.server
import json
import socket
import subprocess
import threading
import time
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.ports import free_port

Manifest = Mapping[str, Any]
_HTTP = "type.googleapis.com/envoy.extensions.filters"


def bootstrap(manifests: Iterable[Manifest], port: int, plain_port: int, service_port: int) -> dict[str, Any]:
    """Envoy's whole configuration, for both listeners of the Gateway."""
    found = list(manifests)
    (connections,) = (one["spec"] for one in found if one["kind"] == "ClientTrafficPolicy")
    routes = [one for one in found if one["kind"] == "HTTPRoute"]
    secured = [one for one in routes if one["spec"]["parentRefs"][0]["sectionName"] != "http"]
    plain = [one for one in routes if one not in secured]
    silence = connections["timeout"]["http"]["streamIdleTimeout"]
    return {
        "static_resources": {
            "listeners": [
                _listener("https", port, _virtual_hosts(found, secured), silence),
                _listener("http", plain_port, _virtual_hosts(found, plain), silence),
            ],
            "clusters": [
                {
                    "name": "service",
                    "connect_timeout": "5s",
                    "load_assignment": {
                        "cluster_name": "service",
                        "endpoints": [{"lb_endpoints": [{"endpoint": {"address": _address(service_port)}}]}],
                    },
                }
            ],
        }
    }


def _address(port: int) -> dict[str, Any]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def _listener(name: str, port: int, hosts: list[dict[str, Any]], silence: str) -> dict[str, Any]:
    limit = {"stat_prefix": "limits", "max_dynamic_descriptors": 10000}
    filters = [
        _filter("rbac", "rbac.v3.RBAC", {}),
        _filter("local_ratelimit", "local_ratelimit.v3.LocalRateLimit", limit),
        _filter("buffer", "buffer.v3.Buffer", {"max_request_bytes": 1}, disabled=True),
        _filter("router", "router.v3.Router", {}),
    ]
    manager = {
        "@type": f"{_HTTP}.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": name,
        "use_remote_address": True,
        "normalize_path": True,
        "merge_slashes": True,
        "path_with_escaped_slashes_action": "UNESCAPE_AND_REDIRECT",
        "common_http_protocol_options": {"headers_with_underscores_action": "REJECT_REQUEST"},
        "stream_idle_timeout": silence,
        "route_config": {"virtual_hosts": hosts},
        "http_filters": filters,
    }
    chain = {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
    return {"name": name, "address": _address(port), "filter_chains": [chain]}


def _filter(name: str, kind: str, config: dict[str, Any], *, disabled: bool = False) -> dict[str, Any]:
    typed = {"@type": f"{_HTTP}.http.{kind}", **config}
    return {"name": f"envoy.filters.http.{name}", "typed_config": typed, **({"disabled": True} if disabled else {})}


def _virtual_hosts(found: list[Manifest], routes: list[Manifest]) -> list[dict[str, Any]]:
    hosts: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for route in routes:
        for host in route["spec"].get("hostnames", ["*"]):
            for rule in route["spec"]["rules"]:
                for match in rule.get("matches", [{"path": {"value": "/"}}]):
                    path = match["path"]["value"]
                    hosts.setdefault(host, []).append((path, _route(found, route, rule, path)))
    return [
        {
            "name": host.replace("*", "any"),
            "domains": [host],
            "routes": [one for _, one in sorted(described, key=lambda pair: -len(pair[0]))],
        }
        for host, described in hosts.items()
    ]


def _route(found: list[Manifest], route: Manifest, rule: Manifest, path: str) -> dict[str, Any]:
    matched = {"prefix": "/"} if path == "/" else {"path_separated_prefix": path.rstrip("/")}
    policies = {
        one["kind"]: one["spec"]
        for one in found
        if any(target["name"] == route["metadata"]["name"] for target in one.get("spec", {}).get("targetRefs", ()))
    }
    made: dict[str, Any] = {"match": matched, "typed_per_filter_config": _per_route(policies)}
    filters = {one["type"]: one for one in rule.get("filters", ())}
    if "RequestRedirect" in filters:
        leads = filters["RequestRedirect"]["requestRedirect"]
        redirect = {"https_redirect": True, "response_code": "MOVED_PERMANENTLY"}
        return {
            **made,
            "redirect": {**redirect, **({"host_redirect": leads["hostname"]} if "hostname" in leads else {})},
        }
    if "ExtensionRef" in filters:
        name = filters["ExtensionRef"]["extensionRef"]["name"]
        (answer,) = (
            one["spec"]["directResponse"]
            for one in found
            if one["kind"] == "HTTPRouteFilter" and one["metadata"]["name"] == name
        )
        headers = [*answer["header"]["set"], {"name": "Content-Type", "value": answer["contentType"]}]
        made["response_headers_to_add"] = [
            {"header": {"key": one["name"], "value": one["value"]}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
            for one in headers
        ]
        text = {"text_format_source": {"inline_string": answer["body"]["inline"]}}
        return {**made, "direct_response": {"status": answer["statusCode"], "body_format": text}}
    traffic = policies["BackendTrafficPolicy"]
    action: dict[str, Any] = {
        "cluster": "service",
        "timeout": rule["timeouts"]["request"],
        "idle_timeout": traffic["timeout"]["http"]["streamIdleTimeout"],
    }
    if "requestBuffer" not in traffic:
        action["upgrade_configs"] = [{"upgrade_type": "websocket"}]
    return {**made, "route": action}


def _per_route(policies: Mapping[str, Manifest]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    traffic = policies.get("BackendTrafficPolicy", {})
    if buffer := traffic.get("requestBuffer"):
        size = int(buffer["limit"].removesuffix("Mi")) * 1024 * 1024
        config = {"@type": f"{_HTTP}.http.buffer.v3.BufferPerRoute", "buffer": {"max_request_bytes": size}}
        found["envoy.filters.http.buffer"] = config
    if limits := traffic.get("rateLimit"):
        found["envoy.filters.http.local_ratelimit"] = _limits(limits["local"]["rules"])
    if security := policies.get("SecurityPolicy"):
        (rule,) = security["authorization"]["rules"]
        blocks = [block.split("/") for block in rule["principal"]["clientCIDRs"]]
        ids = [{"remote_ip": {"address_prefix": address, "prefix_len": int(length)}} for address, length in blocks]
        policy = {"permissions": [{"any": True}], "principals": ids}
        rbac = {"rules": {"action": "ALLOW", "policies": {rule["name"]: policy}}}
        found["envoy.filters.http.rbac"] = {"@type": f"{_HTTP}.http.rbac.v3.RBACPerRoute", "rbac": rbac}
    return found


def _limits(rules: Iterable[Manifest]) -> dict[str, Any]:
    actions, descriptors = [], []
    for rule in rules:
        (selector,) = rule["clientSelectors"]
        block = selector["sourceCIDR"]["value"]
        bits = {"v4_prefix_mask_len": 32} if "." in block else {"v6_prefix_mask_len": 128}
        actions.append({"actions": [{"masked_remote_address": bits}]})
        fill = rule["limit"]["requests"]
        bucket = {"max_tokens": fill, "tokens_per_fill": fill, "fill_interval": "60s"}
        descriptors.append({"entries": [{"key": "masked_remote_address"}], "token_bucket": bucket})
    always = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
    return {
        "@type": f"{_HTTP}.http.local_ratelimit.v3.LocalRateLimit",
        "stat_prefix": "limits",
        "token_bucket": {"max_tokens": 4294967295, "tokens_per_fill": 4294967295, "fill_interval": "1s"},
        "filter_enabled": always,
        "filter_enforced": always,
        "descriptors": descriptors[:1],
        "always_consume_default_token_bucket": False,
        "rate_limits": actions[:1],
    }


class _Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Upgrade") == "websocket":
            self.send_response(101)
            self.send_header("Connection", "Upgrade")
            self.send_header("Upgrade", "websocket")
            self.end_headers()
            self.wfile.write(self.rfile.read1(64))
            self.close_connection = True
            return
        text = json.dumps({"path": self.path, "body": len(body), "from": self.headers.get("X-Forwarded-For")}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def running(program: str, manifests: Iterable[Manifest], folder: Path) -> Generator[tuple[int, int]]:
    """Envoy before the service; the ports of HTTPS's listener and of plain HTTP's."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port, plain = free_port(), free_port()
    file = folder / "envoy.json"
    file.write_text(json.dumps(bootstrap(manifests, port, plain, server.server_port)))
    arguments = [program, "-c", str(file), "--concurrency", "1", "--use-dynamic-base-id", "--log-level", "error"]
    log = (folder / "envoy.log").open("wb")
    process = subprocess.Popen(arguments, stdout=log, stderr=log)
    try:
        _await(process, port, folder / "envoy.log")
        yield port, plain
    finally:
        process.kill()
        process.wait()
        log.close()
        server.shutdown()
        server.server_close()


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(log.read_text())
