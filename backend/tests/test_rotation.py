"""A key is rotated in a rolling update: processes of both generations at once, and no request is refused."""

from __future__ import annotations

from itertools import product

import pytest

from tests.conftest import Stack, Web, web_settings
from tests.servers import WEB, python
from tokens import Tokens

NEW, NEWER = "n" * 32, "m" * 32
UNLIMITED = {"RATE_LIMIT_PER_MINUTE": "100000", "RATE_LIMIT_PER_HOUR": "100000"}
OLD_GENERATION: dict[str, str] = {**UNLIMITED}
NEW_GENERATION = {
    **UNLIMITED,
    "JWT_SECRET": NEW,
    "JWT_SECRET_PREVIOUS": WEB["JWT_SECRET"],
    "SHARED_JWT_SECRET": NEW + "shared",
    "SHARED_JWT_SECRET_PREVIOUS": WEB["SHARED_JWT_SECRET"],
}


def issued_by(generation: dict[str, str], subject: str = "ann") -> str:
    """A token of a process of that generation."""
    done = python("-m", "issue_token", "--subject", subject, variables={**WEB, **generation})
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def status(web: Web, token: str) -> int:
    return web.get("/api/summary", Authorization=f"Bearer {token}").status_code


def test_no_token_of_either_generation_is_refused_by_the_other_in_a_rolling_update(stack: Stack) -> None:
    """Two old pods, two new ones, one after the other; each generation signs, each pod is asked."""
    pods = [stack.web(**OLD_GENERATION), stack.web(**OLD_GENERATION)]
    tokens = {"before": issued_by(OLD_GENERATION)}
    refused = []
    for step in range(3):
        refused += [(step, name) for web, (name, token) in product(pods, tokens.items()) if status(web, token) != 200]
        if step < 2:
            pods.append(stack.web(**NEW_GENERATION))
            tokens[f"of a new pod, step {step}"] = issued_by(NEW_GENERATION)
            tokens[f"of an old pod, step {step}"] = issued_by(OLD_GENERATION)
    for _ in range(2):
        pods.pop(0).process.stop()
        refused += [
            ("old pods go", name) for web, (name, one) in product(pods, tokens.items()) if status(web, one) != 200
        ]
    assert refused == []


def test_once_the_rollout_is_over_the_new_key_signs_and_the_former_one_is_still_accepted(stack: Stack) -> None:
    over = {**NEW_GENERATION, "JWT_OVERLAP_SECONDS": "0"}
    web, late = stack.web(**over), issued_by(over)
    assert status(web, issued_by(OLD_GENERATION)) == status(web, late) == 200
    alone = stack.web(**UNLIMITED, JWT_SECRET=NEW)
    assert status(alone, late) == 200
    assert status(alone, issued_by(OLD_GENERATION)) == 401, "once the former key is taken away"
    following = stack.web(**UNLIMITED, JWT_SECRET=NEWER, JWT_SECRET_PREVIOUS=NEW)
    assert status(following, late) == 200, "the next rotation refuses nobody either"


def test_the_former_key_signs_until_the_overlap_is_over() -> None:
    now = 0.0
    generation = Tokens(web_settings(**NEW_GENERATION, JWT_OVERLAP_SECONDS="900"), clock=lambda: now)
    old, new_alone = Tokens(web_settings()), Tokens(web_settings(JWT_SECRET=NEW))
    assert old.verify(generation.issue("ann")).subject == "ann"
    now = 900.0
    assert new_alone.verify(generation.issue("ann")).subject == "ann"


@pytest.mark.parametrize("name", ["JWT_SECRET_PREVIOUS", "SHARED_JWT_SECRET_PREVIOUS"])
def test_an_empty_former_key_is_none(name: str) -> None:
    settings = web_settings(**{name: ""})
    assert len(Tokens(settings)._keys) == 2
