"""The way to an environment's cluster: a kubeconfig's context, once it is known to lead to that cluster and no other."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from twinstack.delivery.cluster_identity import (
    KubeconfigCluster,
    is_same_server,
    require_cluster,
    told,
    update_arguments,
)
from twinstack.errors import ClusterError, TwinstackError, UsageError

if TYPE_CHECKING:
    from twinstack.api_server import ApiServer
    from twinstack.delivery.progress import Progress
    from twinstack.delivery.release import ClusterIdentity, Release


@dataclass(frozen=True)
class Context:
    """Which context of which kubeconfig; the current one of KUBECONFIG or of the home folder unless given."""

    kubeconfig: Path | None = None
    name: str = ""


@contextmanager
def connect(cluster: ClusterIdentity | None, context: Context) -> Generator[ApiServer]:
    """The API server of this cluster. Raises ConfigurationError (TW978) where the context leads to another one, or nothing
    tells; UsageError for a kubeconfig that cannot be used, and for a product without a cluster.
    """
    from twinstack.api_server import ApiServer

    if cluster is None:
        raise UsageError("this product has no cluster, so no workloads are delivered: say `--half infrastructure`")
    require_cluster(cluster, KubeconfigCluster.read(context.kubeconfig, context.name or None))
    with ApiServer.from_kubeconfig(context.kubeconfig, context.name) as api:
        try:
            yield api
        except ClusterError as error:
            if error.status != HTTPStatus.FORBIDDEN:
                raise
            rights = "`twinstack doctor` names every right that delivering takes, and who gives it"
            raise ClusterError(f"{error}. {rights}.", status=error.status) from error


@contextmanager
def connect_to_standing(release: Release, context: Context) -> Generator[ApiServer]:
    """As `connect` does, to look at what stands, to go back, or to take it down: no plan of Terraform is at hand, so where
    the kubeconfig tells nothing either, the cluster's own memory does. A release of this environment that is remembered
    there says by which endpoint Terraform knew the cluster, and that has to be where the kubeconfig leads.
    """
    wanted = release.cluster
    if wanted is not None:
        wanted = known(wanted, context, lambda cluster: _remembered_endpoint(release, cluster, context))
    with connect(wanted, context) as api:
        yield api


def known(cluster: ClusterIdentity, context: Context, ask: Callable[[ClusterIdentity], str]) -> ClusterIdentity:
    """The cluster with the endpoint that `ask` knows of it, who is asked only where the kubeconfig's own words tell nothing.

    Raises ConfigurationError (TW978) where they tell of another cluster, UsageError for a kubeconfig that cannot be used.
    """
    if cluster.endpoint or told(cluster, KubeconfigCluster.read(context.kubeconfig, context.name or None)):
        return cluster
    return replace(cluster, endpoint=ask(cluster))


def _remembered_endpoint(release: Release, wanted: ClusterIdentity, context: Context) -> str:
    from twinstack.api_server import ApiServer
    from twinstack.delivery.records import Records

    with ApiServer.from_kubeconfig(context.kubeconfig, context.name) as api:
        for record in reversed(Records.read(api, release.namespace, release.stack).all):
            found = record.release.get("cluster") or {}
            same = all(found.get(key) == getattr(wanted, key) for key in ("name", "region", "account"))
            if same and found.get("endpoint") and is_same_server(str(found["endpoint"]), api.url):
                return str(found["endpoint"])
    return ""


@contextmanager
def connect_to_new(cluster: ClusterIdentity, context: Context, progress: Progress) -> Generator[ApiServer]:
    """The API server of a cluster that was made a moment ago, which a kubeconfig can hardly know: where none leads to it, and
    none was named, AWS's command line writes one for this deployment alone.

    Raises as `connect` does, once it has said how to go on: what came before has been done.
    """
    import tempfile

    with tempfile.TemporaryDirectory(prefix="twinstack-") as place:
        try:
            require_cluster(cluster, KubeconfigCluster.read(context.kubeconfig, context.name or None))
        except TwinstackError:
            if context == Context() and _written(cluster, Path(place) / "kubeconfig"):
                context = Context(Path(place) / "kubeconfig")
                progress.note(f"no kubeconfig leads to {cluster.name}, which is new: AWS wrote one for this deployment")
            else:
                progress.note(
                    f"the infrastructure is applied, and {cluster.name} is made; its workloads are not: the same command "
                    "brings them in, once a kubeconfig leads there"
                )
        with connect(cluster, context) as api:
            yield api


def _written(cluster: ClusterIdentity, file: Path) -> bool:
    """Whether AWS's command line is there, and has written a kubeconfig for this cluster."""
    import shutil
    import subprocess

    program = shutil.which("aws")
    if program is None:
        return False
    done = subprocess.run(
        [program, *update_arguments(cluster), "--kubeconfig", str(file)],
        stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=300,
    )  # fmt: skip
    return done.returncode == 0 and file.is_file()
