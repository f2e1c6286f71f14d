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

from twinstack.api_server import ApiServer
from twinstack.errors import ClusterError, RehearsalError, TwinstackError
from twinstack.rehearsal.control_plane import certificates
from twinstack.rehearsal.control_plane.assets import Assets
from twinstack.rehearsal.control_plane.certificates import KeyPair
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
    audit_log: Path | None = None
    """A line of JSON for each request that was answered, with who asked (`userAgent`); None where none is kept.

    Source: Kubernetes documentation, "Auditing".
    """

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
        kubelets: bool = True,
        audit: bool = False,
    ) -> Generator[ControlPlane]:
        """Starts etcd and the API server and, where the folder has them, controllers, a scheduler and simulated nodes.

        `assets` is the folder of binaries, that of KUBEBUILDER_ASSETS unless given. `metrics` adds metrics-server, so
        that autoscalers scale by the usage that the annotation `rehearsal.twinstack/usage-cpu` of a pod claims.
        `pod_start_seconds` is how long a pod takes to become Ready, unless its annotation
        `rehearsal.twinstack/ready-after-seconds` says otherwise; Kubernetes counts in whole seconds, so it may be up
        to one less. Without `kubelets` pods are placed on nodes and nothing happens to them there: the caller plays the
        kubelets. With `audit` the API server notes each request, but not what it held. Everything listens on 127.0.0.1
        only, answers holders of a certificate of this control plane alone (but kwok, which serves made-up usage and only
        with `metrics`), and is ended on leaving, however that comes about.

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
            log = folder / "audit.jsonl" if audit else None
            api = stack.enter_context(launch.api_server(log))
            if found.runs_pods:
                launch.controllers(autoscaler_sync_seconds)
                launch.simulated_nodes(pod_start_seconds, metrics=metrics, kubelets=kubelets)
                add_nodes(api, nodes, zones)
                processes.wait_until(
                    f"the {nodes} simulated nodes are Ready",
                    lambda: nodes_are_ready(api, nodes),
                    timeout_seconds=_READY_TIMEOUT_SECONDS,
                )
            if metrics:
                launch.metrics_server(api)
            yield cls(api, launch.kubeconfig, found.runs_pods, processes, time.monotonic() - began, log)


class _Launch:
    """The order of starting, and the arguments of each program."""

    def __init__(self, folder: Path, assets: Assets, ports: Ports, processes: Processes) -> None:
        self.folder, self.assets, self.ports, self.processes = folder, assets, ports, processes
        self.authority = certificates.authority(folder, "authority")
        self.server = certificates.server(folder, "server", self.authority)
        self.administrator = certificates.client(folder, "administrator", self.authority, group="system:masters")
        self.kubeconfig = folder / "kubeconfig"

    def api_server(self, audit_log: Path | None) -> ApiServer:
        """Starts etcd and the API server, both at once: the second waits for the first by itself."""
        client_port, peer_port, port = self.ports.take(), self.ports.take(), self.ports.take()
        etcd, url = f"https://{LOOPBACK}:{client_port}", f"https://{LOOPBACK}:{port}"
        # An authority of its own: who may read etcd may read and write everything, whoever he is to the API server.
        keeper = certificates.authority(self.folder, "etcd-authority")
        store = certificates.server(self.folder, "etcd", keeper)
        reader = certificates.client(self.folder, "etcd-reader", keeper)
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
                f"--listen-peer-urls=https://{LOOPBACK}:{peer_port}",
                *_etcd_arguments(store, keeper),
                # Nothing of it outlives the rehearsal, so nothing needs to be on the disk.
                "--unsafe-no-fsync",
            ],
        )
        self.ports.release(port)
        self.processes.start(
            self.assets.program("kube-apiserver"),
            [
                f"--etcd-servers={etcd}",
                f"--etcd-cafile={keeper.certificate_file}",
                f"--etcd-certfile={reader.certificate_file}",
                f"--etcd-keyfile={reader.key_file}",
                "--anonymous-auth=false",
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
                *self._audit_arguments(audit_log),
            ],
        )
        api = _RehearsedServer(
            url,
            authority=self.authority.certificate_file,
            certificate=self.administrator.certificate_file,
            key=self.administrator.key_file,
        )
        self.processes.wait_until("the API server is ready", api.is_ready, timeout_seconds=_READY_TIMEOUT_SECONDS)
        return api

    def _audit_arguments(self, log: Path | None) -> list[str]:
        if log is None:
            return []
        policy = self.folder / "audit-policy.yaml"
        policy.write_text(_AUDIT_POLICY, "utf-8")
        return [f"--audit-policy-file={policy}", f"--audit-log-path={log}"]

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
                # A claim that finds no volume at once is looked at again only then; the default is 15 s.
                "--pvclaimbinder-sync-period=1s",
                f"--horizontal-pod-autoscaler-sync-period={autoscaler_sync_seconds}s",
            ],
        )
        self.processes.start(
            self.assets.program("kube-scheduler"), [*alone, "--kube-api-qps=1000", "--kube-api-burst=1000"]
        )

    def simulated_nodes(self, pod_start_seconds: float, *, metrics: bool, kubelets: bool) -> None:
        """kwok, which keeps the nodes, and plays the kubelets unless the caller does."""
        stages = self.folder / "simulation.yaml"
        text = _data("simulation.yaml").replace("DEFAULT_READY_AFTER", f"{pod_start_seconds:g}")
        stages.write_text(text if kubelets else _NO_KUBELETS, "utf-8")
        configuration, serving = [f"--config={stages}"], ["--node-port=0"]
        if metrics:
            usage = self.folder / "metrics.yaml"
            usage.write_text(_data("metrics.yaml"), "utf-8")
            configuration.append(f"--config={usage}")
            port = self.ports.take()
            self.ports.release(port)
            # It asks nobody who he is, so it serves only where somebody has to ask it.
            serving = [
                f"--node-port={port}",
                f"--server-address={LOOPBACK}:{port}",
                *_certificate_arguments(self.server),
            ]
        self.processes.start(
            self.assets.program("kwok"),
            [
                f"--kubeconfig={self.kubeconfig}",
                *configuration,
                "--manage-all-nodes",
                # Without leases every node is lost 50 s after the start, and its pods stay unready for good.
                "--node-lease-duration-seconds=40",
                f"--node-ip={LOOPBACK}",
                *serving,
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


class _RehearsalClusterError(RehearsalError, ClusterError):
    """What a rehearsal could not do, and what delivery, where it is what is rehearsed, knows as the cluster's refusal."""


class _RehearsedServer(ApiServer):
    def _failure(self, message: str, status: int) -> TwinstackError:
        return _RehearsalClusterError(message, status=status)


def _certificate_arguments(pair: KeyPair) -> list[str]:
    return [f"--tls-cert-file={pair.certificate_file}", f"--tls-private-key-file={pair.key_file}"]


def _etcd_arguments(pair: KeyPair, authority: KeyPair) -> list[str]:
    """Certificates for both of its ports, each of which answers holders of a client's certificate alone.

    Its HTTP gateway would be a client of its own, with the server's certificate, and nobody here asks it.
    """
    return [
        "--enable-grpc-gateway=false",
        *(
            argument
            for prefix in ("", "peer-")
            for argument in (
                f"--{prefix}cert-file={pair.certificate_file}",
                f"--{prefix}key-file={pair.key_file}",
                f"--{prefix}trusted-ca-file={authority.certificate_file}",
                f"--{prefix}client-cert-auth=true",
            )
        ),
    ]


def _data(name: str) -> str:
    return resources.files("twinstack.rehearsal.control_plane").joinpath(name).read_text(encoding="utf-8")


# One stage for pods takes the place of all of kwok's own; this one is met by none.
_NO_KUBELETS: Final = """
apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: {name: pod-left-alone}
spec:
  resourceRef: {apiGroup: v1, kind: Pod}
  selector:
    matchExpressions:
      - {key: .metadata.name, operator: DoesNotExist}
  next: {statusTemplate: "{}"}
"""
# Who asked for what, and never what a request held: that may be a Secret.
_AUDIT_POLICY: Final = """
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
"""
_READY_TIMEOUT_SECONDS: Final = 300.0
_METRICS_TIMEOUT_SECONDS: Final = 300.0
