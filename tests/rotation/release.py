"""Releases of analytics as files: the real output of the library, made once for each set of values."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stacks import product
from twinstack.synthesis import synthesized


@dataclass(frozen=True)
class Release:
    """The files of one release."""

    stack: Path
    manifests: Path


@dataclass
class Releases:
    """Makes releases, each once, and one at a time: the engine has one process."""

    folder: Path
    pace: float
    """How many times faster than the product's own waits the simulated nodes are."""
    _made: dict[str, Release] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, values: Mapping[str, Any]) -> Release:
        """Prod with these values, as `twinstack synth prod` writes it, but that nobody watches it, and for what time and the edge make of it:
        the wait of a Deployment for each new pod is as much shorter as the nodes are faster, and the edge, whose
        objects belong to the whole cluster, is left out.
        """
        with self._lock:
            return self._of(json.dumps(values, sort_keys=True), values)

    def _of(self, name: str, values: Mapping[str, Any]) -> Release:
        if name not in self._made:
            folder = self.folder / f"release-{len(self._made)}"
            (loaded,) = product.load_all(["prod"], set={"monitoring.kind": "none", **values})
            with synthesized(product, [loaded]) as output:
                shutil.copytree(output.stack(loaded.environment), folder / "stack")
                shutil.copytree(output.manifests(loaded.environment), folder / "manifests")
            for file in (folder / "manifests").glob("*.yaml"):
                if file.name.partition("-")[2].startswith("edge."):
                    file.unlink()
                    continue
                text = file.read_text(encoding="utf-8")
                file.write_text(re.sub(r"minReadySeconds: (\d+)", self._shorter, text), encoding="utf-8")
            self._made[name] = Release(folder / "stack", folder / "manifests")
        return self._made[name]

    def _shorter(self, found: re.Match[str]) -> str:
        return f"minReadySeconds: {round(int(found[1]) / self.pace)}"
