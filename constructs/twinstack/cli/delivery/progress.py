"""How a deployment's progress looks: a line for each thing, changing in place on a terminal; plain lines anywhere else."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TextIO

from twinstack.cli.render import Piece, emit, is_coloured
from twinstack.delivery.progress import Progress, State
from twinstack.printable import printable_line

if TYPE_CHECKING:
    from rich.console import Group


@contextmanager
def shown(stream: TextIO | None = None) -> Generator[Progress]:
    """Whoever is told of the progress shows it until this is left: on stderr, for results alone go to stdout."""
    stream = stream or sys.stderr
    if not (stream.isatty() and is_coloured(stream)):
        yield Lines(stream)
        return
    lines = LivingLines(stream)
    with lines.living():
        yield lines


class Lines:
    """One line for each change of a thing's state, with the seconds since the beginning. What is unchanged is silent."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._began = time.monotonic()
        self._told: dict[str, tuple[State, str]] = {}
        self._lock = threading.Lock()

    def state(self, subject: str, state: State, detail: str = "") -> None:
        with self._lock:
            if state in _SILENT or self._told.get(subject) == (state, detail):
                return
            if self._told.get(subject, (None,))[0] is State.READY is state:
                return  # ready still, with other words
            self._told[subject] = (state, detail)
            self._say(subject, _words(state, detail), _STYLES.get(state, ""))

    def log(self, subject: str, line: str) -> None:
        with self._lock:
            self._say(subject, f"| {printable_line(line)}", "dim")

    def note(self, text: str) -> None:
        with self._lock:
            self._say("note", text, "yellow")

    def _say(self, subject: str, text: str, style: str) -> None:
        seconds = f"{time.monotonic() - self._began:6.1f} s  "
        emit([(seconds, "dim"), (subject, "bold"), (f"  {text}", style)], self._stream)


class LivingLines:
    """On a terminal: what is done stands above, what is under way below, each on one line that changes in place."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.live import Live

        self._console = Console(file=stream, force_terminal=True, highlight=False)
        self._live = Live(console=self._console, auto_refresh=True, refresh_per_second=10, transient=True)
        self._live.get_renderable = self._render  # type: ignore[method-assign]
        self._began = time.monotonic()
        self._since: dict[str, float] = {}
        self._now: dict[str, tuple[State, str]] = {}
        self._logs: dict[str, list[str]] = {}
        self._ended: dict[str, State] = {}
        self._unchanged = 0
        self._lock = threading.RLock()

    @contextmanager
    def living(self) -> Generator[None]:
        """Shows the lines while this lasts; what is still under way at its end stays as it was last seen."""
        with self._live:
            yield
        for subject, (state, detail) in self._now.items():
            self._print(subject, state, detail)
        if self._unchanged:
            self._console.print(f"[dim]      =  {self._unchanged} unchanged[/dim]")

    def state(self, subject: str, state: State, detail: str = "") -> None:
        with self._lock:
            if state is State.UNCHANGED:
                self._unchanged += 1
                self._now.pop(subject, None)
            elif state in _ENDED:
                self._now.pop(subject, None)
                if self._ended.get(subject) is not state:
                    self._print(subject, state, detail)
                self._ended[subject] = state
            else:
                self._since.setdefault(subject, time.monotonic())
                self._now[subject] = (state, detail)

    def log(self, subject: str, line: str) -> None:
        with self._lock:
            self._logs.setdefault(subject, []).append(printable_line(line))
            del self._logs[subject][:-_LOG_LINES]

    def note(self, text: str) -> None:
        from rich.text import Text

        with self._lock:
            self._console.print(
                Text.assemble(("      !  ", "yellow"), (printable_line(text), "yellow")), soft_wrap=True
            )

    def _print(self, subject: str, state: State, detail: str) -> None:
        seconds = time.monotonic() - self._since.get(subject, time.monotonic())
        taken = f"  {seconds:.1f} s" if seconds >= _WORTH_TELLING else ""
        from rich.text import Text

        mark, style = _MARKS.get(state, ("·", "")), _STYLES.get(state, "")
        pieces: list[Piece] = [
            (f"      {mark}  ", style), (printable_line(subject), "bold"),
            (f"  {_words(state, detail)}", style), (taken, "dim"),
        ]  # fmt: skip
        self._console.print(Text.assemble(*pieces), soft_wrap=True)

    def _render(self) -> Group:
        from rich.console import Group
        from rich.spinner import Spinner
        from rich.text import Text

        with self._lock:
            rows: list[Spinner | Text] = []
            for subject, (state, detail) in [*self._now.items()][:_ROWS]:
                seconds = time.monotonic() - self._since[subject]
                text = Text.assemble(
                    (printable_line(subject), "bold"), (f"  {_words(state, detail)}", _STYLES.get(state, "")),
                    (f"  {seconds:.0f} s", "dim"),
                )  # fmt: skip
                text.truncate(self._console.width - _MARGIN, overflow="ellipsis")
                rows.append(Spinner("dots", text=text, style="cyan"))
                rows += [Text(f"         | {line}", "dim", no_wrap=True) for line in self._logs.get(subject, ())]
            if len(self._now) > _ROWS:
                rows.append(Text(f"         … and {len(self._now) - _ROWS} more", "dim"))
            return Group(*rows)


def _words(state: State, detail: str) -> str:
    return f"{state}, {printable_line(detail)}" if detail not in ("", state) else str(state)


_SILENT: Final = frozenset({State.UNCHANGED, State.WAITING, State.APPLYING})
_ENDED: Final = frozenset(
    {State.READY, State.COMPLETE, State.DELETED, State.KEPT, State.FAILED, State.CREATED, State.CHANGED}
)
_STYLES: Final = {
    State.CREATED: "green", State.CHANGED: "green", State.READY: "bold green", State.COMPLETE: "bold green",
    State.DELETED: "yellow", State.KEPT: "dim", State.FAILED: "bold red", State.STARTING: "cyan", State.APPLYING: "cyan",
}  # fmt: skip
_MARKS: Final = {
    State.CREATED: "+", State.CHANGED: "~", State.READY: "✓", State.COMPLETE: "✓", State.DELETED: "-",
    State.KEPT: "=", State.FAILED: "✗",
}  # fmt: skip
_LOG_LINES: Final = 5
_ROWS: Final = 30
_MARGIN: Final = 4
_WORTH_TELLING: Final = 0.5
