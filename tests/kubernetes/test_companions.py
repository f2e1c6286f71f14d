"""Containers beside a workload's own: their order, what they are given, and that they are as harmless as it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tests.local_files import compose_of
from tests.shop import BASE, Shop
from tests.shop_chart import pod_of
from twinstack.environment.companions import pod_requests
from twinstack.errors import Problem
from twinstack.layers.load import Loaded

SMALL = "{requests: {cpu: 50m, memory: 64Mi}, limits: {memory: 128Mi}}"
COMPANIONS = f"""\
  writable_folders: {{/app/static: 64Mi}}
  sidecars:
    proxy:
      image: registry.example/proxy
      tag: 1.2.3
      user: 101
      port: 9000
      health: {{tcp: true}}
      resources: {SMALL}
  init_containers:
    collect:
      image: registry.example/web
      command: [collect, $(HOME)]
      environment_variables: {{ENVIRONMENT: other, MODE: "$$x"}}
      shares_variables: true
      resources: {{requests: {{cpu: 300m, memory: 32Mi}}, limits: {{cpu: 500m, memory: 64Mi, ephemeral_storage: 1Gi}}}}
"""
BESIDE = BASE.replace("web:\n", f"web:\n{COMPANIONS}", 1)


def test_a_sidecar_starts_first_and_stays_and_an_init_container_ends(accept: Callable[..., Loaded[Shop]]) -> None:
    spec = pod_of(accept(base=BESIDE).environment, "shop-web")
    assert [(one["name"], one.get("restartPolicy")) for one in spec["initContainers"]] == [
        ("proxy", "Always"),
        ("collect", None),
    ]
    assert [one["name"] for one in spec["containers"]] == ["web"]


def test_a_links_preparation_comes_before_all_others(accept: Callable[..., Loaded[Shop]]) -> None:
    base = BASE.replace("worker:\n", f"worker:\n{COMPANIONS}")
    before = [one["name"] for one in pod_of(accept(base=BASE).environment).get("initContainers", ())]
    spec = pod_of(accept(base=base).environment)
    assert [one["name"] for one in spec["initContainers"]] == [*before, "proxy", "collect"]


def test_a_sidecars_health_is_asked_as_a_services(accept: Callable[..., Loaded[Shop]]) -> None:
    proxy = pod_of(accept(base=BESIDE).environment, "shop-web")["initContainers"][0]
    assert proxy["image"] == "registry.example/proxy:1.2.3"
    assert proxy["ports"] == [{"containerPort": 9000}]
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert proxy[probe]["tcpSocket"] == {"port": 9000}


def test_none_has_more_rights_than_the_workloads_own(accept: Callable[..., Loaded[Shop]]) -> None:
    spec = pod_of(accept(base=BESIDE).environment, "shop-web")
    closed = {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    proxy, collect = spec["initContainers"]
    assert proxy["securityContext"] == {**closed, "runAsUser": 101, "runAsGroup": 101}
    assert collect["securityContext"] == closed


def test_variables_and_secrets_are_shared_with_whoever_asks(accept: Callable[..., Loaded[Shop]]) -> None:
    spec = pod_of(accept(base=BESIDE).environment, "shop-web")
    proxy, collect = spec["initContainers"]
    own = {one["name"]: one for one in spec["containers"][0]["env"]}
    given = {one["name"]: one for one in collect["env"]}
    assert "env" not in proxy
    assert given.pop("MODE")["value"] == "$$$x"
    assert (own.pop("ENVIRONMENT")["value"], given.pop("ENVIRONMENT")["value"]) == ("live", "other")
    assert given == own
    places = {one["mountPath"] for one in spec["containers"][0]["volumeMounts"]}
    assert {one["mountPath"] for one in collect["volumeMounts"]} == places
    assert {one["mountPath"] for one in proxy["volumeMounts"]} == {"/tmp", "/app/static"}


def test_the_scheduler_sets_aside_what_runs_at_once(accept: Callable[..., Loaded[Shop]]) -> None:
    web = accept(base=BESIDE).environment.web
    asked = pod_requests(web.resources.requests, web)
    assert (asked.cpu, asked.memory) == ("350m", "192Mi"), "the init container's 300m are more than the 100m of web"
    worker = accept().environment.worker
    assert pod_requests(worker.resources.requests, worker) is worker.resources.requests


def test_the_local_stack_runs_them_in_the_same_order_on_the_same_folders(accept: Callable[..., Loaded[Shop]]) -> None:
    services = compose_of(accept(base=BESIDE).environment)["services"]
    web, proxy, collect = services["web"], services["web-proxy"], services["web-collect"]
    assert web["depends_on"]["web-folders"] == {"condition": "service_completed_successfully"}
    assert web["depends_on"]["web-collect"] == {"condition": "service_completed_successfully"}
    assert collect["restart"] == "no"
    assert collect["depends_on"]["web-folders"] == {"condition": "service_completed_successfully"}
    assert collect["entrypoint"] == ["collect", "$$(HOME)"]
    assert collect["environment"]["MODE"] == "$$$$x"
    assert collect["environment"]["DATABASE_URL"] == web["environment"]["DATABASE_URL"]
    assert (proxy["network_mode"], proxy["depends_on"]) == ("service:web", {"web": {"condition": "service_started"}})
    assert "environment" not in proxy
    for one in (web, proxy, collect):
        assert "web-folder-app-static:/app/static" in one["volumes"]
        assert "/app/static" not in one["tmpfs"]
        assert one["read_only"] is True


@pytest.mark.parametrize(
    ("lines", "code", "path", "given"),
    [
        (f"sidecars: {{web: {{image: a, resources: {SMALL}}}}}", "TW626", "web.sidecars.web", "web"),
        (
            f"sidecars: {{one: {{image: a, resources: {SMALL}}}}}\n  init_containers: {{one: {{image: a, resources: {SMALL}}}}}",
            "TW626", "web.init_containers.one", "one",
        ),
        (
            f"sidecars: {{one: {{image: a, resources: {SMALL}, health: {{tcp: true}}}}}}", "TW627", "web.sidecars.one.port",
            "nothing, beside a health that is asked by a connection",
        ),
        (f"sidecars: {{one: {{image: a, resources: {SMALL}, user: 0}}}}", "TW104", "web.sidecars.one.user", "0"),
        (
            f"init_containers: {{one: {{image: a, resources: {SMALL}, command: [a b]}}}}", "TW752",
            "web.init_containers.one.command", 'one item with blanks in it, "a b"',
        ),
    ],
)  # fmt: skip
def test_what_no_pod_can_be_is_refused(
    lines: str, code: str, path: str, given: str, refuse: Callable[..., Sequence[Problem]]
) -> None:
    (found,) = refuse(base=BASE.replace("web:\n", f"web:\n  {lines}\n", 1))
    assert (found.code, found.path, found.given) == (code, path, given)
