"""The commands and their options. Each does its work in a module of its own, imported when it is called."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from twinstack.cli.delivery_application import delivery
from twinstack.cli.diagram_application import pictures
from twinstack.cli.diff_application import changes
from twinstack.cli.group import Commands
from twinstack.cli.render import emit
from twinstack.cli.report_options import JUnit, Sarif
from twinstack.cli.state_application import state
from twinstack.errors import UsageError

KINDS: Final = (
    "postgres, redis, bucket, file_system, settings, secrets; web_service, worker, scheduler, job, cron_job; network, cluster, edge, delivery, monitoring; or the name of "
    "an installed package that has one, acme_queue."
)
TO_DO: Final = 3
"""Something is to be done, and the command was only asked what."""


application: typer.Typer = typer.Typer(
    cls=Commands,
    help="One typed environment object becomes Terraform JSON and Kubernetes YAML that agree.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
schemas: typer.Typer = typer.Typer(help="Writes the schemas that other tools read.", no_args_is_help=True)
application.add_typer(schemas, name="schemas")
application.add_typer(delivery)
application.add_typer(state)
application.add_typer(changes)
application.add_typer(pictures)

Environments = Annotated[
    list[str] | None, typer.Argument(metavar="ENVIRONMENT", help="All of them unless given.", show_default=False)
]
OneEnvironment = Annotated[str, typer.Argument(metavar="ENVIRONMENT", help="Its name, as `twinstack list` shows it.")]
Check = Annotated[bool, typer.Option("--check", help="Write nothing; fail where a file differs.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite files that it did not write, too.")]
Fields = Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Says more: web.scale.max=9.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]
Version = Annotated[
    str | None, typer.Option("--version", metavar="VERSION", help="The release: the tag of every image.")
]
Assignments = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="One more layer on top: database.multi_az=false."),
]


def _show_versions(asked: bool) -> None:
    if asked:
        from twinstack.cli.version import show_versions

        show_versions()
        raise typer.Exit


@application.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_show_versions,
            is_eager=True,
            help="Show the versions of the library and of the engines, and end.",
        ),
    ] = False,
) -> None:
    """One typed environment object becomes Terraform JSON and Kubernetes YAML that agree."""


@application.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Empty, or not there yet.")] = Path(),
    name: Annotated[str, typer.Option(help="The product; the folder's name unless given.", show_default=False)] = "",
    organization: Annotated[str, typer.Option(help="The first part of every AWS name.", show_default=False)] = "",
    region: Annotated[str, typer.Option(help="The AWS region.", show_default=False)] = "",
    environments: Annotated[
        str,
        typer.Option(metavar="NAME,…", help="One file is made for each; dev,prod unless given.", show_default=False),
    ] = "",
    production: Annotated[
        str,
        typer.Option(metavar="NAME", help="The protected one; prod or production unless given.", show_default=False),
    ] = "",
    account: Annotated[
        list[str] | None, typer.Option(metavar="[NAME=]ACCOUNT", help="Twelve digits, of all or of one environment.")
    ] = None,
    resource: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND[:FIELD]",
            help="What it keeps its data in: postgres, redis, bucket, file_system, settings, secrets.",
        ),
    ] = None,
    workload: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND[:FIELD]",
            help="What runs: web_service (also if none is given), worker, scheduler, job, cron_job.",
        ),
    ] = None,
    edge: Annotated[
        str, typer.Option(metavar="HOST", help="Where the outside reaches the production.", show_default=False)
    ] = "",
    no_edge: Annotated[bool, typer.Option("--no-edge", help="Nothing is reached from outside; do not ask.")] = False,
    existing_cluster: Annotated[
        list[str] | None, typer.Option(metavar="[NAME=]CLUSTER", help="Run in this cluster and its network.")
    ] = None,
    new_cluster: Annotated[bool, typer.Option("--new-cluster", help="Make the clusters; do not ask.")] = False,
    repository: Annotated[str, typer.Option(metavar="OWNER/NAME", help="Gets a pipeline.", show_default=False)] = "",
    source: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="Draft it from a Compose file or a chart's values.", show_default=False
        ),
    ] = None,
    set_: Fields = None,
    json: Json = False,
) -> None:
    """Make a new product that checks, synthesizes, tests and rehearses at once.

    On a terminal it asks for what no option says. With --from it takes over what a Compose file or the values of a Helm
    chart say with certainty, and lists what it left out.
    """
    from twinstack.cli.assignment import read_assignments
    from twinstack.cli.init import init as run_init
    from twinstack.starting.wishes import Wishes

    wishes = Wishes(
        name=name,
        organization=organization,
        region=region,
        environments=tuple(part.strip() for part in environments.split(",") if part.strip()),
        production=production,
        accounts=tuple(account or ()),
        resources=tuple(resource or ()),
        workloads=tuple(workload or ()),
        edge=edge,
        clusters=tuple(existing_cluster or ()),
        repository=repository,
        values=read_assignments(set_ or ()),
    )
    run_init(folder, wishes, source, no_edge=no_edge, new_cluster=new_cluster, as_json=json)


@application.command()
def add(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=KINDS)],
    name: Annotated[str, typer.Argument(metavar="NAME", help="The field's name.")],
    uses: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[:ACCESS]", help="Of a resource: a workload that uses it. Of a workload: what it uses."
        ),
    ] = None,
    set_: Fields = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the difference, and write nothing.")] = False,
) -> None:
    """Add a resource or a workload to the product, in YAML and in Python.

    Example: twinstack add postgres reporting --uses web --uses migration:admin --set reporting.storage_gib=50
    """
    from twinstack.cli.add import add as run_add
    from twinstack.cli.assignment import read_assignments
    from twinstack.cli.project import find_product

    run_add(find_product(), kind, name, uses=uses or (), values=read_assignments(set_ or ()), dry_run=dry_run)


@application.command()
def check(
    environments: Environments = None,
    date: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="Compare ends of support with this day.")
    ] = None,
    policy: Annotated[
        bool, typer.Option("--policy", help="Make both halves, in a temporary folder, and judge them by every rule.")
    ] = False,
    sarif: Sarif = None,
    junit: JUnit = None,
    json: Json = False,
) -> None:
    """Say whether the environments are right, and what will soon be wrong."""
    from twinstack.cli.check import check as run_check
    from twinstack.cli.project import find_product, find_product_with_engine

    product = find_product_with_engine() if policy else find_product()
    run_check(
        product, environments or (), today=_day(date), as_json=json, by_policy=policy, sarif=sarif, junit=junit
    )  # fmt: skip


@application.command()
def explain(
    environment: OneEnvironment,
    path: Annotated[
        str | None, typer.Argument(metavar="PATH", help="database.multi_az, backend.uses[0]", show_default=False)
    ] = None,
    assignments: Assignments = None,
    json: Json = False,
) -> None:
    """Show a value and where it comes from, or the whole environment."""
    from twinstack.cli.assignment import read_assignments
    from twinstack.cli.explain import explain_environment, explain_path
    from twinstack.cli.project import find_product

    loaded = find_product().load_with_provenance(environment, set=read_assignments(assignments or ()))
    if path is None:
        explain_environment(loaded, as_json=json)
    else:
        explain_path(loaded, path, as_json=json)


@application.command("list")
def list_(json: Json = False) -> None:
    """List the environments."""
    from twinstack.cli.environments import list_environments
    from twinstack.cli.project import find_product

    list_environments(find_product(), as_json=json)


@application.command()
def synth(
    environments: Environments = None,
    half: Annotated[Literal["infrastructure", "workloads"] | None, typer.Option(help="Only this half.")] = None,
    version: Version = None,
    assignments: Assignments = None,
    watch: Annotated[bool, typer.Option("--watch", help="Write again what changes, at every change.")] = False,
    json: Json = False,
) -> None:
    """Write Terraform JSON to cdktf.out/ and Kubernetes YAML to dist/."""
    from twinstack.cli.synth import synth as run_synth

    run_synth(environments or (), half=half, version=version, assignments=assignments or (), as_json=json, watch=watch)


@application.command()
def local(
    environment: OneEnvironment,
    check: Check = False,
    force: Force = False,
    assignments: Assignments = None,
    json: Json = False,
) -> None:
    """Write compose.yaml, .env.example and monitoring/ for a developer's machine."""
    from twinstack.cli.local import local as run_local
    from twinstack.cli.project import find_product

    ok = run_local(find_product(), environment, assignments=assignments or (), check=check, force=force, as_json=json)
    raise typer.Exit(0 if ok else 1)


@application.command()
def workflows(check: Check = False, force: Force = False, json: Json = False) -> None:
    """Write .github/: the pipeline that tests, builds, plans and deploys, as `delivery` in environments/ says it."""
    from twinstack.cli.project import find_product
    from twinstack.cli.workflows import workflows as run_workflows

    raise typer.Exit(0 if run_workflows(find_product(), check=check, force=force, as_json=json) else 1)


@application.command()
def rehearse(
    environments: Environments = None,
    schema: Annotated[
        str | None, typer.Option(metavar="VERSION", help="The AWS provider's schema to rehearse with.")
    ] = None,
    only: Annotated[Literal["terraform", "kubernetes"] | None, typer.Option(help="Only this part.")] = None,
    definitions: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="CustomResourceDefinitions of the cluster (`kubectl get crd -o yaml`), in place of the built-in ones.",
        ),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Leave nothing out: end with 2 where a part of the control plane is missing."),
    ] = False,
    before: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="REF|RELEASE|FOLDER|nothing",
            help="Apply these former outputs first, then the present ones over them: a commit, a release, kept outputs.",
            show_default=False,
        ),
    ] = None,
    to: Annotated[
        Literal["nothing"] | None, typer.Option(help="With --from: take away what was applied, a removal.")
    ] = None,
    json: Json = False,
) -> None:
    """Prove the output against real Terraform and a real API server, offline.

    With --from it is proved as a change: what is replaced and destroyed, what cannot be changed, what nothing answers for.

    Without a control plane (`twinstack control-plane`) the Kubernetes half is left out, and the last line says so; in CI
    use --strict.
    """
    from twinstack.cli.rehearse import rehearse as run_rehearsal

    passed = run_rehearsal(
        environments or (), schema=schema, only=only, definitions=definitions, strict=strict, as_json=json,
        before=before, to_nothing=to is not None,
    )  # fmt: skip
    raise typer.Exit(0 if passed else 1)


@application.command("control-plane")
def control_plane(
    script: Annotated[
        bool, typer.Option("--script", help="Print a bash script that downloads it, checked, and prints its folder.")
    ] = False,
    json: Json = False,
) -> None:
    """Say which programs of a Kubernetes control plane `twinstack rehearse` has, and how to get the rest.

    The exit status is 3 where one is missing.
    """
    from twinstack.cli.control_plane import print_script, show_programs

    if script:
        print_script()
        return
    raise typer.Exit(0 if show_programs(as_json=json) else TO_DO)


@application.command()
def scan(
    environments: Environments = None,
    sarif: Sarif = None,
    junit: JUnit = None,
    baselines: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Write what is accepted as checkov's own baselines, for a pipeline that runs checkov by itself.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Run checkov and the rules over both halves and show what is not accepted with a reason."""
    from twinstack.cli.scan import scan as run_scan

    clean = run_scan(environments or (), as_json=json, sarif=sarif, junit=junit, baselines=baselines)
    raise typer.Exit(0 if clean else 1)


@schemas.command("environments")
def schemas_environments() -> None:
    """Write environments/*.schema.json, by which editors complete and check the layers."""
    from twinstack.cli.project import find_product
    from twinstack.cli.schemas import write_environment_schemas

    write_environment_schemas(find_product())


@schemas.command("provider")
def schemas_provider(
    bindings_wheel: Annotated[
        Path, typer.Argument(metavar="WHEEL", help="A bindings wheel, or the installed package.")
    ],
    version: Annotated[str, typer.Argument(metavar="VERSION", help="The AWS provider's version in it, 6.69.1.")],
) -> None:
    """Read the AWS provider's schema out of a bindings wheel, for the rehearsal."""
    from twinstack.cli.schemas import write_provider_schema

    write_provider_schema(bindings_wheel, version)


@application.command()
def bindings() -> None:
    """Rebuild imports/ now; it is otherwise rebuilt when it has to be."""
    from twinstack.bindings import rebuild
    from twinstack.cli.project import find_reference

    report = rebuild(find_reference()[1])
    counts = f"{report.provider_modules} provider modules, {report.kubernetes_classes} Kubernetes classes"
    emit([(f"imports/ is rebuilt: {counts}, {report.seconds:.1f} s", "bold green")])


def _day(text: str | None) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UsageError(f'--date "{text}" is no day: write it as {datetime.date.min.replace(2027, 3, 31)}') from error
