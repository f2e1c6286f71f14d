"""The page of the command line has every command with an example that is understood, and every variable that is read."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
from pathlib import Path
from typing import Any, Final

import pytest
from typer.main import get_command

from docs_generator.blocks import blocks_of
from docs_generator.command_line import FILE, STATUS, commands, reader_in, run
from docs_generator.examples_of_commands import EXAMPLES, Runs
from docs_generator.transcript import commands_of, differences
from docs_generator.variables import VARIABLES
from tests.docs.checks import REPOSITORY
from twinstack.cli import application

LIBRARY: Final = REPOSITORY / "constructs" / "twinstack"
SHOWN: Final = {commands_of(block.text)[0]: block.text for block in blocks_of(FILE) if block.language == "console"}
NEEDED: Final = ("terraform", "checkov")
HANDED_ON: Final = {"HOME", "LANG", "PATH", "SYSTEMROOT", "TMPDIR", "TZ"}
"""What is given to the processes that a rehearsal starts, as it is."""
OTHERS: Final = {
    "AWS_ACCESS_KEY_ID": "looked for, to say that it was not used",
    "AWS_PROFILE": "looked for, to say that it was not used",
    "AWS_SESSION_TOKEN": "looked for, to say that it was not used",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "looked for, to say that it was not used",
    "CERT_NONE": "no variable: urllib3's word",
    "CHECKPOINT_DISABLE": "set for Terraform",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES": "kept from Git: a hook of another repository sets it",
    "GIT_COMMON_DIR": "kept from Git: a hook of another repository sets it",
    "GIT_DIR": "kept from Git: a hook of another repository sets it",
    "GIT_OBJECT_DIRECTORY": "kept from Git: a hook of another repository sets it",
    "GIT_PREFIX": "kept from Git: a hook of another repository sets it",
    "GIT_WORK_TREE": "kept from Git: a hook of another repository sets it",
    "GIT_INDEX_FILE": "set for Git: an index of its own",
    "GIT_OPTIONAL_LOCKS": "set for Git: it only looks",
    "GIT_TERMINAL_PROMPT": "set for Git: it asks nobody",
    "LC_ALL": "set for Git: its own words, in English",
    "PYTHONPATH": "set for the synthesis of a former revision: its folder first",
    "KUBERNETES_EXEC_INFO": "set for the credential program that a kubeconfig names",
    "HEAD": "no variable: a question of HTTP, and Git's word for what is checked out",
    "POST": "no variable: a request of HTTP",
    "TF_CLI_ARGS": "kept from Terraform: what is planned is what is applied",
    "TF_DATA_DIR": "kept from Terraform: its folder is a temporary one",
    "TF_WORKSPACE": "kept from Terraform: an environment has one state",
    "JSII_AGENT": "set for node",
    "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "set for node",
    "TF_CLI_CONFIG_FILE": "set for Terraform",
    "TF_INPUT": "set for Terraform",
    "TF_IN_AUTOMATION": "set for Terraform",
    "TF_REATTACH_PROVIDERS": "set for Terraform",
    "CDK8S_DISABLE_SORT": "looked for: with it, only node's engine makes the output",
    "CDK8S_LEGACY_HASH": "looked for: with it, only node's engine makes the output",
    "SYNTH_HCL_OUTPUT": "looked for: with it, only node's engine makes the output",
    "TWINSTACK_CODE_CACHE": "set for node",
    "TWINSTACK_KERNEL": "set for node",
    "TWINSTACK_STARTED_AGAIN_FOR": "set for the program itself, begun anew",
}
"""Names of variables that nobody sets to change what the library does."""


def test_every_command_has_one_example() -> None:
    assert sorted(one.words for one in commands()) == sorted(one.words for one in EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.words)
def test_an_example_is_understood_by_its_command(example: Any) -> None:
    group: Any = get_command(application.application)
    words = shlex.split(example.command)[1:]
    while hasattr(group, "commands"):
        name, *words = words
        group = group.commands[name]
    context = group.make_context(name, words)
    assert context.args == []


def test_every_option_of_every_command_is_on_the_page() -> None:
    page = FILE.read_text(encoding="utf-8")
    for one in commands():
        section = page.partition(f"\n## {one.words}\n")[2].partition("\n## ")[0]
        for name in (name for option in one.options for name in option.opts):
            assert f"`{name}`" in section, f"{one.words} {name}"


def test_what_ends_with_1_is_said() -> None:
    tree = ast.parse(Path(application.__file__).read_text(encoding="utf-8"))
    ending = {
        f"twinstack {function.name}"
        for function in tree.body
        if isinstance(function, ast.FunctionDef) and "else 1)" in ast.unparse(function)
    }
    ending.add("twinstack bootstrap")  # what AWS refuses is an error without a status of its own
    assert ending == {words for words, text in STATUS.items() if re.search(r"\b1 ", text)}


def test_every_variable_that_the_library_reads_is_on_the_page_and_no_other() -> None:
    named = set()
    for file in LIBRARY.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        if "os.environ" in text or "getenv" in text:
            named |= {
                node.value
                for node in ast.walk(ast.parse(text))
                if isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+|[A-Z]{2,}", node.value)
            }
    assert named - HANDED_ON - set(OTHERS) == set(VARIABLES)
    assert set(OTHERS) <= named


@pytest.mark.slow
@pytest.mark.skipif(not all(map(shutil.which, NEEDED)), reason=f"{' and '.join(NEEDED)} are not on the path")
def test_the_recorded_examples_show_what_is_really_said(tmp_path: Path) -> None:
    reader = reader_in(tmp_path)
    found = []
    for example in EXAMPLES:
        if example.runs is not Runs.NEVER:
            found += differences(SHOWN[example.command], run(example, reader))
    assert found == [], "record them anew: python -m docs_generator --record"
