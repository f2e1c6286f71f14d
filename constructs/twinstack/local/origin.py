"""What every generated file begins with."""

from __future__ import annotations

from typing import Final

ORIGIN: Final = "# Made by `twinstack local` from environments/: change it there.\n"
