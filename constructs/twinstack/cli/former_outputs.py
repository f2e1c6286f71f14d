"""The former outputs of an environment, made beside whatever else a command does: the other side takes as long."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinstack.changes.former import Outputs, former
from twinstack.changes.revision import Repository
from twinstack.environment.spec import Half
from twinstack.product import BASE, FOLDER

if TYPE_CHECKING:
    from twinstack.delivery.records import Records
    from twinstack.environment.base import Environment
    from twinstack.product import Product


@dataclass(frozen=True)
class Coming:
    """A product that is being read: where it lies is known before, and a revision needs no more."""

    folder: Path
    """That of its pyproject.toml."""
    product: Future[Product[Any]] = field(default_factory=Future)

    @property
    def root(self) -> Path:
        """The folder that holds `environments/`."""
        is_here = (self.folder / FOLDER / f"{BASE}.yaml").is_file()
        return self.folder if is_here else self.product.result().root

    def load(self, name: str, /) -> Environment:
        """An environment of it, once it is read."""
        loaded: Environment = self.product.result().load(name)
        return loaded


@contextmanager
def made_beside(
    coming: Coming,
    environment: str,
    against: str | None,
    *,
    halves: Sequence[Half] = tuple(Half),
    version: str | None = None,
    records: Callable[[], Records] | None = None,
) -> Generator[Future[Outputs]]:
    """The outputs that are being made, while the context lasts. Their result raises as `twinstack.changes.former` does.

    `against` is what that takes; None is where today's changes began (`Repository.beginning`).
    """
    with ExitStack() as lasting, ThreadPoolExecutor(1) as beside:

        def make() -> Outputs:
            name, label = (against, "") if against is not None else Repository.of(coming.root).beginning()
            made = lasting.enter_context(
                former(coming, environment, name, halves=halves, version=version, records=records)
            )
            return replace(made, label=label or made.label)

        try:
            yield beside.submit(make)
        finally:
            coming.product.cancel()  # where it could not be read: nobody waits for it any more
