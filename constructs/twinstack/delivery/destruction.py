"""An environment taken down: the way in, the workloads, and then what they stood on."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinstack.delivery.cluster import connect_to_standing
from twinstack.delivery.manifest import identity_of
from twinstack.delivery.release import Release
from twinstack.delivery.release_folder import INFRASTRUCTURE, WORKLOADS
from twinstack.delivery.removal import Removal

if TYPE_CHECKING:
    from twinstack.api_server import ApiServer
    from twinstack.delivery.cluster import Context
    from twinstack.delivery.holder import Holder
    from twinstack.delivery.progress import Progress
    from twinstack.delivery.pruning import Kept
    from twinstack.layers.load import Loaded
    from twinstack.product import Product


@dataclass(frozen=True)
class Destruction:
    """One environment, on its way out. Whether that is wanted, the caller has asked."""

    product: Product[Any]
    loaded: Loaded[Any]
    context: Context
    progress: Progress
    holder: Holder
    asked: frozenset[str] = frozenset()
    """What holds data in the cluster and goes nevertheless, typed out."""
    halves: tuple[str, ...] = ()
    """Only these; both unless given."""

    def preview(self) -> Iterator[str]:
        """What would go, a line each."""
        if self._has(WORKLOADS):
            with connect_to_standing(self._release, self.context) as api:
                yield from (str(identity_of(one)) for one in self._removal(api).preview().deleted)
            yield f"Namespace {self._release.namespace}, where twinstack made it and nothing of anybody else is in it"
        if self._has(INFRASTRUCTURE):
            yield f"everything in the Terraform state of {self.loaded.environment.stack_id}"

    def run(self) -> tuple[Kept, ...]:
        """Takes it down; what stays in the cluster is returned with why.

        Raises ConfigurationError (TW976) while something protects it, and as Removal and Infrastructure do. The same
        command goes on where it was stopped.
        """
        kept: tuple[Kept, ...] = ()
        if self._has(WORKLOADS):
            with connect_to_standing(self._release, self.context) as api:
                kept = self._removal(api).run()
        if self._has(INFRASTRUCTURE):
            self._destroy_infrastructure()
        return kept

    def _destroy_infrastructure(self) -> None:
        from twinstack.delivery.account import require_account
        from twinstack.delivery.infrastructure import Infrastructure
        from twinstack.environment.spec import Half
        from twinstack.synthesis import write

        environment = self.loaded.environment
        require_account(environment.context.account, environment.context.region)
        with tempfile.TemporaryDirectory(prefix="twinstack-") as place:
            write(self.product, [self.loaded], {Half.INFRASTRUCTURE: Path(place)}, (Half.INFRASTRUCTURE,))
            Infrastructure().destroy(
                Path(place) / "stacks" / environment.stack_id, self.progress, protected=environment.context.protected
            )

    def _removal(self, api: ApiServer) -> Removal:
        release = self._release
        return Removal(api, release.namespace, release.stack, self.progress, self.holder, self.asked)

    @property
    def _release(self) -> Release:
        return Release.standing(self.loaded.environment)

    def _has(self, half: str) -> bool:
        return not self.halves or half in self.halves
