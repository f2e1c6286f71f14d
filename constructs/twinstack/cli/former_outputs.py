"""The former outputs of an environment, made beside whatever else a command does: the other side takes as long."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinstack.changes.again import FormerLayers, former_layers_alone
from twinstack.changes.former import NOTHING, Outputs, former, label_of, repository_of
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
) -> Generator[Future[Outputs | FormerLayers]]:
    """The outputs that are being made, while the context lasts. Their result raises as `twinstack.changes.former` does.

    `against` is what that takes; None is where today's changes began (`Repository.beginning`). Where nothing but the layers
    was another, the result is those: the caller has the program that makes their outputs.
    """
    with ExitStack() as lasting, ThreadPoolExecutor(1) as beside:

        def make() -> Outputs | FormerLayers:
            name, label = (against, "") if against is not None else Repository.of(coming.root).beginning()
            if layers := lasting.enter_context(_layers_alone(coming, environment, name, label)):
                return layers
            made = lasting.enter_context(
                former(coming, environment, name, halves=halves, version=version, records=records)
            )
            return replace(made, label=label or made.label)

        try:
            yield beside.submit(make)
        finally:
            coming.product.cancel()  # where it could not be read: nobody waits for it any more


@contextmanager
def _layers_alone(coming: Coming, environment: str, name: str, label: str) -> Generator[FormerLayers | None]:
    """Those of a commit whose program is today's; None for anything else."""
    repository = repository_of(coming) if name != NOTHING and not Path(name).expanduser().is_dir() else None
    commit = repository.find(name) if repository is not None else ""
    if repository is None or not commit:
        yield None
        return
    with former_layers_alone(repository, commit, label or label_of(name, commit), environment) as found:
        yield found
