"""A cluster that can be hurt: a real control plane, nodes that can be lost, and kubelets that are played here."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

import httpx2 as httpx
import yaml

from success_metrics.api import Api, JsonObject, RefusedError, at
from success_metrics.images import Registry
from success_metrics.kubelets import Kubelets, Pace
from success_metrics.pod_status import now
from success_metrics.vault import Vault
from twinstack.rehearsal.control_plane import ControlPlane


@dataclass(frozen=True)
class Cluster:
    """A cluster that runs. Made by `Cluster.start`."""

    plane: ControlPlane
    api: Api
    registry: Registry
    vault: Vault
    kubelets: Kubelets
    starter: ThreadPoolExecutor
    """The one thread that starts programs anew: the kernel ends them with the thread that started them."""

    @classmethod
    @contextmanager
    def start(
        cls, pace: Pace, *, metrics: bool = False, nodes: int = 3, autoscaler_sync_seconds: int = 15
    ) -> Generator[Cluster]:
        """Starts it with nodes in three zones, and the definitions that the product's manifests need."""
        with ExitStack() as stack:
            plane = stack.enter_context(
                ControlPlane.start(
                    nodes=nodes, metrics=metrics, kubelets=False, autoscaler_sync_seconds=autoscaler_sync_seconds
                )
            )
            api = stack.enter_context(Api(plane.kubeconfig))
            registry, vault = Registry(), Vault(api)
            kubelets = Kubelets(api, registry, vault, pace)
            stack.callback(kubelets.stop)
            starter = stack.enter_context(ThreadPoolExecutor(1))
            cluster = cls(plane, api, registry, vault, kubelets, starter)
            cluster._let_nodes_be_lost()
            cluster._define()
            yield cluster

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which a command reaches this cluster, and nothing else of the user's clusters."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("KUBE", "HELM", "TWINSTACK"))}
        return {**kept, "KUBECONFIG": str(self.plane.kubeconfig)}

    def kubectl(self, *arguments: str, given: str | None = None, check: bool = True) -> str:
        """What kubectl says. Raises CalledProcessError where it fails, unless `check` is off."""
        return subprocess.run(
            ["kubectl", *arguments], input=given, env=self.environment, capture_output=True, text=True, check=check
        ).stdout

    def process(self, name: str) -> int:
        """The process id of `etcd`, `kube-apiserver`, …: one that this cluster started."""
        return self.plane.processes.identifiers()[name]

    def restart(self, name: str, change: Callable[[list[str]], list[str]] = list) -> None:
        """Kills a program and starts it again, with its arguments as `change` makes them."""
        number = self.process(name)
        program, *arguments = Path(f"/proc/{number}/cmdline").read_text(encoding="utf-8").rstrip("\0").split("\0")
        os.kill(number, signal.SIGKILL)
        os.waitid(os.P_PID, number, os.WEXITED | os.WNOWAIT)
        self.starter.submit(self.plane.processes.start, Path(program), change(arguments)).result()

    def lose(self, node: str, *, at_once: bool = False) -> None:
        """Its kubelet says nothing more, and its pods answer nobody. The control plane finds out by itself, after 50 s;
        with `at_once` what it writes then is written now: the node is not ready, and none of its pods is.
        """
        self.kubelets.lost_nodes.add(node)
        self.api.merge(at("v1", "nodes", "", node), {"metadata": {"labels": {_ALIVE: None}}})
        if not at_once:
            return
        self._unready(at("v1", "nodes", "", node), "NodeStatusUnknown")
        for pod in self.api.items(at("v1", "pods"), fieldSelector=f"spec.nodeName={node}"):
            metadata = pod["metadata"]
            self._unready(at("v1", "pods", metadata["namespace"], metadata["name"]), "NodeNotReady")

    def _unready(self, path: str, reason: str) -> None:
        conditions = ((self.api.get(path) or {}).get("status") or {}).get("conditions") or []
        unready = {"status": "False", "reason": reason, "lastTransitionTime": now()}
        changed = [{**one, **unready} if one["type"] == "Ready" else one for one in conditions]
        with suppress(RefusedError):  # a pod that is gone by now
            self.api.merge(f"{path}/status", {"status": {"conditions": changed}})

    def give_back(self, node: str) -> None:
        """The node is there again, with the pods that are still its own, and waits until it takes new ones."""
        self.api.merge(at("v1", "nodes", "", node), {"metadata": {"labels": {_ALIVE: "yes"}}})
        self.kubelets.recover(node)
        wait(lambda: self.is_ready(node), f"{node} is ready again")

    def is_ready(self, node: str) -> bool:
        """Whether the control plane holds it for ready, and lets pods go there."""
        found = self.api.get(at("v1", "nodes", "", node)) or {}
        ready = any(one["type"] == "Ready" and one["status"] == "True" for one in self._conditions(node))
        return ready and not found["spec"].get("taints")

    def nodes(self) -> list[str]:
        """The names of the nodes."""
        return sorted(node["metadata"]["name"] for node in self.api.items(at("v1", "nodes")))

    def pods(self, namespace: str, labels: str = "") -> list[JsonObject]:
        """The pods of a namespace that are not about to end."""
        found = self.api.items(at("v1", "pods", namespace), **({"labelSelector": labels} if labels else {}))
        return [pod for pod in found if not pod["metadata"].get("deletionTimestamp")]

    def _conditions(self, node: str) -> list[dict[str, Any]]:
        found = self.api.get(at("v1", "nodes", "", node)) or {}
        return list(found["status"].get("conditions") or [])

    def _let_nodes_be_lost(self) -> None:
        """Kwok keeps all nodes alive; from now on those with a label, so that one can be taken from it."""
        for node in self.nodes():
            self.api.merge(at("v1", "nodes", "", node), {"metadata": {"labels": {_ALIVE: "yes"}}})

        def by_label(arguments: list[str]) -> list[str]:
            return [f"--manage-nodes-with-label-selector={_ALIVE}" if one == _ALL else one for one in arguments]

        self.restart("kwok", by_label)

    def _define(self) -> None:
        folder = resources.files("twinstack.rehearsal").joinpath("crds")
        for file in _DEFINITIONS:
            data = yaml.safe_load(folder.joinpath(f"{file}.yaml").read_text(encoding="utf-8"))
            group, name = "apiextensions.k8s.io/v1", data["metadata"]["name"]
            self.api.apply(at(group, "customresourcedefinitions", "", name), data)
            spec = data["spec"]
            path = f"/apis/{spec['group']}/{spec['versions'][0]['name']}/{spec['names']['plural']}"
            wait(lambda path=path: self.api.get(path) is not None, f"{name} is served")


def wait(condition: Callable[[], bool], what: str, seconds: float = 300) -> float:
    """Asks until it holds, and says after how many seconds it did. Raises TimeoutError."""
    began = time.monotonic()
    while True:
        try:
            if condition():
                return time.monotonic() - began
        except (httpx.HTTPError, RefusedError):
            pass
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"waited {seconds:g} s in vain until {what}")
        time.sleep(_LOOK_SECONDS)


_ALIVE: Final = "success-metrics/alive"
_ALL: Final = "--manage-all-nodes"
_DEFINITIONS: Final = (
    "secrets-store.csi.x-k8s.io_secretproviderclasses",
    "eks.amazonaws.com_ingressclassparams",
)
_LOOK_SECONDS: Final = 0.1
