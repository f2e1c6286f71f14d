"""`python -m tests.released`: the changes since the last release; with `--release`, the snapshot of a new one."""

from __future__ import annotations

import sys
from pathlib import Path

from twinstack.bindings import activate

if __name__ == "__main__":
    activate(Path.cwd())
    from tests.released.changes import CHANGES, changes, write

    if "--release" in sys.argv[1:]:
        write()
    else:
        CHANGES.write_text(changes(), encoding="utf-8")
