"""The page of the command line: each command from the Typer application, with an example that is run."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin

from typer.main import get_command

from docs_generator.blocks import Block, blocks_of
from docs_generator.examples_of_commands import EXAMPLES, Example, Runs
from docs_generator.page import WRITTEN
from docs_generator.transcript import PROMPT, Reader, commands_of, differences
from docs_generator.variables import variable_table
from twinstack.cli.application import application

PAGE: Final = "reference/command-line.md"
FILE: Final = Path(__file__).parents[1] / "docs" / PAGE


@dataclass(frozen=True, slots=True)
class Command:
    """One command, or one of a group, by the words that are typed for it."""

    words: str
    command: Any

    @property
    def options(self) -> list[Any]:
        return [each for each in self.command.params if each.opts[0].startswith("-")]

    @property
    def arguments(self) -> list[Any]:
        return [each for each in self.command.params if not each.opts[0].startswith("-")]


def commands() -> list[Command]:
    """Every command, in the order of `twinstack --help`."""
    return [*_commands("twinstack", get_command(application))]


def command_line_page(*, record: bool = False) -> str:
    """The whole page. Examples that take long are shown as they were recorded, unless `record` says to run them anew."""
    shown = _shown(record=record)
    rows = [f"| [`{one.words}`](#{_anchor(one.words)}) | {_summary(one.command)} |" for one in commands()]
    parts = [
        "# Command line",
        WRITTEN,
        HEAD,
        "\n".join(["| command | what it does |", "|---|---|", *rows]),
        *(part for one in commands() for part in _section(one, shown)),
        TAIL,
        variable_table(),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _commands(words: str, group: Any) -> Iterator[Command]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(f"{words} {name}", command)
        else:
            yield Command(f"{words} {name}", command)


def _section(one: Command, shown: Mapping[str, str]) -> Iterator[str]:
    yield f"## {one.words}"
    yield from (text for text in _help(one.command) if not text.startswith("Example:"))
    usage = [one.words, *(["[OPTIONS]"] if one.options else []), *map(_metavar, one.arguments)]
    yield f"```text\n{' '.join(usage)}\n```"
    rows = [_row(each) for each in (*one.arguments, *one.options)]
    if rows:
        yield "\n".join(["| argument or option | takes | default | what it does |", "|---|---|---|---|", *rows])
    yield f"Exit status: {STATUS.get(one.words, USUAL_STATUS)}"
    yield f"```console\n{shown[one.words]}```"


def _help(command: Any) -> list[str]:
    return [" ".join(part.split()) for part in (command.help or "").split("\n\n")]


def _summary(command: Any) -> str:
    return _help(command)[0]


def _anchor(words: str) -> str:
    return words.replace(" ", "-")


def _metavar(argument: Any) -> str:
    name = argument.metavar or str(argument.name).upper()
    several = "..." if argument.nargs == -1 else ""
    return name if argument.required else f"[{name}]{several}"


def _row(parameter: Any) -> str:
    is_option = parameter.opts[0].startswith("-")
    names = ", ".join(f"`{name}`" for name in parameter.opts) if is_option else f"`{_metavar(parameter)}`"
    repeated = "; may be given several times" if parameter.multiple else ""
    return f"| {names} | {_takes(parameter)}{repeated} | {_default(parameter)} | {_said(parameter)} |"


def _said(parameter: Any) -> str:
    return str(parameter.help).strip().replace("|", "\\|")


def _takes(parameter: Any) -> str:
    annotation = parameter.type_descriptor.annotation
    if get_origin(annotation) is Literal:
        return f"one of {', '.join(f'`{choice}`' for choice in get_args(annotation))}"
    if annotation is bool:
        return "nothing"
    kind = "a path" if annotation is Path else "text"
    is_named = parameter.opts[0].startswith("-") and parameter.metavar
    return f"`{parameter.metavar}`".replace("|", "\\|") if is_named else kind


def _default(parameter: Any) -> str:
    if parameter.required:
        return "**needed**"
    if parameter.type_descriptor.annotation is bool:
        return "off"
    return f"`{parameter.default}`" if parameter.default not in (None, "", ()) else "none"


def _shown(*, record: bool) -> dict[str, str]:
    known = _recorded()
    shown = {}
    with tempfile.TemporaryDirectory(prefix="command-line-") as home:
        reader = reader_in(Path(home))
        for example in EXAMPLES:
            if example.runs is Runs.NEVER or (example.runs is Runs.RECORDED and not record):
                shown[example.words] = known.get(example.command, f"{PROMPT}{example.command}\n")
                continue
            real = run(example, reader)
            old = known.get(example.command, "")
            shown[example.words] = real if any(differences(old, real)) else old
    return shown


def reader_in(home: Path) -> Reader:
    """Somebody with the programs of this environment and no control plane, in an empty folder."""
    return Reader(home, {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "KUBEBUILDER_ASSETS": ""})


def run(example: Example, reader: Reader) -> str:
    """The example as a page shows it, once what it needs has been done."""
    for command in example.before:
        reader.follow(Block(FILE, 1, "console", f"{PROMPT}{command}\n"))
    return reader.follow(Block(FILE, 1, "console", f"{PROMPT}{example.command}\n", example.shows))


def _recorded() -> dict[str, str]:
    """What the page shows at present, by the command."""
    if not FILE.is_file():
        return {}
    return {
        command: block.text
        for block in blocks_of(FILE)
        if block.language == "console"
        for command in commands_of(block.text)[:1]
    }


HEAD: Final = """\
`twinstack` comes with the library, and `python -m twinstack` is the same. Every command but `init` is run in the folder of
a product, or below it, and finds there by `pyproject.toml` what the product is. `-h` or `--help` after any command
describes it; `twinstack --version` shows the versions of the library and of the engines.

`--set PATH=VALUE` puts one more layer on top, for one run ([its rules](environment-files.md#-set)). `--json` prints for
programs what is otherwise printed for people. Results go to the output, problems to the error stream."""
USUAL_STATUS: Final = "0; 2 where the command or an environment is wrong."
STATUS: Final = {
    "twinstack check": "0, also with warnings; 2 where an environment is wrong.",
    "twinstack bootstrap": "0; 3 without `--apply` where something is to be done; 1 where AWS refuses; 2 where the bucket or the "
    "credentials are somebody else's, or an environment is wrong.",
    "twinstack adopt": "0; 3 without `--write` where something is to be written; 2 where an address, an id or an environment is "
    "wrong.",
    "twinstack addresses": "0; 3 without `--write` where an address is not frozen; 2 where one that is frozen is gone, or an "
    "environment is wrong.",
    "twinstack local": "0; 1 with `--check` where a file differs; 2 where the command or the environment is wrong.",
    "twinstack workflows": "0; 1 with `--check` where a file differs; 2 where there is no pipeline, or an environment is wrong.",
    "twinstack rehearse": "0 where nothing wrong was found in what was rehearsed, which without a control plane is the Terraform "
    "half alone (the last line says so); 1 where something is wrong; 2 where an environment is wrong or a tool is missing, "
    "with `--strict` also any part of the control plane.",
    "twinstack diff": "0 where nothing is different; 3 where something is; 2 where an environment is wrong or what it is compared "
    "with is not there.",
    "twinstack control-plane": "0; 3 where a program is missing.",
    "twinstack scan": "0; 1 where something is left that nobody accepted; 2 where checkov is missing or an environment is "
    "wrong.",
}
"""Of the commands for which success and mistake are not all."""
TAIL: Final = """\
## Exit statuses

[Errors](../errors.md) has what each means, whatever the command.

## Environment variables

What the library reads of the shell's environment. None has to be set, but for a rehearsal on Kubernetes."""
