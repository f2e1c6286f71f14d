"""A throwaway Kubernetes control plane on this machine: real programs, simulated nodes, gone when it is left."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

import yaml

from twinstack.rehearsal.control_plane import certificates
from twinstack.rehearsal.control_plane.assets import Assets
from twinstack.rehearsal.control_plane.certificates import KeyPair
from twinstack.rehearsal.control_plane.client import ApiServer
from twinstack.rehearsal.control_plane.nodes import METRICS_SERVICE, add_nodes, metrics_service, nodes_are_ready
from twinstack.rehearsal.control_plane.processes import LOOPBACK, Ports, Processes


@dataclass(frozen=True, slots=True)
class ControlPlane:
    """A control plane that runs. Made by `ControlPlane.start`."""

    api: ApiServer
    kubeconfig: Path
    """For kubectl; valid while the control plane runs."""
    runs_pods: bool
    """Whether there are controllers, a scheduler and simulated nodes, or only an API server."""
    processes: Processes
    started_in_seconds: float

    @classmethod
    @contextmanager
    def start(
        cls,
        assets: Path | None = None,
        *,
        nodes: int = 3,
        zones: int = 3,
        metrics: bool = False,
        pod_start_seconds: float = 1.0,
        autoscaler_sync_seconds: int = 15,
    ) -> Generator[ControlPlane]:
        """Starts etcd and the API server and, where the folder has them, controllers, a scheduler and simulated nodes.

        `assets` is the folder of binaries, that of KUBEBUILDER_ASSETS unless given. `metrics` adds metrics-server, so
        that autoscalers scale by the usage that the annotation `rehearsal.twinstack/usage-cpu` of a pod claims.
        `pod_start_seconds` is how long a pod takes to become Ready, unless its annotation
        `rehearsal.twinstack/ready-after-seconds` says otherwise; Kubernetes counts in whole seconds, so it may be up
        to one less. Everything listens on 127.0.0.1 only and is ended on leaving, however that comes about.

        Raises MissingToolError where a binary is missing, RehearsalError where a process ends or is never ready.
        """
        began = time.monotonic()
        found = Assets.find(assets)
        if metrics:
            found.require("kube-controller-manager", "kube-scheduler", "kwok", "metrics-server")
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="twinstack-control-plane-")))
            ports = Ports()
            stack.callback(ports.release_all)
            processes = Processes(folder)
            stack.callback(processes.end)
            launch = _Launch(folder, found, ports, processes)
            api = stack.enter_context(launch.api_server())
            if found.runs_pods:
                launch.controllers(autoscaler_sync_seconds)
                launch.simulated_nodes(pod_start_seconds, metrics=metrics)
                add_nodes(api, nodes, zones)
                processes.wait_until(
                    f"the {nodes} simulated nodes are Ready",
                    lambda: nodes_are_ready(api, nodes),
                    timeout_seconds=_READY_TIMEOUT_SECONDS,
                )
            if metrics:
                launch.metrics_server(api)
            yield cls(api, launch.kubeconfig, found.runs_pods, processes, time.monotonic() - began)


class _Launch:
    """The order of starting, and the arguments of each program."""

    def __init__(self, folder: Path, assets: Assets, ports: Ports, processes: Processes) -> None:
        self.folder, self.assets, self.ports, self.processes = folder, assets, ports, processes
        self.authority = certificates.authority(folder, "authority")
        self.server = certificates.server(folder, "server", self.authority)
        self.administrator = certificates.client(folder, "administrator", self.authority, group="system:masters")
        self.kubeconfig = folder / "kubeconfig"

    def api_server(self) -> ApiServer:
        """Starts etcd and the API server, both at once: the second waits for the first by itself."""
        client_port, peer_port, port = self.ports.take(), self.ports.take(), self.ports.take()
        etcd, url = f"http://{LOOPBACK}:{client_port}", f"https://{LOOPBACK}:{port}"
        service_account = certificates.service_account_key(self.folder)
        # An authority of its own: who holds its certificate may claim to be anybody.
        front_authority = certificates.authority(self.folder, "front-proxy-authority")
        front = certificates.client(self.folder, "front-proxy", front_authority)
        self._write_kubeconfig(url)
        self.ports.release(client_port, peer_port)
        self.processes.start(
            self.assets.program("etcd"),
            [
                f"--data-dir={self.folder / 'etcd'}",
                f"--listen-client-urls={etcd}",
                f"--advertise-client-urls={etcd}",
                f"--listen-peer-urls=http://{LOOPBACK}:{peer_port}",
                # Nothing of it outlives the rehearsal, so nothing needs to be on the disk.
                "--unsafe-no-fsync",
            ],
        )
        self.ports.release(port)
        self.processes.start(
            self.assets.program("kube-apiserver"),
            [
                f"--etcd-servers={etcd}",
                f"--bind-address={LOOPBACK}",
                f"--advertise-address={LOOPBACK}",
                f"--secure-port={port}",
                # One that listens on the loopback cannot publish its own address, and would complain for ever.
                "--endpoint-reconciler-type=none",
                "--authorization-mode=RBAC",
                "--allow-privileged=true",
                "--service-cluster-ip-range=10.0.0.0/16",
                *_certificate_arguments(self.server),
                f"--client-ca-file={self.authority.certificate_file}",
                "--service-account-issuer=https://kubernetes.default.svc",
                f"--service-account-key-file={service_account.public_file}",
                f"--service-account-signing-key-file={service_account.private_file}",
                f"--requestheader-client-ca-file={front_authority.certificate_file}",
                "--requestheader-allowed-names=front-proxy",
                "--requestheader-username-headers=X-Remote-User",
                "--requestheader-group-headers=X-Remote-Group",
                "--requestheader-extra-headers-prefix=X-Remote-Extra-",
                f"--proxy-client-cert-file={front.certificate_file}",
                f"--proxy-client-key-file={front.key_file}",
            ],
        )
        api = ApiServer(
            url,
            authority=self.authority.certificate_file,
            certificate=self.administrator.certificate_file,
            key=self.administrator.key_file,
        )
        self.processes.wait_until("the API server is ready", api.is_ready, timeout_seconds=_READY_TIMEOUT_SECONDS)
        return api

    def controllers(self, autoscaler_sync_seconds: int) -> None:
        """The controller manager and the scheduler. Neither serves anything, so neither needs a port."""
        alone = [f"--kubeconfig={self.kubeconfig}", "--leader-elect=false", "--secure-port=0"]
        self.processes.start(
            self.assets.program("kube-controller-manager"),
            [
                *alone,
                "--use-service-account-credentials=true",
                f"--service-account-private-key-file={self.folder / 'service-account.key'}",
                f"--root-ca-file={self.authority.certificate_file}",
                # At the default of 20 requests a second it needs 5 s to become itself.
                "--kube-api-qps=1000",
                "--kube-api-burst=1000",
                f"--horizontal-pod-autoscaler-sync-period={autoscaler_sync_seconds}s",
            ],
        )
        self.processes.start(
            self.assets.program("kube-scheduler"), [*alone, "--kube-api-qps=1000", "--kube-api-burst=1000"]
        )

    def simulated_nodes(self, pod_start_seconds: float, *, metrics: bool) -> None:
        """kwok, which plays the kubelets."""
        stages = self.folder / "simulation.yaml"
        stages.write_text(_data("simulation.yaml").replace("DEFAULT_READY_AFTER", f"{pod_start_seconds:g}"), "utf-8")
        configuration = [f"--config={stages}"]
        if metrics:
            usage = self.folder / "metrics.yaml"
            usage.write_text(_data("metrics.yaml"), "utf-8")
            configuration.append(f"--config={usage}")
        port = self.ports.take()
        self.ports.release(port)
        self.processes.start(
            self.assets.program("kwok"),
            [
                f"--kubeconfig={self.kubeconfig}",
                *configuration,
                "--manage-all-nodes",
                # Without leases every node is lost 50 s after the start, and its pods stay unready for good.
                "--node-lease-duration-seconds=40",
                f"--node-ip={LOOPBACK}",
                f"--node-port={port}",
                f"--server-address={LOOPBACK}:{port}",
                *_certificate_arguments(self.server),
            ],
        )

    def metrics_server(self, api: ApiServer) -> None:
        """metrics-server and its place in the API. It has figures once it has asked twice, 10 to 20 s later."""
        port = self.ports.take()
        for document in metrics_service(port):
            api.apply(document)
        self.ports.release(port)
        self.processes.start(
            self.assets.program("metrics-server"),
            [
                f"--kubeconfig={self.kubeconfig}",
                f"--authentication-kubeconfig={self.kubeconfig}",
                f"--authorization-kubeconfig={self.kubeconfig}",
                f"--bind-address={LOOPBACK}",
                f"--secure-port={port}",
                *_certificate_arguments(self.server),
                "--metric-resolution=10s",
                "--kubelet-insecure-tls",
                "--kubelet-request-timeout=5s",
                "--kubelet-use-node-status-port",
                "--kubelet-preferred-address-types=InternalIP",
            ],
        )
        self.processes.wait_until(
            "metrics are served",
            lambda: api.serves(METRICS_SERVICE, "nodes"),
            timeout_seconds=_METRICS_TIMEOUT_SECONDS,
        )

    def _write_kubeconfig(self, url: str) -> None:
        user = {
            "client-certificate": str(self.administrator.certificate_file),
            "client-key": str(self.administrator.key_file),
        }
        cluster = {"server": url, "certificate-authority": str(self.authority.certificate_file)}
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "rehearsal",
            "clusters": [{"name": "rehearsal", "cluster": cluster}],
            "users": [{"name": "administrator", "user": user}],
            "contexts": [{"name": "rehearsal", "context": {"cluster": "rehearsal", "user": "administrator"}}],
        }
        self.kubeconfig.write_text(yaml.safe_dump(content), "utf-8")


def _certificate_arguments(pair: KeyPair) -> list[str]:
    return [f"--tls-cert-file={pair.certificate_file}", f"--tls-private-key-file={pair.key_file}"]


def _data(name: str) -> str:
    return resources.files("twinstack.rehearsal.control_plane").joinpath(name).read_text(encoding="utf-8")


_READY_TIMEOUT_SECONDS: Final = 60.0
_METRICS_TIMEOUT_SECONDS: Final = 90.0
