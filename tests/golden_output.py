"""The reviewed output of each environment, under tests/golden/: `make golden` writes it anew, test_golden.py compares."""

from __future__ import annotations

import datetime
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from twinstack.bindings import activate
from twinstack.environment.spec import Half

FOLDER = Path(__file__).parent / "golden"
DAY = datetime.date(2026, 11, 24)
"""The day that ends of support are compared with, so that tests do not age."""
VARIANTS = {"dev": {}, "staging": {}, "prod": {}, "prod-nginx": {"edge.kind": "nginx"}}
"""The three environments, and production behind ingress-nginx, which carries the requirement's Ingress."""


def synthesize(output: Path) -> None:
    """Writes every variant under `output`, each in a folder of its own."""
    from stacks import product
    from twinstack.synthesis import write

    for variant, changes in VARIANTS.items():
        loaded = product.load_with_provenance(variant.split("-")[0], set=changes, today=DAY)
        with tempfile.TemporaryDirectory() as folder:
            base = Path(folder)
            write(
                product,
                [loaded],
                {Half.INFRASTRUCTURE: base / "terraform", Half.WORKLOADS: base / "manifests"},
                tuple(Half),
            )
            target = output / variant
            target.mkdir(parents=True)
            for file in sorted((*base.glob("terraform/stacks/*/cdk.tf.json"), *base.glob("manifests/*/*.yaml"))):
                shutil.copy(file, target / file.name)


def contents(folder: Path) -> dict[str, str]:
    """Every file under a folder by its path in it."""
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in _files(folder)}


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def main() -> None:
    """Writes tests/golden/ anew and says what changed; the change is then reviewed with git."""
    activate(Path.cwd())
    before = contents(FOLDER) if FOLDER.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "golden"
        synthesize(fresh)
        shutil.rmtree(FOLDER, ignore_errors=True)
        shutil.copytree(fresh, FOLDER)
    after = contents(FOLDER)
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    sys.stdout.write("\n".join(["changed:", *changed] if changed else ["nothing changed"]) + "\n")


if __name__ == "__main__":
    main()
