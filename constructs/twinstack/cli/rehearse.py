"""`twinstack rehearse`: proves the output against the real tools, offline."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from twinstack.cli.project import find_product_with_engine
from twinstack.cli.render import emit, emit_json
from twinstack.errors import MissingToolError, UsageError


def rehearse(
    names: Sequence[str],
    *,
    schema: str | None,
    only: Literal["terraform", "kubernetes"] | None,
    definitions: Path | None,
    strict: bool,
    as_json: bool,
) -> bool:
    """Rehearses one environment after the other, prints what was proved and what was not; whether all passed."""
    try:
        from twinstack.rehearsal import rehearse as run
        from twinstack.rehearsal.kubernetes import read_definitions
    except ModuleNotFoundError as error:
        raise MissingToolError(
            f'{error.name} is not installed: pip install "twinstack[aws,kubernetes,rehearse]"'
        ) from error

    if definitions and only == "terraform":
        raise UsageError("--definitions is for the Kubernetes part: leave out one of it and --only terraform")
    given = read_definitions(definitions) if definitions else ()
    product = find_product_with_engine()
    names = names or product.environments
    product.load_all(names)  # What is wrong with any of them is said before the first takes its time.

    def progress(text: str) -> None:
        if sys.stderr.isatty():
            emit([(text, "dim")], sys.stderr)

    rehearsals = []
    for name in names:
        rehearsal = run(product, name, schema=schema, only=only, definitions=given, strict=strict, progress=progress)
        rehearsals.append(rehearsal)
        if not as_json:
            emit([("rehearsal of ", ""), (name, "bold cyan")])
            for line in rehearsal.lines():
                emit([(line, "")])
    passed = all(rehearsal.passed for rehearsal in rehearsals)
    if as_json:
        emit_json([rehearsal.as_dict() for rehearsal in rehearsals])
    else:
        left_out = dict.fromkeys(rehearsal.left_out for rehearsal in rehearsals if rehearsal.left_out)
        words = ", ".join(["passed" if passed else "failed", *left_out])
        emit([(words, "bold red" if not passed else "bold yellow" if left_out else "bold green")])
    return passed
