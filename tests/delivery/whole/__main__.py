"""The whole of delivery by one command, shown as it is typed: `python -m tests.delivery.whole`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

if __name__ == "__main__":
    sys.exit(pytest.main([str(Path(__file__).parent), "-m", "slow", "-s", "-q", "-p", "no:xdist", *sys.argv[1:]]))
