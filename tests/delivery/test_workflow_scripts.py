"""The two scripts in JavaScript: the comment of a pull request and the issue of the night, on a stand-in of GitHub's API."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.workflow_steps import steps
from twinstack.bindings.node import find_node

HARNESS = """\
const world = JSON.parse(process.argv[1]);
const calls = [];
const record = (name) => async (given) => { calls.push([name, given]); };
const issues = { listComments: 'comments', listForRepo: 'issues' };
for (const name of ['updateComment', 'createComment', 'update', 'create']) issues[name] = record(name);
const github = { rest: { issues }, paginate: async (what) => world[what] };
const context = {
  repo: { owner: 'acme', repo: 'shop' }, serverUrl: 'https://github.com', runId: 7,
  payload: { pull_request: { number: 5, head: { sha: '0a1b2c3' } } },
};
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
new AsyncFunction('github', 'context', 'require', world.script)(github, context, require)
  .then(() => console.log(JSON.stringify(calls)));
"""


def ran(job: str, folder: Path, **world: Any) -> list[tuple[str, dict[str, Any]]]:
    """What the script of this job asks of GitHub."""
    (script,) = [
        one.body["with"]["script"] for one in steps() if one.job == job and "script" in one.body.get("with", {})
    ]
    given = json.dumps({"script": script, "comments": [], "issues": [], **world})
    done = subprocess.run([find_node(), "-e", HARNESS, given], cwd=folder, capture_output=True, text=True, check=True)
    return [(name, arguments) for name, arguments in json.loads(done.stdout)]


@pytest.fixture
def comment(tmp_path: Path) -> Path:
    (tmp_path / "comment").mkdir()
    (tmp_path / "comment" / "diff-prod.md").write_text("### `shop-prod`\n\n1 safe since `0a1b2c3`\n")
    (tmp_path / "comment" / "plan-dev.md").write_text("### `shop-dev 0a1b2c3`\n\n1 safe against what stands\n")
    return tmp_path


def test_the_first_time_a_comment_is_made(comment: Path) -> None:
    ((name, given),) = ran(
        "comment", comment, comments=[{"id": 1, "user": {"type": "User"}, "body": "<!-- twinstack --> mine"}]
    )
    assert (name, given["issue_number"]) == ("createComment", 5)
    body = given["body"]
    assert body.startswith("<!-- twinstack -->\nWhat 0a1b2c3 changes")
    assert body.endswith(
        "changes\n\n### `shop-prod`\n\n1 safe since `0a1b2c3`\n\n### `shop-dev 0a1b2c3`\n\n1 safe against what stands"
    )


def test_later_it_is_updated(comment: Path) -> None:
    held = [
        {"id": 1, "user": {"type": "Bot"}, "body": "another"},
        {"id": 2, "user": {"type": "Bot"}, "body": "<!-- twinstack -->\nold"},
    ]
    ((name, given),) = ran("comment", comment, comments=held)
    assert (name, given["comment_id"]) == ("updateComment", 2)


def test_what_is_too_long_is_left_in_the_artifacts(comment: Path) -> None:
    (comment / "comment" / "plan-prod.md").write_text("x" * 100_000)
    ((_, given),) = ran("comment", comment)
    assert len(given["body"]) < 65_536
    assert "**plan-prod.md** is too long" in given["body"]


OPEN = {"number": 9, "title": "What runs is not what was deployed"}


@pytest.mark.parametrize(
    ("found", "issues", "asked"),
    [
        (False, [], []),
        (True, [], ["create"]),
        (True, [OPEN], ["update"]),
        (True, [{**OPEN, "pull_request": {}}, {"number": 1, "title": "another"}], ["create"]),
        (False, [OPEN], ["update"]),
    ],
)
def test_the_night_keeps_one_issue(tmp_path: Path, found: bool, issues: list[dict[str, Any]], asked: list[str]) -> None:
    if found:
        (tmp_path / "drift").mkdir()
        (tmp_path / "drift" / "prod.txt").write_text("Deployment web: replicas\n")
    calls = ran("report", tmp_path, issues=issues)
    assert [name for name, _ in calls] == asked
    if found:
        assert "### prod\n\n    Deployment web: replicas" in calls[0][1]["body"]
        assert "https://github.com/acme/shop/actions/runs/7" in calls[0][1]["body"]
    elif asked:
        assert calls[0][1]["state"] == "closed"
