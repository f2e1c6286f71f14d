"""Everything that a release needs around itself, looked at before it: what fails is told with what to do.

It works with what there is: a check that cannot be made says so, and stops no other. Nothing is changed anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final

from twinstack.delivery.examination import Check, Examined, Finding, attempt
from twinstack.delivery.examination.aws import account
from twinstack.delivery.examination.cluster import cluster
from twinstack.delivery.examination.outside import images, names
from twinstack.delivery.examination.tools import tools


def doctor(
    examined: Examined, *, kubeconfig: Path | None = None, context: str = "", program: str | None = None
) -> tuple[Check, ...]:
    """Looks at tools, account, state, secrets, cluster, rights, images and names, all at once; the answers in this order.

    `kubeconfig` and `context` choose the cluster as kubectl would; `program` is Terraform's name or path. Raises nothing:
    what a look raises is what it found.
    """
    looks: Sequence[tuple[str, Callable[[], Iterable[Check]]]] = (
        ("tools", partial(tools, examined, program)),
        ("account", partial(account, examined)),
        ("cluster", partial(cluster, examined, kubeconfig, context)),
        ("images", partial(images, examined)),
        ("names", partial(names, examined)),
    )
    with ThreadPoolExecutor(len(looks)) as pool:
        found = pool.map(lambda one: attempt(*one), looks)
        return tuple(check for group in found for check in group)


def is_well(checks: Iterable[Check]) -> bool:
    """Whether a release would not fail for anything that was looked at."""
    return all(check.finding is not Finding.FAILED for check in checks)


__all__: Final = ["Check", "Examined", "Finding", "doctor", "is_well"]
