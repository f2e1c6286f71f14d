"""`twinstack rehearse`: proves the output against the real tools, offline."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from twinstack.cli.delivery.commands import terminated_like_interrupted
from twinstack.cli.delivery.remembered import asked_for
from twinstack.cli.project import find_product_with_engine
from twinstack.cli.render import emit, emit_json
from twinstack.errors import UsageError

if TYPE_CHECKING:
    from twinstack.rehearsal import Rehearsal
    from twinstack.rehearsal.change import ChangeRehearsal


def rehearse(
    names: Sequence[str],
    *,
    schema: str | None,
    only: Literal["terraform", "kubernetes"] | None,
    definitions: Path | None,
    strict: bool,
    as_json: bool,
    before: str | None = None,
    to_nothing: bool = False,
) -> bool:
    """Rehearses one environment after the other, prints what was proved and what was not; whether all passed.

    With `before` each is rehearsed from those former outputs to the present ones, or (`to_nothing`) to none.
    """
    if to_nothing and before is None:
        raise UsageError("--to nothing is a removal, and needs to know of what: give --from too")
    from twinstack.rehearsal import rehearse as run
    from twinstack.rehearsal.change import rehearse_change
    from twinstack.rehearsal.kubernetes import read_definitions

    if definitions and only == "terraform":
        raise UsageError("--definitions is for the Kubernetes part: leave out one of it and --only terraform")
    given = read_definitions(definitions) if definitions else ()
    product = find_product_with_engine()
    names = names or product.environments
    product.load_all(names)  # What is wrong with any of them is said before the first takes its time.

    def progress(text: str) -> None:
        if sys.stderr.isatty():
            emit([(text, "dim")], sys.stderr)

    def rehearsed(name: str) -> Rehearsal | ChangeRehearsal:
        if before is None:
            return run(product, name, schema=schema, only=only, definitions=given, strict=strict, progress=progress)
        # A runner that is cancelled leaves no folder behind.
        with terminated_like_interrupted(), asked_for(name) as records:
            return rehearse_change(
                product, name, before=before, to_nothing=to_nothing, schema=schema, only=only, definitions=given,
                strict=strict, records=records, progress=progress,
            )  # fmt: skip

    rehearsals: list[Rehearsal | ChangeRehearsal] = []
    for name in names:
        rehearsal = rehearsed(name)
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
