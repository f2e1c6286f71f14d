"""The commands of delivery and their options. Each does its work in a module of its own, imported when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from twinstack.cli.report_options import Markdown
from twinstack.errors import UsageError

if TYPE_CHECKING:
    from twinstack.delivery.cluster import Context

delivery: typer.Typer = typer.Typer()
"""Its commands stand among the others: `twinstack deploy`."""

Environment = Annotated[str, typer.Argument(metavar="ENVIRONMENT", help="Its name, as `twinstack list` shows it.")]
Kubeconfig = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Otherwise KUBECONFIG's, or the home's.", show_default=False)
]
ContextName = Annotated[
    str,
    typer.Option("--context", metavar="NAME", help="The kubeconfig's current one unless given.", show_default=False),
]
OneHalf = Annotated[Literal["infrastructure", "workloads"] | None, typer.Option(help="Only this half.")]
Assignments = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="One more layer on top: backend.digest=sha256:…."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]
TakeOver = Annotated[
    bool, typer.Option("--take-over", help="Take the Lease from a deployment that is at work, and go on in its place.")
]
Supersede = Annotated[
    bool, typer.Option("--supersede", help="Ask a deployment that waits for its rollout to give way to this one.")
]


@delivery.command()
def plan(
    environment: Environment,
    version: Annotated[
        str | None, typer.Option("--version", metavar="VERSION", help="The release: the tag of every image.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Where it is written; releases/STACK-VERSION unless given.", show_default=False
        ),
    ] = None,
    half: OneHalf = None,
    assignments: Assignments = None,
    markdown: Markdown = None,
    kubeconfig: Kubeconfig = None,
    context: ContextName = "",
    json: Json = False,
) -> None:
    """Make a release: both halves, Terraform's saved plan, and what would change in the cluster. Nothing is changed.

    Shown is what it does to what stands, the worst first, with the line that made it. The exit status is 3 where
    deploying it would change something.
    """
    from twinstack.cli.delivery.commands import plan as run

    where, halves = _context(kubeconfig, context), (half,) if half else ()
    raise typer.Exit(run(environment, version, out, assignments or (), halves, where, as_json=json, markdown=markdown))


@delivery.command()
def gate(
    plan: Annotated[
        Path,
        typer.Argument(
            metavar="PLAN",
            help="A folder of `twinstack plan`, a plan that Terraform or OpenTofu saved (its engine is asked), or what its "
            "`show -json` says; - for stdin.",
        ),
    ],
    destroys: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help="What may be destroyed with what it holds, as the plan writes it."),
    ] = None,
    up_to: Annotated[
        str | None,
        typer.Option(
            metavar="EFFECT",
            help="How bad any other change may be: safe, restarts, interrupts, replaces, unprotects or exposes. safe unless given.",
            show_default=False,
        ),
    ] = None,
    former: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="The stack that stands, in JSON: a release's folder, or what was synthesized. A plan does not tell that "
            "`prevent_destroy` goes.",
            show_default=False,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Say what a plan does, address by address, and whether it may be applied. Any product's plan; nothing is changed.

    By itself passes what is made, what is changed in place so that nobody notices, moved, taken over or let go. The exit
    status is 3 where anything else is in it.
    """
    from twinstack.cli.delivery.gate import gate as run

    raise typer.Exit(run(plan, destroys or (), up_to, former, as_json=json))


@delivery.command()
def deploy(
    environment: Annotated[str, typer.Argument(metavar="[ENVIRONMENT", show_default=False)] = "",
    version: Annotated[str, typer.Argument(metavar="VERSION]", show_default=False)] = "",
    release: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Exactly what was planned there.", show_default=False)
    ] = None,
    half: OneHalf = None,
    assignments: Assignments = None,
    yes: Yes = False,
    destroying: Annotated[
        list[str] | None,
        typer.Option(
            "--destroys",
            "--destroy",
            metavar="ADDRESS",
            help="A Terraform address that may be destroyed with what it holds.",
        ),
    ] = None,
    take_over: TakeOver = False,
    supersede: Supersede = False,
    kubeconfig: Kubeconfig = None,
    context: ContextName = "",
    json: Json = False,
) -> None:
    """Bring a release in, wait until it is healthy, and return to the last good one where it is not.

    Either a planned one (`--release FOLDER`), or an environment at a version: that is planned, shown, asked for, and
    deployed. Ends with 0 where it stands, 1 where it failed (and was returned from), 2 for what is refused, 3 where
    somebody else is at work or has been since it was planned. Interrupted at any moment, the same command goes on.
    """
    from twinstack.cli.delivery import commands

    where, halves = _context(kubeconfig, context), (half,) if half else ()
    options = {"destroying": frozenset(destroying or ()), "take_over": take_over, "supersede": supersede}
    if release is not None:
        if environment or version or assignments:
            raise UsageError(
                "a planned release says its environment, version and values itself: leave out one or the other"
            )
        raise typer.Exit(commands.deploy_planned(release, halves, where, options, as_json=json))
    if not environment or not version:
        raise UsageError("say what to deploy: `twinstack deploy ENVIRONMENT VERSION`, or `--release FOLDER`")
    raise typer.Exit(
        commands.deploy_new(environment, version, assignments or (), halves, where, options, yes=yes, as_json=json)
    )


@delivery.command()
def rollback(
    environment: Environment,
    version: Annotated[
        str | None, typer.Argument(metavar="[VERSION]", help="The one before unless given.", show_default=False)
    ] = None,
    yes: Yes = False,
    take_over: TakeOver = False,
    supersede: Supersede = False,
    kubeconfig: Kubeconfig = None,
    context: ContextName = "",
    json: Json = False,
) -> None:
    """Apply a former release again, its configuration included. Migrations and volumes are left as they are.

    The exit statuses are those of `deploy`.
    """
    from twinstack.cli.delivery.standing import rollback as run

    options = {"take_over": take_over, "supersede": supersede}
    where = _context(kubeconfig, context)
    raise typer.Exit(run(environment, version, where, options, yes=yes, as_json=json))


@delivery.command()
def releases(
    environment: Environment, kubeconfig: Kubeconfig = None, context: ContextName = "", json: Json = False
) -> None:
    """List the releases that the cluster remembers: what became of each, who made it, when, and why it ended."""
    from twinstack.cli.delivery.standing import releases as run

    raise typer.Exit(run(environment, _context(kubeconfig, context), as_json=json))


@delivery.command()
def status(
    environment: Environment, kubeconfig: Kubeconfig = None, context: ContextName = "", json: Json = False
) -> None:
    """Show which release stands, whether what runs is ready, and what differs from how it was delivered.

    The exit status is 3 where anything does.
    """
    from twinstack.cli.delivery.standing import status as run

    raise typer.Exit(run(environment, _context(kubeconfig, context), as_json=json))


@delivery.command()
def destroy(
    environment: Environment,
    half: OneHalf = None,
    also: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OBJECT",
            help="What holds data in the cluster and goes nevertheless: PersistentVolumeClaim shop/data.",
        ),
    ] = None,
    yes: Yes = False,
    kubeconfig: Kubeconfig = None,
    context: ContextName = "",
    json: Json = False,
) -> None:
    """Take an environment down: the way in, then the workloads, then the infrastructure. Refused while it is protected."""
    from twinstack.cli.delivery.standing import destroy as run

    where, halves = _context(kubeconfig, context), (half,) if half else ()
    raise typer.Exit(run(environment, halves, where, also=tuple(also or ()), yes=yes, as_json=json))


@delivery.command()
def doctor(
    environment: Annotated[
        str | None,
        typer.Argument(metavar="ENVIRONMENT", help="Its name, as `twinstack list` shows it.", show_default=False),
    ] = None,
    release: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="A release that was planned, in place of an environment.")
    ] = None,
    version: Annotated[
        str | None, typer.Option("--version", metavar="VERSION", help="The release: the tag of every image.")
    ] = None,
    kubeconfig: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Otherwise KUBECONFIG's, or the home's.", show_default=False)
    ] = None,
    context: Annotated[str, typer.Option(metavar="NAME", help="The kubeconfig's current one unless given.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")] = False,
) -> None:
    """Look at all that a release needs around itself, and say what to do where it is missing. Nothing is changed.

    Tools, credentials, the state's bucket and lock, secrets with a value, the right cluster, what it serves, rights, images
    and names. The exit status is 1 where something failed.
    """
    from twinstack.cli.doctor import run_doctor

    ok = run_doctor(environment, release=release, version=version, kubeconfig=kubeconfig, context=context, as_json=json)
    raise typer.Exit(0 if ok else 1)


def _context(kubeconfig: Path | None, name: str) -> Context:
    from twinstack.delivery.cluster import Context

    return Context(kubeconfig, name)
