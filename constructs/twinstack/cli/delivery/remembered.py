"""The releases that an environment's cluster remembers, asked for only where a command comes to need them."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from twinstack.cli.delivery.standing import cluster_of
from twinstack.delivery.cluster import Context

if TYPE_CHECKING:
    from twinstack.delivery.records import Records


@contextmanager
def asked_for(environment: str, context: Context | None = None) -> Generator[Callable[[], Records]]:
    """A question to the cluster, which is connected to by the first one and until the context ends."""
    with ExitStack() as stack:

        def ask() -> Records:
            from twinstack.delivery.records import Records

            release, api = stack.enter_context(cluster_of(environment, context or Context(None, "")))
            return Records.read(api, release.namespace, release.stack)

        yield ask
