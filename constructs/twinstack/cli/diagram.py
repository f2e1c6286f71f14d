"""`twinstack diagram`: an environment as a picture, drawn from what is synthesized."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from twinstack.cli.project import find_product_with_engine
from twinstack.cli.render import emit
from twinstack.cli.reports import put_report
from twinstack.diagram.subject import Form, Subject
from twinstack.errors import UsageError

if TYPE_CHECKING:
    from twinstack.diagram.drawing import Drawing


def draw_environment(
    name: str, subject: Subject, form: Form | None, out: Path | None, against: str | None = None
) -> None:
    """Prints a picture, or writes it to a file in one step; with `against` what changes since then is marked in it.

    Raises UsageError for a file whose name says something else than the form that is asked for, and for `against` with
    another picture than that of the links.
    """
    form = _form(form, out)
    if against is not None:
        _put(_changes(name, subject, against), form, subject, name, out)
        return
    product = find_product_with_engine()
    from twinstack.diagram.made import Made
    from twinstack.diagram.pictures import draw
    from twinstack.environment.spec import Half
    from twinstack.synthesis import synthesized

    (loaded,) = product.load_all([name])
    halves = product.halves or tuple(Half)
    with synthesized(product, [loaded], halves) as output:
        environment = loaded.environment
        made = Made.read(output.stack(environment), output.manifests(environment))
    _put(draw(subject, environment, made), form, subject, environment.stack_id, out)


def _changes(name: str, subject: Subject, against: str) -> Drawing:
    from twinstack.cli.diff import to_former
    from twinstack.environment.spec import Half

    if subject is not Subject.LINKS:
        raise UsageError(
            f"--against marks what changes in the picture of the links, not in that of {subject}: leave out --of"
        )
    found = to_former(name, against=against, halves=tuple(Half), version=None, assignments=(), is_drawn=True).picture
    assert found is not None
    return found


def _put(drawing: Drawing, form: Form, subject: Subject, title: str, out: Path | None) -> None:
    from twinstack.diagram.pictures import written

    text = written(drawing, form)
    if out is None:
        emit([(text.rstrip("\n"), "")])
        return
    put_report(out, text)
    emit([(f"{out}: the {subject} of {title}", "bold green")])


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
