"""Providers of hundreds of megabytes are downloaded once for each machine, not once for each release.

Terraform's own cache, which is not made for two `init` at a time: they take turns. Source, read on 28 November 2026:
Terraform, "CLI configuration", "Provider plugin cache".
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Final

from twinstack.alone import alone_in

Alone = Callable[[], AbstractContextManager[None]]


@contextmanager
def plugin_cache(environment: Mapping[str, str]) -> Generator[tuple[Mapping[str, str], Alone]]:
    """Terraform's variables with a cache, and what `init` has to run in. A cache of the user's own is left to the user."""
    if VARIABLE in environment:
        yield environment, nullcontext
        return
    home = environment.get("XDG_CACHE_HOME") or (Path(environment.get("HOME") or Path.home()) / ".cache")
    folder = Path(home) / "twinstack" / "providers"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # no home to write in: then each run downloads
        yield environment, nullcontext
        return
    yield {**environment, VARIABLE: str(folder)}, lambda: alone_in(folder)


VARIABLE: Final = "TF_PLUGIN_CACHE_DIR"
