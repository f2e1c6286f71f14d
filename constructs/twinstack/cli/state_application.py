"""The commands about Terraform's state, and their options. Each does its work in a module of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from twinstack.errors import UsageError

TO_DO: Final = 3
"""Something is to be done, and the command was only asked what."""
state: typer.Typer = typer.Typer()
Environments = Annotated[
    list[str] | None, typer.Argument(metavar="ENVIRONMENT", help="All of them unless given.", show_default=False)
]
OneEnvironment = Annotated[str, typer.Argument(metavar="ENVIRONMENT", help="Its name, as `twinstack list` shows it.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]


@state.command()
def bootstrap(
    environment: OneEnvironment,
    apply: Annotated[bool, typer.Option("--apply", help="Do it.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without a question.")] = False,
    commands: Annotated[
        bool, typer.Option("--commands", help="Print what makes it where nothing is, for a shell; AWS is not asked.")
    ] = False,
    json: Json = False,
) -> None:
    """Show what the bucket of an environment's Terraform state needs, and with --apply make it or put it right.

    What is to be done is printed as commands of the AWS command line. It takes AWS credentials of the environment's
    account, but for --commands. What lies in the bucket is left alone. The exit status is 3 where something is to be done
    and was not.
    """
    from twinstack.cli.bootstrap import print_commands, run_bootstrap
    from twinstack.cli.project import find_product

    if commands and (apply or json):
        raise UsageError("--commands only prints: leave out one of it and --apply, --json")
    if commands:
        print_commands(find_product(), environment)
        return
    ok = run_bootstrap(find_product(), environment, apply=apply, yes=yes, as_json=json)
    raise typer.Exit(0 if ok else TO_DO)


@state.command()
def adopt(
    environment: OneEnvironment,
    pairs: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="YAML of `address: id` lines; - for stdin.", show_default=False),
    ] = None,
    known: Annotated[
        Path | None,
        typer.Option(
            "--state",
            metavar="FILE",
            help="What `terraform state pull` prints, so that it knows what is done; - for stdin.",
            show_default=False,
        ),
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Add the pairs, and take out what is done.")] = False,
    json: Json = False,
) -> None:
    """Take over what is there already: check `address: id` pairs, and write them to environments/state/.

    From there each synthesis takes them over into Terraform's `import` blocks, beside `moved` and `removed`. The exit
    status is 3 where something is to be written and was not.
    """
    from twinstack.cli.adopt import adopt as run_adopt
    from twinstack.cli.project import find_product_with_engine

    ok = run_adopt(find_product_with_engine(), environment, pairs, state=known, write=write, as_json=json)
    raise typer.Exit(0 if ok else TO_DO)


@state.command()
def addresses(
    environments: Environments = None,
    write: Annotated[bool, typer.Option("--write", help="Freeze them in environments/state/.")] = False,
    json: Json = False,
) -> None:
    """List the Terraform addresses of what holds data, and freeze them: none may vanish without a word then.

    The exit status is 3 where they differ from the frozen ones and nothing was written.
    """
    from twinstack.cli.adopt import addresses as run_addresses
    from twinstack.cli.project import find_product_with_engine

    ok = run_addresses(find_product_with_engine(), environments or (), write=write, as_json=json)
    raise typer.Exit(0 if ok else TO_DO)
