"""The commands that say what a change does, and their options. Each does its work in a module of its own."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from twinstack.cli.delivery_application import ContextName, Kubeconfig
from twinstack.cli.report_options import JUnit, Markdown, Sarif

changes: typer.Typer = typer.Typer()
OneEnvironment = Annotated[str, typer.Argument(metavar="ENVIRONMENT", help="Its name, as `twinstack list` shows it.")]


@changes.command()
def diff(
    environment: OneEnvironment,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="REF|RELEASE|FOLDER|nothing",
            help="Compare with this: a commit, a release, kept outputs. Unless given, with where this branch began.",
            show_default=False,
        ),
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Compare with what stands: a plan of Terraform's, and the cluster's objects.")
    ] = False,
    half: Annotated[Literal["infrastructure", "workloads"] | None, typer.Option(help="Only this half.")] = None,
    version: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="The release that both sides are made as: the tag of every image."),
    ] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="PATH=VALUE", help="Today's, with one more layer on top: database.multi_az=false."
        ),
    ] = None,
    markdown: Markdown = None,
    sarif: Sarif = None,
    junit: JUnit = None,
    kubeconfig: Kubeconfig = None,
    context: ContextName = "",
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")] = False,
) -> None:
    """Show what a change does: what is replaced, interrupted or restarted, why, and by which line.

    Nothing is asked but Git: what stands is taken to be what the former outputs say, unless with --live, which needs what
    `twinstack plan` needs. The exit status is 0 where nothing is
    different, and 3 where something is.
    """
    from twinstack.cli.diff import diff as run_diff
    from twinstack.delivery.cluster import Context

    status = run_diff(
        environment, against=against, half=half, version=version, assignments=assignments or (), as_json=json,
        live=live, context=Context(kubeconfig, context), markdown=markdown, sarif=sarif, junit=junit,
    )  # fmt: skip
    raise typer.Exit(status)
