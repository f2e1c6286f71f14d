"""The actions that the workflows use, each pinned by the commit of a release: a tag can be moved, a commit cannot.

Read from the actions' own repositories in August 2026. What Dependabot writes into a workflow since is kept (`pins_in`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Pin:
    """One release of one action."""

    action: str
    """OWNER/NAME."""
    version: str
    """Its tag, `v7.0.1`: for people."""
    commit: str
    """What is run."""

    def __str__(self) -> str:
        return f"{self.action}@{self.commit} # {self.version}"

    @property
    def number(self) -> tuple[int, ...]:
        """To be compared."""
        return tuple(int(part) for part in self.version.removeprefix("v").split("."))


def pins_in(texts: Iterable[str]) -> Mapping[str, Pin]:
    """The pin of each action: ours, or the newer one that a workflow has, whoever wrote it there.

    Whether a newer commit is right is judged where it comes in: in Dependabot's pull request.
    """
    pins = {pin.action: pin for pin in PINS}
    for text in texts:
        for action, commit, version in PINNED.findall(text):
            found = Pin(action, version, commit)
            if action in pins and found.number > pins[action].number:
                pins[action] = found
    return pins


PINNED: Final = re.compile(r"uses: ([\w.-]+/[\w.-]+)@([0-9a-f]{40}) # (v[0-9]+\.[0-9]+\.[0-9]+)$", re.MULTILINE)
PINS: Final = (
    Pin("actions/checkout", "v7.0.1", "3d3c42e5aac5ba805825da76410c181273ba90b1"),
    Pin("actions/setup-python", "v7.0.0", "5fda3b95a4ea91299a34e894583c3862153e4b97"),
    Pin("actions/setup-node", "v7.0.0", "820762786026740c76f36085b0efc47a31fe5020"),
    Pin("actions/upload-artifact", "v7.0.0", "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f"),
    Pin("actions/download-artifact", "v8.0.1", "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c"),
    Pin("actions/attest-build-provenance", "v4.1.0", "a2bbfa25375fe432b6a289bc6b6cd05ecd0c4c32"),
    Pin("actions/github-script", "v8.0.0", "ed597411d8f924073f98dfc5c65a23a2325f34cd"),
    Pin("docker/login-action", "v4.1.0", "4907a6ddec9925e35a0a9e82d7399ccc52663121"),
    Pin("docker/setup-buildx-action", "v4.3.0", "37fe631027851001ddb9b187196cc803df7f5f0e"),
    Pin("docker/build-push-action", "v7.3.0", "53b7df96c91f9c12dcc8a07bcb9ccacbed38856a"),
    Pin("codecov/codecov-action", "v5.5.2", "671740ac38dd9b0130fbe1cec585b89eea48d3de"),
    Pin("aws-actions/configure-aws-credentials", "v6.2.3", "e6de054238d6b7531b4efff3b6587d9aade6a06c"),
    Pin("hashicorp/setup-terraform", "v4.0.1", "dfe3c3f87815947d99a8997f908cb6525fc44e9e"),
)
