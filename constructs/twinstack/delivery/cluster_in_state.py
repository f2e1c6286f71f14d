"""Terraform's state as the last one who is asked which cluster is an environment's: where nothing in the kubeconfig tells."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from twinstack.delivery.infrastructure import Infrastructure
from twinstack.delivery.terraform_words import CONFIGURATION
from twinstack.errors import InfrastructureError, MissingToolError

if TYPE_CHECKING:
    from twinstack.delivery.progress import Progress
    from twinstack.delivery.release import ClusterIdentity


def endpoint_in_state(
    folder: Path, wanted: ClusterIdentity, progress: Progress, infrastructure: Infrastructure | None = None
) -> str:
    """The endpoint of this cluster by the state of the stack in a folder. Nothing is changed, and nothing locked.

    Empty where there is no stack, where its state holds no cluster of this name, or more than one, and where Terraform
    cannot be asked: why is told, and whoever asked goes on as without it.
    """
    if not (folder / CONFIGURATION).is_file():
        return ""
    progress.note(
        f"nothing in the kubeconfig tells which cluster it leads to: Terraform's state is asked for {wanted.name}"
    )
    try:
        found = (infrastructure or Infrastructure()).cluster(folder, account=wanted.account, region=wanted.region)
    except (InfrastructureError, MissingToolError) as error:
        progress.note(f"Terraform's state could not be asked: {_first(error)}")
        return ""
    return found.endpoint if found is not None and found.name == wanted.name else ""


def _first(error: InfrastructureError | MissingToolError) -> str:
    problems = error.problems if isinstance(error, InfrastructureError) else ()
    return problems[0].message if problems else str(error)
