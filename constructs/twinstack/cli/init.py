"""`twinstack init`: a new product in an empty folder, which checks, synthesizes, tests and rehearses at once."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import typer

from twinstack.cli.files import in_the_way, write_folder
from twinstack.cli.placeholders import list_commands, list_placeholders
from twinstack.cli.render import emit
from twinstack.cli.schemas import environment_schemas
from twinstack.errors import UsageError
from twinstack.product import FOLDER
from twinstack.starting.kind import built_in_kinds, find_kind
from twinstack.starting.new_product import NewProduct
from twinstack.starting.wishes import WEB, Wishes


def init(folder: Path, wishes: Wishes, *, edge_is_decided: bool) -> None:
    """Asks a person for what is missing, makes everything in memory, loads it, and only then writes it.

    Raises UsageError for a folder that is not empty and for wishes that cannot be met, ConfigurationError for a product
    that would not load.
    """
    if others := in_the_way(folder):
        shown = ", ".join(others[:_MOST_SHOWN]) + (", …" if len(others) > _MOST_SHOWN else "")
        raise UsageError(f"{folder} is not empty, so nothing was written: {shown}")
    wishes = _completed(folder, wishes, edge_is_decided=edge_is_decided)
    product = NewProduct(wishes)
    draft = product.draft(folder.resolve())
    draft.load_all()
    files = {**product.files(draft)}
    files |= {f"{FOLDER}/{file.name}": text for file, text in environment_schemas(draft).items()}
    write_folder(folder, files)
    emit([(f"{wishes.name} is made", "bold green"), (f" in {folder.resolve()}: {len(files)} files", "")])
    list_placeholders({name: text for name, text in files.items() if name.startswith(f"{FOLDER}/")})
    entering = {} if folder.resolve() == Path.cwd() else {f"cd {folder}": "everything else is run there"}
    list_commands({
        **entering,
        "twinstack check": "says whether the environments are right",
        "twinstack synth": "writes Terraform JSON and Kubernetes YAML",
        "python -m pytest": "runs the product's tests",
        "twinstack rehearse": "proves both halves against the real tools, offline",
    })  # fmt: skip


def _completed(folder: Path, wishes: Wishes, *, edge_is_decided: bool) -> Wishes:
    """With an answer to each open question; without a terminal with what a plain return would answer."""
    name = wishes.name or re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        missing = [
            f"--{option}: nothing is given" for option in ("organization", "region") if not getattr(wishes, option)
        ]
        completed = replace(wishes, name=name, workloads=wishes.workloads or (WEB,))
        if missing:
            given = replace(
                completed, **{key: getattr(wishes, key) or stand_in for key, stand_in in _STAND_INS.items()}
            )
            raise UsageError("\n".join([*missing, *given.problems()]))
        return completed
    return _asked(wishes, _questions(wishes, name, edge_is_decided=edge_is_decided))


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
            answer = typer.prompt(question.text, default=question.default, show_default=bool(question.default)).strip()
            answered = question.answered(wishes, answer)
            wrong = [problem for problem in answered.problems() if problem.startswith(f"{question.option}: ")]
            if not wrong:
                break
            for problem in wrong:
                emit([(problem.removeprefix(f"{question.option}: "), "red")])
        wishes = answered
    return wishes


def _questions(wishes: Wishes, name: str, *, edge_is_decided: bool) -> Iterator[Question]:
    """What no option has said."""
    kinds = [find_kind(kind) for kind in built_in_kinds()]
    if not wishes.name:
        yield Question("Product", "--name", lambda held, it: replace(held, name=it), name)
    if not wishes.organization:
        text = "Organization, the first part of every AWS name"
        yield Question(text, "--organization", lambda held, it: replace(held, organization=it), None)
    if not wishes.region:
        yield Question("AWS region", "--region", lambda held, it: replace(held, region=it), None)
    if not wishes.resources:
        text = f"Resources, of {', '.join(kind.name for kind in kinds if kind.is_resource)}"
        yield Question(text, "--resource", lambda held, it: replace(held, resources=_several(it)))
    if not wishes.workloads:
        text = f"Workloads, of {', '.join(kind.name for kind in kinds if kind.is_workload)}"
        yield Question(text, "--workload", lambda held, it: replace(held, workloads=_several(it)), WEB)
    if not edge_is_decided:
        text = "Host by which the outside reaches the production (none: leave it empty)"
        yield Question(text, "--edge", lambda held, it: replace(held, edge=it))
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
