"""The runs follow the page: the migration first, then the rest; and a return leaves the migration out."""

from __future__ import annotations

from tests.rotation.documented import release_commands, return_commands


def test_a_release_migrates_before_it_applies_the_rest() -> None:
    commands = release_commands()
    places = [commands.index(part) for part in ("[012]*.yaml", "--filename dist/analytics-prod\n", "rollout status")]
    assert places == sorted(places)


def test_a_return_leaves_the_jobs_out_and_needs_no_tool_but_kubectl() -> None:
    commands = return_commands()
    assert "[0134]*.yaml" in commands
    assert "git" not in commands
    assert "twinstack" not in commands
