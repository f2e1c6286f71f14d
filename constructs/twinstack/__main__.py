"""`python -m twinstack`."""

from __future__ import annotations

from twinstack.cli import main

if __name__ == "__main__":
    main()
