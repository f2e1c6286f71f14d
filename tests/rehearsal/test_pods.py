"""Everything that a workload can say of its pods, on a real API server with Pod Security, quotas of names and real controllers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kubernetes.test_placement import OWN, Placed
from tests.rehearsal.small_shop import needs_assets
from tests.shop import BASE, TODAY
from tests.shop_chart import chart_of
from twinstack import kubernetes
from twinstack.layers.load import load_text
from twinstack.rehearsal.control_plane import ControlPlane
from twinstack.rehearsal.kubernetes import rehearse_on

pytestmark = [pytest.mark.slow, needs_assets]

SMALL = "{requests: {cpu: 50m, memory: 64Mi}, limits: {memory: 128Mi}}"
WEB = f"""\
web:
  placement:
    capacity: spot
    zones: [a, b]
    node_labels: {{team: shop}}
    tolerations: [{{key: only}}, {{key: gone, value: shop, effect: no_execute, seconds: 60}}, {{key: other}}]
  writable_folders: {{/app/static: 64Mi}}
  mounted_files:
    /etc/app/text: text
    /etc/app/binary: binary
    /etc/ssl/corporate.pem: {{config_map: corporate-ca, key: ca.pem}}
  variables_from:
    API_KEY: {{secret: payments, key: api-key}}
    API_URL: {{config_map: payments, key: url, optional: true}}
  sidecars:
    proxy: {{image: registry.example/proxy, tag: "1", user: 101, port: 9000, health: {{tcp: true}}, resources: {SMALL}}}
  init_containers:
    collect: {{image: registry.example/web, command: [collect], shares_variables: true, resources: {SMALL}}}
"""
POOLS = f"""\
cluster: {{{OWN}, node_pools: {{cheap: {{capacity: spot, labels: {{team: shop}}, taints: [{{key: only, value: shop}}], cpu_limit: 8}}}}}}
"""


def test_an_api_server_takes_everything_that_pods_can_say(control_plane: ControlPlane, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("a: $(B)\n", encoding="utf-8")
    (tmp_path / "binary").write_bytes(bytes(range(256)))
    volumes = "worker:\n  kept_volumes: {media: {path: /app/media, size_gib: 20}}\n"
    base = (
        BASE.replace("web:\n", WEB, 1).replace("worker:\n", volumes, 1).replace("product: shop", "product: pods")
        + POOLS
    )
    environment = load_text(Placed, "live", {"base": base, "live": ""}, TODAY, root=tmp_path).environment
    folder = tmp_path / "dist"
    folder.mkdir()
    for name, text in kubernetes.render(chart_of(environment)).items():
        (folder / name).write_text(text, encoding="utf-8")
    report = rehearse_on(control_plane, folder, progress=lambda _: None)
    assert [str(problem) for problem in report.problems] == []
