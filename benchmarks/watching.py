"""How long a changed value takes until it is in the files, with `twinstack synth --watch`."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.former import unmonitored_in

PATIENCE: Final = 60
LAYER: Final = "environments/prod.yaml"
FILE: Final = "cdktf.out/stacks/analytics-prod/cdk.tf.json"


class Watched:
    """A copy of the product with `synth prod --watch` at work on it."""

    def __init__(self, folder: Path, process: subprocess.Popen[str]) -> None:
        self._folder, self._process = folder, process
        self._layer = (folder / LAYER).read_text("utf-8")

    def change(self, days: int) -> float:
        """Writes another value, and the seconds from then until it is in Terraform's JSON and in no stage."""
        file = self._folder / FILE
        wanted = f'"days": {days}'
        start = time.perf_counter()
        (self._folder / LAYER).write_text(f"{self._layer}\nexports: {{expire_days: {days}}}\n", "utf-8")
        while time.perf_counter() - start < PATIENCE:
            if wanted in file.read_text("utf-8"):
                return time.perf_counter() - start
            if self._process.poll() is not None:
                raise RuntimeError("the watch has ended")
            time.sleep(0.002)
        raise RuntimeError(f"{days} days are not in {file} after {PATIENCE} s")


@contextmanager
def watched(python: str) -> Generator[Watched]:
    """Begins it, and waits for its first output."""
    with tempfile.TemporaryDirectory(prefix="twinstack-bench-") as temporary:
        folder = unmonitored_in(Path(temporary))
        process = subprocess.Popen(
            [python, "-m", "twinstack", "synth", "prod", "--watch"],
            cwd=folder,
            env={**os.environ, "TWINSTACK_TRUSTED_FOLDERS": "*"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            start = time.perf_counter()
            while not (folder / FILE).is_file():
                if process.poll() is not None or time.perf_counter() - start > PATIENCE:
                    raise RuntimeError("the watch has made nothing")
                time.sleep(0.05)
            time.sleep(1)
            yield Watched(folder, process)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(10)
