"""`twinstack diagram`: an environment as a picture, drawn from what is synthesized."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from twinstack.cli.project import find_product_with_engine
from twinstack.cli.render import emit
from twinstack.cli.reports import put_report
from twinstack.diagram.subject import Form, Subject
from twinstack.errors import UsageError


def draw_environment(name: str, subject: Subject, form: Form | None, out: Path | None) -> None:
    """Prints a picture, or writes it to a file in one step. Raises UsageError for a file whose name says something else than
    the form that is asked for.
    """
    form = _form(form, out)
    product = find_product_with_engine()
    from twinstack.diagram.made import Made
    from twinstack.diagram.pictures import draw, written
    from twinstack.environment.spec import Half
    from twinstack.synthesis import synthesized

    (loaded,) = product.load_all([name])
    halves = [half for half in Half if getattr(product, half)] or tuple(Half)
    with synthesized(product, [loaded], halves) as output:
        environment = loaded.environment
        made = Made.read(output.stack(environment), output.manifests(environment))
    text = written(draw(subject, environment, made), form)
    if out is None:
        emit([(text.rstrip("\n"), "")])
        return
    put_report(out, text)
    emit([(f"{out}: the {subject} of {environment.stack_id}", "bold green")])


def _form(form: Form | None, out: Path | None) -> Form:
    if out is None:
        return form or Form.MERMAID
    if form is not None:
        return form
    known = ENDINGS.get(out.suffix.lower())
    if known is None:
        allowed = ", ".join(ENDINGS)
        raise UsageError(f"--out {out}: its ending says no form of a picture ({allowed}): name it so, or add --format")
    return known


ENDINGS: Final = {".svg": Form.SVG, ".mmd": Form.MERMAID, ".mermaid": Form.MERMAID}
