"""What no output can carry, or would mean two things, is refused when it loads: where, what is allowed, and the fix."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.checkers import needs_compose
from tests.fidelity import readers
from tests.fidelity.letters import TODAY, TOP, Letters, environment, quoted
from tests.shop import BASE as SHOP
from tests.shop import Shop
from twinstack.cli.assignment import read_assignments
from twinstack.environment import Access, Environment
from twinstack.environment.text import LONGEST
from twinstack.errors import ConfigurationError, Problem
from twinstack.layers.load import Loaded, load_text
from twinstack.local import files_of
from twinstack.settings import SettingsSpec


class Plain(Environment):
    settings: SettingsSpec


def plain(written: str) -> str:
    """What a setting that is written like this is delivered as."""
    layer = f"settings: {{variables: {{A: {written}}}}}\n"
    loaded = load_text(Plain, "live", {"base": TOP + layer, "live": ""}, TODAY).environment
    (variable,) = loaded.settings.offer(Access.READ).variables
    return variable.value


def refused(written: str) -> Problem:
    with pytest.raises(ConfigurationError) as caught:
        plain(written)
    (problem,) = caught.value.problems
    return problem


def delivered_as_written(written: str) -> bool:
    """Whether a scalar without quotes arrives as it is written, or is refused."""
    try:
        return plain(written) == written
    except ConfigurationError:
        return True


@pytest.mark.parametrize("written", ["01234", "+1", "-0", "00", "True", "FALSE"])
def test_a_value_that_would_not_be_delivered_as_it_is_written_is_refused(written: str) -> None:
    problem = refused(written)
    assert (problem.code, problem.path, problem.given) == ("TW754", "settings.variables.A", written)
    assert problem.fix == f'quote it: "{written}"'
    assert plain(f'"{written}"') == written


@pytest.mark.parametrize("written", ["1e3", ".5", "1.10", "1.", "~", "null"])
def test_a_value_that_is_no_text_at_all_is_refused(written: str) -> None:
    assert refused(written).code == "TW104"


@pytest.mark.parametrize("written", ["0x1F", "1_000", "0o17", "yes", "on", "2026-11-28", "12:30", "1", "-5", "true"])
def test_a_value_that_is_delivered_as_it_is_written_is_taken(written: str) -> None:
    assert plain(written) == written


@given(st.from_regex(r"[-+]?[0-9._xoeE]{1,6}|[tTfFyYnN][a-zA-Z]{1,4}", fullmatch=True))
def test_any_scalar_without_quotes_arrives_as_it_is_written_or_is_refused(written: str) -> None:
    assert delivered_as_written(written)


def test_the_command_line_is_held_to_the_same_rule() -> None:
    assignments = read_assignments(["settings.variables.A=01234", "settings.variables.B=[010, 0]"])
    assert assignments.texts[("settings", "variables", "A")] == "01234"
    assert assignments.texts[("settings", "variables", "B", 0)] == "010"


def worker(layer: str) -> Sequence[Problem]:
    """The findings on the product with these lines of its worker's, in its second layer's place."""
    from tests.fidelity.letters import WORKER

    base = TOP + "settings: {variables: {LEVEL: info}}\nkeys: {provided: {KEY: {description: one}}}\n" + WORKER + layer
    try:
        return load_text(Letters, "live", {"base": base, "live": ""}, TODAY).warnings
    except ConfigurationError as error:
        return error.problems


HEALTH = "  health: {command: [look]}\n"


@pytest.mark.parametrize(
    ("layer", "place", "fix"),
    [
        (
            "  health: {command: [celery -A app status]}\n",
            "worker.health.command",
            "write [celery, -A, app, status], or [sh, -c, …] where it takes a shell",
        ),
        (
            "  health: {command: [look], ready: ['test -f /tmp/x && look']}\n",
            "worker.health.ready",
            "write [sh, -c, …] with this line as its last item",
        ),
        (
            HEALTH + "  command: [celery -A app worker]\n",
            "worker.command",
            "write [celery, -A, app, worker], or [sh, -c, …] where it takes a shell",
        ),
    ],
)
def test_a_command_line_in_the_place_of_a_program_is_refused(layer: str, place: str, fix: str) -> None:
    (problem,) = worker(layer)
    assert (problem.code, problem.path, problem.fix) == ("TW752", place, fix)


@needs_compose
def test_a_command_of_one_word_is_a_program_in_both_halves(tmp_path: Path) -> None:
    files = files_of(environment([]))
    service = readers.compose(tmp_path, files, files[PurePosixPath(".env.example")])["worker"]
    assert service["healthcheck"]["test"] == ["CMD", "look"]


@pytest.mark.parametrize(
    ("layer", "place"),
    [
        ("  environment_variables: {BROKER: redis $(LEVEL)}\n" + HEALTH, "worker.environment_variables.BROKER"),
        ("  command: [work, $(KEY)]\n" + HEALTH, "worker.command[1]"),
        ("  health: {command: [look, $(KEY)]}\n", "worker.health.command[1]"),
    ],
)
def test_a_reference_to_a_variable_of_a_link_is_refused(layer: str, place: str) -> None:
    (problem,) = worker(layer)
    assert (problem.code, problem.path, problem.warning) == ("TW753", place, False)


def test_a_reference_to_a_variable_of_its_own_is_warned_of() -> None:
    (problem,) = worker("  environment_variables: {A: one, B: $(A)}\n" + HEALTH)
    assert (problem.code, problem.path, problem.warning) == ("TW753", "worker.environment_variables.B", True)
    assert worker("  environment_variables: {A: one, B: $(NOBODY) $A $$(A }\n" + HEALTH) == ()


PLACES: dict[str, Callable[[str], str]] = {
    "worker.environment_variables.A": lambda one: f"  environment_variables: {{A: {one}}}\n{HEALTH}",
    "worker.command[1]": lambda one: f"  command: [work, {one}]\n{HEALTH}",
    "worker.health.command[1]": lambda one: f"  health: {{command: [look, {one}]}}\n",
}


@pytest.mark.parametrize("place", sorted(PLACES))
@pytest.mark.parametrize("wrong", ["a\0b", "a\rb", "x" * LONGEST], ids=["a zero byte", "a carriage return", "too long"])
def test_a_text_that_no_process_can_be_given_is_refused(place: str, wrong: str) -> None:
    (problem,) = worker(PLACES[place](quoted(wrong)))
    assert (problem.code, problem.path) == ("TW751", place)


def test_the_longest_text_is_the_kernels() -> None:
    longest = LONGEST - len("A=") - 1
    assert plain(f'"{"x" * longest}"') == "x" * longest
    assert refused(f'"{"x" * (longest + 1)}"').allowed == f"{longest} bytes"
    program = shutil.which("true")
    assert program
    assert subprocess.run([program], env={"A": "x" * longest}, check=False).returncode == 0
    with pytest.raises(OSError, match="Argument list too long"):
        subprocess.run([program], env={"A": "x" * (longest + 1)}, check=False)


@pytest.mark.parametrize("path", ["/metrics/?format=prometheus", "/metrics#all", "/metric%73"])
def test_a_path_of_metrics_that_prometheus_would_ask_for_otherwise_is_refused(
    path: str, refuse: Callable[..., Sequence[Problem]]
) -> None:
    (problem,) = refuse("", base=SHOP.replace("  port: 8000\n", f'  port: 8000\n  metrics: "{path}"\n'))
    assert (problem.code, problem.path, problem.given) == ("TW755", "web.metrics", path)


@needs_compose
@pytest.mark.parametrize(
    ("password", "starts"),
    [("local_password", True), ("aZ09._~-", True), ("p@ss", False), ("a/b", False), ("a#b", False), ("100%1", False)],
)
def test_a_database_does_not_start_with_a_password_that_would_lead_elsewhere_in_a_url(
    password: str, starts: bool, accept: Callable[..., Loaded[Shop]], tmp_path: Path
) -> None:
    files = files_of(accept().environment)
    env = files[PurePosixPath(".env.example")].replace("=local_password", f"='{password}'")
    services = readers.compose(tmp_path, files, env)
    variables = services["database"]["environment"]
    assert variables["POSTGRES_PASSWORD"] == password
    program = tmp_path / "docker-entrypoint.sh"
    program.write_text("#!/bin/sh\necho started $1\n")
    program.chmod(0o755)
    path = {"PATH": f"{tmp_path}{os.pathsep}{os.defpath}"}
    command = [readers.undoubled(part) or "" for part in services["database"]["entrypoint"]]
    done = subprocess.run(command, env=variables | path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == ((0, "started postgres\n") if starts else (1, ""))
    assert ("DATABASE_PASSWORD" in done.stderr) is not starts
    url = services["web"]["environment"]["DATABASE_URL"]
    assert not starts or urlsplit(url).password == password
