"""The options that name the files of reports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Sarif: TypeAlias = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write SARIF 2.1.0 too, for GitHub's code scanning.", show_default=False),
]
Markdown: TypeAlias = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write Markdown too, for a comment of a pull request.", show_default=False),
]
JUnit: TypeAlias = Annotated[
    Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit's XML too.", show_default=False)
]
