"""`twinstack init`: a new product in an empty folder, which checks, synthesizes, tests and rehearses at once."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import typer

from twinstack.cli.files import in_the_way, put_files, refused
from twinstack.cli.placeholders import list_commands, list_placeholders, placeholders
from twinstack.cli.render import Piece, emit, emit_json, number, report_problems, table
from twinstack.cli.schemas import environment_schemas
from twinstack.errors import ConfigurationError, Location, Problem, UsageError
from twinstack.printable import printable_line
from twinstack.product import FOLDER
from twinstack.starting.kind import built_in_kinds, find_kind
from twinstack.starting.new_product import NewProduct
from twinstack.starting.reading.reading import LeftOut, Reading
from twinstack.starting.reading.source import read_source
from twinstack.starting.wishes import ENVIRONMENTS, WEB, Wishes, name_of, prepared


def init(
    folder: Path,
    wishes: Wishes,
    source: Path | None = None,
    *,
    no_edge: bool,
    new_cluster: bool,
    as_json: bool = False,
) -> None:
    """Asks a person for what is missing, makes everything in memory, loads it, and only then writes it. What is read from
    `source` is not asked for.

    Raises UsageError for a folder that is not empty and for wishes that cannot be met, ConfigurationError for a product
    that would not load, and for a source that cannot be read.
    """
    if wishes.edge and no_edge:
        raise UsageError("--edge and --no-edge exclude each other: keep one")
    if wishes.clusters and new_cluster:
        raise UsageError("--existing-cluster and --new-cluster exclude each other: keep one")
    _require_empty(folder)
    if source is not None:
        if wishes.resources or wishes.workloads:
            raise UsageError("--from and --resource or --workload exclude each other: `twinstack add` adds afterwards")
        wishes = wishes.with_reading(read_source(source, wishes.name or folder.resolve().name))
    edge_is_decided = bool(wishes.edge) or no_edge
    wishes = _completed(folder, wishes, edge_is_decided=edge_is_decided, cluster_is_decided=new_cluster)
    product = NewProduct(wishes)
    draft = product.draft(folder.resolve())
    try:
        loaded = draft.load_all()
    except ConfigurationError as error:
        raise refused(_at_options(wishes, error.problems)) from error
    if warnings := _at_options(wishes, [warning for one in loaded for warning in one.warnings]):
        report_problems(warnings)
    files = {**product.files(draft)}
    files |= {f"{FOLDER}/{file.name}": text for file, text in environment_schemas(draft).items()}
    _require_empty(folder)  # answering may have taken its time
    put_files({folder / name: text for name, text in files.items()}, folder)
    if as_json:
        emit_json(_data(wishes, files))
        return
    emit([(f"{wishes.name} is made", "bold green"), (f" in {folder.resolve()}: {number(files, 'file')}", "")])
    emit([])
    table(("field", "kind", "what it is"), _things(wishes))
    if not wishes.protected:
        emit([])
        emit([(f"none is protected: --production {wishes.environments[-1]} makes it the production", "bold yellow")])
    if wishes.read:
        _list_left_out(wishes.read)
    list_placeholders({name: text for name, text in files.items() if name.startswith(f"{FOLDER}/")})
    entering = (
        {} if folder.resolve() == Path.cwd() else {f"cd {shlex.quote(str(folder))}": "everything else is run there"}
    )
    list_commands({
        **entering,
        "twinstack check": "says whether the environments are right",
        "twinstack synth": "writes Terraform JSON and Kubernetes YAML",
        "python -m pytest": "runs the product's tests",
        "twinstack rehearse": "proves both halves against the real tools, offline",
    })  # fmt: skip


def _things(wishes: Wishes) -> Iterator[Sequence[str | Piece]]:
    """A row for each field, those included that nobody asked for by name."""
    things = wishes.things()
    for key, kind in things.items():
        why = f" Added for {' and '.join(prepared(things))}." if key == wishes.added_job else ""
        yield (key, "bold cyan"), kind.name, (f"{kind.description}{why}", "dim")


def _list_left_out(read: Reading) -> None:
    """What the file says and the product does not, in the file's order."""
    emit([])
    if not read.left_out:
        emit([(f"{read.file}, {read.format}, was read whole", "bold")])
        return
    emit([(f"{number(read.left_out, 'thing')} of {read.file}, {read.format}, left out:", "bold yellow")])
    table(("line", "what", "why"), _left_out_rows(read.left_out))


def _left_out_rows(left_out: Iterable[LeftOut]) -> Iterator[Sequence[str | Piece]]:
    """A row for each thing; what is left out of several services for one reason is told once."""
    alike: dict[tuple[str, str, str], list[LeftOut]] = {}
    for one in left_out:
        alike.setdefault((one.path.rpartition(".")[2], one.given, one.reason), []).append(one)
    for (_, given, reason), (first, *others) in alike.items():
        more = f" and {len(others)} more" if others else ""
        yield (str(first.line), "cyan"), f"{first.path}{more}{f': {given}' if given else ''}", (reason, "dim")


def _data(wishes: Wishes, files: Mapping[str, str]) -> dict[str, Any]:
    """What was made, for machines."""
    layers = {name: text for name, text in files.items() if name.startswith(f"{FOLDER}/")}
    return {
        "product": wishes.name,
        "files": sorted(files),
        "fields": {key: kind.name for key, kind in wishes.things().items()},
        "left_out": [asdict(one) for one in wishes.read.left_out] if wishes.read else [],
        "placeholders": [
            dict(
                zip(
                    ("place", "value", "what"),
                    (cell if isinstance(cell, str) else cell[0] for cell in row),
                    strict=True,
                )
            )
            for row in placeholders(layers)
        ],
    }


def _at_options(wishes: Wishes, problems: Iterable[Problem]) -> Sequence[Problem]:
    """The problems at the options that caused them: the files that they stand in are not there.

    What is wrong in several environments is said once, of the one where it is the worst.
    """
    asked = [("--resource", text) for text in wishes.resources] + [("--workload", text) for text in wishes.workloads]
    options = {name_of(text): f"{option} {text}" for option, text in asked}
    options |= {"region": f"--region {wishes.region}", "product": f"--name {wishes.name}"}
    found: dict[tuple[str, str, str], Problem] = {}
    for problem in sorted(problems, key=lambda problem: len(problem.given)):
        field = "product" if "`product`" in problem.fix else problem.path.partition(".")[0]
        said = next((path for path in wishes.values if _is_about(problem.path, path)), "")
        option = f"--set {said}" if said else options.get(field)
        place = Location(option or (problem.location.file if problem.location else ""))
        fix = problem.fix.replace("set `name` to a part that is", "choose a name that is")
        found[problem.code, problem.message, field] = replace(problem, location=place, fix=fix, environment="")
    return [*found.values()]


def _is_about(path: str, said: str) -> bool:
    """Whether a problem lies in what was set, or around it."""
    return f"{path}.".startswith(f"{said}.") or ("." in path and f"{said}.".startswith(f"{path}."))


def _require_empty(folder: Path) -> None:
    if others := in_the_way(folder):
        shown = ", ".join(others[:_MOST_SHOWN]) + (", …" if len(others) > _MOST_SHOWN else "")
        raise UsageError(f"{folder} is not empty, so nothing was written: {shown}")


def _completed(folder: Path, wishes: Wishes, *, edge_is_decided: bool, cluster_is_decided: bool) -> Wishes:
    """With an answer to each open question; without a terminal with what a plain return would answer."""
    name = wishes.name or re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        missing = [
            f"--{option}: nothing is given" for option in ("organization", "region") if not getattr(wishes, option)
        ]
        completed = replace(
            wishes, name=name, workloads=wishes.workloads or (WEB,), environments=wishes.environments or ENVIRONMENTS
        )
        if missing:
            given = replace(
                completed, **{key: getattr(wishes, key) or stand_in for key, stand_in in _STAND_INS.items()}
            )
            raise UsageError("\n".join([*missing, *given.problems()]))
        return completed
    wishes = _asked(wishes, _first_questions(wishes, name))
    return _asked(wishes, _questions(wishes, edge_is_decided=edge_is_decided, cluster_is_decided=cluster_is_decided))


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask a person."""

    text: str
    option: str
    """The option that answers it as well, and that problems begin with."""
    answered: Callable[[Wishes, str], Wishes]
    """The wishes with an answer."""
    default: str | None = ""


def _asked(wishes: Wishes, questions: Iterable[Question]) -> Wishes:
    """With every question answered; an answer that does not fit is asked for again."""
    for question in questions:
        while True:
            answer = typer.prompt(
                printable_line(question.text), default=question.default, show_default=bool(question.default)
            ).strip()
            answered = question.answered(wishes, answer)
            wrong = [problem for problem in answered.problems() if problem.startswith(f"{question.option}: ")]
            if not wrong:
                break
            for problem in wrong:
                emit([(problem.removeprefix(f"{question.option}: "), "red")])
        wishes = answered
    return wishes


def _first_questions(wishes: Wishes, name: str) -> Iterator[Question]:
    """What no option has said, and other questions depend on."""
    if not wishes.name:
        yield Question("Product", "--name", lambda held, it: replace(held, name=it), name)
    if not wishes.organization:
        text = "Organization, the first part of every AWS name"
        yield Question(text, "--organization", lambda held, it: replace(held, organization=it), None)
    if not wishes.region:
        yield Question("AWS region", "--region", lambda held, it: replace(held, region=it), None)
    if not wishes.environments:
        default = ", ".join(ENVIRONMENTS)
        yield Question(
            "Environments", "--environments", lambda held, it: replace(held, environments=_several(it)), default
        )


def _questions(wishes: Wishes, *, edge_is_decided: bool, cluster_is_decided: bool) -> Iterator[Question]:
    """What no option has said, of everything else."""
    kinds = [find_kind(kind) for kind in built_in_kinds()]
    if not wishes.protected:
        text = f"Production, the protected one of {', '.join(wishes.environments)} (none: leave it empty)"
        yield Question(text, "--production", lambda held, it: replace(held, production=it))
    if not wishes.resources:
        text = f"Resources, of {', '.join(kind.name for kind in kinds if kind.is_resource)}"
        yield Question(text, "--resource", lambda held, it: replace(held, resources=_several(it)))
    if not wishes.workloads:
        text = f"Workloads, of {', '.join(kind.name for kind in kinds if kind.is_workload)}"
        yield Question(text, "--workload", lambda held, it: replace(held, workloads=_several(it)), WEB)
    if not edge_is_decided:
        text = "Host by which the outside reaches the production (none: leave it empty)"
        yield Question(text, "--edge", lambda held, it: replace(held, edge=it))
    if not wishes.clusters and not cluster_is_decided:
        text = "Existing cluster to run in (none, one is made: leave it empty)"
        yield Question(text, "--existing-cluster", lambda held, it: replace(held, clusters=_several(it)))
    for environment in wishes.environments if not wishes.accounts else ():
        text = f"AWS account of {environment}, twelve digits (not known yet: leave it empty)"
        yield Question(text, "--account", partial(_with_account, environment))


def _with_account(environment: str, wishes: Wishes, account: str) -> Wishes:
    return replace(wishes, accounts=(*wishes.accounts, f"{environment}={account}")) if account else wishes


def _several(text: str) -> Sequence[str]:
    return tuple(part for part in re.split(r"[\s,]+", text) if part)


_MOST_SHOWN = 8
_STAND_INS = {"organization": "organization", "region": "us-east-1"}
"""So that everything else that is wrong is found beside what is missing."""
