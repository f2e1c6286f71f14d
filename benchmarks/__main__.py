"""`make bench`: the bars of speed, as ratios within one run, and docs/performance.md.

`python -m benchmarks [synthesis] [cold] [difference] [changes] [deployment]`: these parts alone.
"""

from __future__ import annotations

import sys

PARTS = ("synthesis", "cold", "difference", "changes", "deployment")

ONLY_NAMED = ("cold",)
"""What loads everything from the registries again."""


def main(wanted: list[str]) -> int:
    """Measures all parts or those that are named; 1 where a bar is missed, 2 for a part that there is not."""
    if unknown := sorted(set(wanted) - set(PARTS)):
        sys.stderr.write(f"there is no part {', '.join(unknown)}: {', '.join(PARTS)}\n")
        return 2
    status = 0
    for part in PARTS:
        if part not in wanted and (wanted or part in ONLY_NAMED):
            continue
        if part == "synthesis":
            from benchmarks.synthesis import measure
        elif part == "cold":
            from benchmarks.cold import measure
        elif part == "difference":
            from benchmarks.difference import measure
        elif part == "changes":
            from benchmarks.changes import measure
        else:
            from benchmarks.deployment.comparison import measure
        status = max(status, measure())
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
