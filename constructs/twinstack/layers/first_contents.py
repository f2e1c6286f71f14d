"""Whether the records of first contents are of names that there are."""

from __future__ import annotations

from collections.abc import Iterator

from twinstack.environment.base import Environment
from twinstack.errors import Problem
from twinstack.layers.merge import Merged
from twinstack.layers.repair import nearest


def check_first_contents(environment: Environment, merged: Merged) -> Iterator[Problem]:
    """A problem for each record of a name that nothing has: of a Secret that holds something elsewhere it may stay."""
    contents = environment.contents
    known = {one.plain_secret for one in environment.workloads} | {environment.plain_config_name}
    for name in sorted(set(environment.first_contents) - known):
        guess = nearest(name, list(contents))
        yield Problem(
            "TW209",
            "a first content is recorded for a name that nothing has",
            f"first_contents.{name}",
            merged.locate(("first_contents", name)),
            given=name,
            allowed=", ".join(f"{one}: {hash_}" for one, hash_ in contents.items())
            or "nothing here is named by content",
            fix=f"did you mean `{guess}`?" if guess else "remove the line",
        )
