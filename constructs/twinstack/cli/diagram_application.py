"""`twinstack diagram` and `twinstack cost`: what an environment looks like, and what it costs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twinstack.diagram.subject import Form, Subject

pictures: typer.Typer = typer.Typer()

Environment = Annotated[str, typer.Argument(metavar="ENVIRONMENT", help="Its name, as `twinstack list` shows it.")]


@pictures.command()
def diagram(
    environment: Environment,
    of: Annotated[
        Subject,
        typer.Option(
            "--of",
            help="links: what runs and what it uses; network: tiers, zones and ways out; access: who may reach what.",
        ),
    ] = Subject.LINKS,
    form: Annotated[
        Form | None,
        typer.Option(
            "--format",
            help="As the file's name ends, or else svg for a file and mermaid for the terminal.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write it there instead of printing it.", show_default=False),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="REF|FOLDER|nothing",
            help="Mark what comes, goes and changes since then, as `twinstack diff` tells it.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Draw an environment from what is synthesized: SVG for light and dark, or Mermaid."""
    from twinstack.cli.diagram import draw_environment

    draw_environment(environment, of, form, out, against)


@pictures.command()
def cost(
    environment: Environment,
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="What if? One more layer on top: database.multi_az=false."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")] = False,
) -> None:
    """Estimate what an environment costs in a month, by AWS's list prices, from what is synthesized.

    Nothing is asked of AWS: the prices lie in the package, each with its date. What is charged by use is listed and not in
    the sum; a price that nobody has read is said to be unknown.
    """
    from twinstack.cli.cost import cost as run

    run(environment, assignments=assignments or (), as_json=json)
