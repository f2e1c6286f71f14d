"""Whatever layers, file names, arguments or the product's own code hold: no escape sequence reaches the terminal."""

from __future__ import annotations

import ast
import contextlib
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import twinstack
from tests.test_printable import harmful
from twinstack.cli import main, report
from twinstack.cli.render import MOST_SHOWN
from twinstack.errors import ConfigurationError, Problem, RehearsalError

EVIL = "\x1b]0;owned\x07\x1b[2J\x9b1m\u202eall checks passed"
IN_YAML = r"\e]0;owned\a\e[2J\x9b1m\u202eall checks passed"
LIBRARY = Path(twinstack.__file__).parent
WRITERS = {
    "print", "Console", "sys.stdout.write", "sys.stderr.write", "typer.echo", "typer.secho", "typer.prompt", "warnings.warn"
}  # fmt: skip


@pytest.fixture(params=["plain", "coloured"])
def coloured(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    if request.param == "coloured":
        monkeypatch.setenv("FORCE_COLOR", "1")
    else:
        monkeypatch.delenv("FORCE_COLOR", raising=False)
    return request.param == "coloured"


def append(layer: str, text: str) -> Callable[[Path], None]:
    def change(project: Path) -> None:
        with (project / "environments" / f"{layer}.yaml").open("a") as file:
            file.write(text)

    return change


def name_a_file(name: str) -> Callable[[Path], None]:
    return lambda project: (project / "environments" / name).write_text('account: "1"\n')


def write_python(text: str) -> Callable[[Path], None]:
    return lambda project: next(iter(project.glob("shop*.py"))).write_text(text)


def leave(_: Path) -> None: ...


WAYS = {
    "a value": (append("dev", f'region: "{IN_YAML}"\n'), ["check"]),
    "a value with line ends": (append("dev", 'region: "x\\n\\nno problems in the environments"\n'), ["check"]),
    "a key": (append("dev", f'"{IN_YAML}": 1\n'), ["check"]),
    "a link": (append("dev", f'web: {{uses: ["{IN_YAML}"]}}\n'), ["check"]),
    "a value that is shown": (append("dev", f'settings: {{variables: {{A: "{IN_YAML}"}}}}\n'), ["explain", "dev"]),
    "a value in a drawing": (append("dev", f'settings: {{variables: {{A: "{IN_YAML}"}}}}\n'), ["diagram", "dev"]),
    "broken YAML": (append("dev", 'a: [\x1b[2J"\n'), ["check"]),
    "a file's name": (name_a_file(f"{EVIL.replace('/', '')}.yaml"), ["check"]),
    "a layer that is not read": (name_a_file(f"{EVIL}.yml"), ["check"]),
    "an environment asked for": (leave, ["check", EVIL]),
    "an environment to explain": (leave, ["explain", EVIL]),
    "a path": (leave, ["explain", "dev", EVIL]),
    "an assignment": (leave, ["explain", "dev", "--set", EVIL]),
    "a command": (leave, [EVIL]),
    "an option": (leave, ["check", f"--{EVIL}"]),
    "an option's value": (leave, ["synth", "--half", EVIL]),
    "a day": (leave, ["check", "--date", EVIL]),
    "a name of a product": (leave, ["init", f"new{EVIL}", "--name", EVIL, "--organization", EVIL, "--region", EVIL]),
    "what to add": (leave, ["add", "postgres", EVIL]),
    "a kind to add": (leave, ["add", EVIL, "one"]),
    "an error of the product": (write_python(f"raise ValueError({EVIL!r})\n"), ["check"]),
    "an end of the product": (write_python(f"import sys\nsys.exit({EVIL!r})\n"), ["check"]),
    "a missing module": (write_python(f"import importlib\nimportlib.import_module({EVIL!r})\n"), ["check"]),
    "a line of the product": (write_python(f"x = 1 / 0  # {EVIL}\n"), ["check"]),
}


@pytest.mark.parametrize("way", WAYS)
def test_an_escape_sequence_is_shown_escaped(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], coloured: bool, way: str
) -> None:
    change, arguments = WAYS[way]
    change(project)
    monkeypatch.setattr("sys.argv", ["twinstack", *arguments])
    with pytest.raises(SystemExit):
        main()
    shown = "".join(capsys.readouterr())
    assert shown
    own = _without_own_colours(shown) if coloured else shown
    assert harmful(own, "\n") == []
    assert "\nno problems" not in own or "errors" not in own


def test_json_holds_what_was_written(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    append("dev", f'settings: {{variables: {{A: "{IN_YAML}"}}}}\n')(project)
    monkeypatch.setattr("sys.argv", ["twinstack", "explain", "dev", "settings.variables.A", "--json"])
    with contextlib.suppress(SystemExit):
        main()
    shown = capsys.readouterr().out
    assert harmful(shown, "\n") == []
    assert json.loads(shown)["value"] == EVIL


def test_what_another_tool_said_is_escaped_too(capsys: pytest.CaptureFixture[str]) -> None:
    report(RehearsalError(f"etcd ended with status 1; its last words:\n{EVIL}"))
    assert harmful(capsys.readouterr().err, "\n") == []


def test_of_very_many_problems_the_first_are_shown_and_the_rest_counted(capsys: pytest.CaptureFixture[str]) -> None:
    report(ConfigurationError(Problem("TW103", "unknown key", f"k{number:05}") for number in range(MOST_SHOWN + 900)))
    shown = capsys.readouterr().err
    assert shown.count("TW103") == MOST_SHOWN
    assert "… and 900 errors more" in shown
    assert shown.endswith("1000 errors\n")


def test_nothing_writes_to_the_terminal_but_what_escapes() -> None:
    """`emit` and `emit_json` write, and the lines that change in place; elsewhere only words of the source do."""
    found = [
        f"{file.relative_to(LIBRARY)}:{node.lineno}"
        for file in sorted(LIBRARY.rglob("*.py"))
        if file not in {LIBRARY / "cli" / "render.py", LIBRARY / "cli" / "delivery" / "progress.py"}
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and _writes(ast.unparse(node.func)) and not _is_harmless(node)
    ]
    assert found == []


def _writes(function: str) -> bool:
    return function in WRITERS or function.startswith("traceback.print_")


def _is_harmless(call: ast.Call) -> bool:
    """Of words in the source and what `printable_line` gives."""
    first = call.args[0] if call.args else None
    parts = first.values if isinstance(first, ast.JoinedStr) else [first]
    return all(
        isinstance(part, ast.Constant) or (part is not None and "printable" in ast.unparse(part)) for part in parts
    )


def _without_own_colours(text: str) -> str:
    """The text without the colours that rich puts around it: those of the product's are escaped, and no colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
