"""What stands in for the edge on a developer's machine: nginx with the same hosts, routes and limits, without TLS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from twinstack.edge.rate_limit import TOO_MANY
from twinstack.environment.stand_in import Condition, File, Health, Service, StandIn

if TYPE_CHECKING:
    from twinstack.edge.host import Host
    from twinstack.edge.spec import EdgeSpec


def stand_in(spec: EdgeSpec) -> StandIn:
    """One nginx before the services that the routes name, on http://localhost:8080 unless `compose.port` says otherwise, and for
    another host on http://{its name}.localhost:8080.
    """
    name = spec.compose.name_of(spec.key)
    server = Service(
        name,
        IMAGE,
        ports=dict.fromkeys(spec.fixed_ports, PORT),
        files=(
            File(f"local/{name}.conf", "/etc/nginx/nginx.conf", configuration(spec)),
            *(
                [File(f"local/{name}.answer", f"{ANSWERS}/text", spec.maintenance.text)]
                if spec.maintenance.active
                else []
            ),
        ),
        needs={target.compose_name: Condition.STARTED for target in spec.targets},
        health=Health(("wget", "--quiet", "--spider", f"http://127.0.0.1:{PORT}{HEALTH_PATH}")),
        is_locked=True,
    )
    return StandIn(services=(server,))


def configuration(spec: EdgeSpec) -> str:
    """The whole nginx.conf: routes, the largest body, silent connections, and the two rates of one address.

    Docker's own resolver is asked again and again, so a service that came back with another address is found. Source:
    nginx, "ngx_http_proxy_module", "ngx_http_limit_req_module", "WebSocket proxying".
    """
    servers = "\n".join(_server(spec, host) for host in spec.hosts)
    return f"""# Made by `twinstack local` from environments/: change it there.
worker_processes 1;
pid /tmp/nginx.pid;
error_log /dev/stderr warn;

events {{
  worker_connections 1024;
}}

http {{
  include /etc/nginx/mime.types;
  access_log off;
  server_tokens off;
  client_body_temp_path /tmp/client_body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  resolver 127.0.0.11 valid=5s;

  client_max_body_size {spec.body_limit_mib}m;
  limit_req_zone $binary_remote_addr zone=limited:1m rate={spec.rate_limit.per_minute}r/m;
  limit_req_zone $binary_remote_addr zone=total:1m rate={spec.total_rate_limit.per_minute}r/m;
  limit_req_status 429;
{"  server_names_hash_bucket_size 512;" if spec.other_hosts else ""}
  map $http_upgrade $connection_upgrade {{
    default upgrade;
    "" "";
  }}

{servers}
}}
"""


def _server(spec: EdgeSpec, host: Host) -> str:
    """One host. The first answers for every name that no other has, so also for `localhost`."""
    names = "" if host.is_first else f"    server_name {local_name(host)} {host.name};\n"
    if spec.maintenance.active:
        return _closed(spec, names)
    if host.redirect_to:
        target = next(one for one in spec.hosts if one.name == host.redirect_to)
        # Never 301 here: a browser would remember it for every product on this machine.
        return f"""  server {{
    listen {PORT};
{names}    return 302 $scheme://{local_name(target)}:{spec.fixed_ports[0]}$request_uri;
  }}"""
    return f"""  server {{
    listen {PORT};
{names}    limit_req zone=total burst={spec.total_rate_limit.requests} nodelay;
    error_page 429 @too_many_requests;
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
    proxy_connect_timeout 5s;
    proxy_read_timeout {spec.idle_timeout_seconds}s;
    proxy_send_timeout {spec.idle_timeout_seconds}s;

    location = {HEALTH_PATH} {{
      return 204;
    }}
    location @too_many_requests {{
      internal;
      default_type application/json;
      add_header Retry-After {spec.rate_limit.window_seconds} always;
      return 429 '{TOO_MANY}';
    }}
{_locations(spec, host)}
  }}"""


def _closed(spec: EdgeSpec, names: str) -> str:
    """One host while the product is worked on: the answer, for everybody, since here all come from one address."""
    return f"""  server {{
    listen {PORT};
{names}    error_page 503 @answer;

    location = {HEALTH_PATH} {{
      return 204;
    }}
    location @answer {{
      root {ANSWERS};
      try_files /text =503;
      types {{}}
      default_type {spec.maintenance.content_type};
      add_header Retry-After {spec.maintenance.retry_after_seconds} always;
    }}
    location / {{
      return 503;
    }}
  }}"""


def local_name(host: Host) -> str:
    """What it is called on a developer's machine: browsers take every name below `localhost` for this machine."""
    if host.is_first:
        return "localhost"
    return f"{'*.' if host.name.startswith('*.') else ''}{host.key}.localhost"


def _locations(spec: EdgeSpec, host: Host) -> str:
    limited, others = spec.routes_by_limit_of(host)
    # A limit of its own would replace the server's, so it stands beside it.
    both = (
        f"limit_req zone=limited burst={spec.rate_limit.requests} nodelay;",
        f"limit_req zone=total burst={spec.total_rate_limit.requests} nodelay;",
    )
    return "\n".join(
        _location(route.path, target.compose_name, target.port, limits)
        for routes, limits in ((limited, both), (others, ()))
        for route in routes
        for target in spec.targets
        if target.key == route.to
    )


def _location(path: str, host: str, port: int, limits: Sequence[str]) -> str:
    """One route: the path itself and everything under it, as an Ingress means it."""
    exact = path.rstrip("/")
    variable = f"$to_{host.replace('-', '_')}"
    before = "".join(f"      {limit}\n" for limit in limits)
    body = f"""{before}      set {variable} http://{host}:{port};
      proxy_pass {variable};
"""
    if not exact:
        return f"    location / {{\n{body}    }}"
    return f"    location = {exact} {{\n{body}    }}\n    location {exact}/ {{\n{body}    }}"


IMAGE: Final = "nginxinc/nginx-unprivileged:1.28-alpine"
PORT: Final = 8080
ANSWERS: Final = "/etc/nginx/answers"
HEALTH_PATH: Final = "/edge-health"
