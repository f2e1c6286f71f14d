"""What GitHub has to know of a product: its repository, its runners, and how its parts are tested."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import Field

from twinstack.environment.model import Finding, Model

BRANCH: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$"
"""A branch without characters that a filter of GitHub's would read as a pattern."""
Branch = Annotated[str, Field(pattern=BRANCH, max_length=200)]
Label = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$")]
Runner = Annotated[tuple[Label, ...], Field(min_length=1)]
"""The labels that a runner must have, all of them."""
Command = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=1000)]
"""One line for bash. `${{` is refused: what GitHub puts in there would be run."""
Folder = Annotated[str, Field(pattern=r"^(\.|[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)$")]


class Test(Model):
    """How one part of the product is tested: at every push and for every pull request, without any credentials."""

    __test__ = False
    """None of pytest's."""

    folder: Folder = "."
    """Where its commands run."""
    python: Annotated[str, Field(pattern=r"^3\.[0-9]{1,2}$")] | None = None
    """The Python that they find, `3.13`; the runner's own unless given."""
    node: Annotated[str, Field(pattern=r"^[0-9]{2}$")] | None = None
    """The Node that they find, `24`; the runner's own unless given."""
    run: Annotated[tuple[Command, ...], Field(min_length=1)]
    """Its commands, one after the other."""
    coverage: Folder | None = None
    """The file of its coverage, in its folder, for Codecov, whose token is the GitHub secret CODECOV_TOKEN."""

    def rules(self) -> Iterator[Finding]:
        yield from check_commands(self.run, "run")


class GitHub(Model):
    """The repository whose workflows deliver the product. The same for every environment."""

    repository: Annotated[str, Field(pattern=r"^[A-Za-z0-9](-?[A-Za-z0-9]){0,38}/[A-Za-z0-9._-]{1,100}$")]
    """OWNER/NAME. AWS trusts this one and no other, and images go to ghcr.io/OWNER."""
    owner_id: Annotated[int, Field(ge=1)] | None = None
    """The owner's number, which stays when a name changes hands: `gh api repos/OWNER/NAME --jq .owner.id`."""
    repository_id: Annotated[int, Field(ge=1)] | None = None
    """The repository's number: `gh api repos/OWNER/NAME --jq .id`. A repository made, renamed or moved since 15 July 2026
    has both in its tokens' subject; without them AWS refuses it."""
    default_branch: Branch = "main"
    """Where the nightly comparison runs from."""
    runs_on: Runner = ("ubuntu-24.04",)
    """Who tests, builds and rehearses. No credentials of AWS come here but those of a plan."""
    install: Annotated[tuple[Command, ...], Field(min_length=1)] = (
        "python -m venv .venv",
        ".venv/bin/python -m pip install --quiet --requirement requirements.txt",
    )
    """What makes `.venv/bin/twinstack`, from the repository's folder."""
    python: Annotated[str, Field(pattern=r"^3\.[0-9]{1,2}$")] = "3.13"
    """The Python that twinstack runs on there."""
    terraform_version: Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")] = "1.11.4"
    """The Terraform that plans and applies; 1.11 is the first with write-only arguments."""
    attest: bool = True
    """Whether images are attested as this repository's build. GitHub does so for public repositories, and for private ones
    of GitHub Enterprise Cloud; BuildKit's own provenance and list of contents are in the image either way."""
    tests: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")], Test] = Field(default_factory=dict)
    """The parts of the product with tests of their own, by name."""

    @property
    def owner(self) -> str:
        """OWNER, as it is written."""
        return self.repository.partition("/")[0]

    @property
    def registry(self) -> str:
        """Where its workflows may push images: ghcr.io/OWNER, in lower case as image names are."""
        return f"ghcr.io/{self.owner.lower()}"

    def rules(self) -> Iterator[Finding]:
        yield from check_commands(self.install, "install")
        for given, needed in (("owner_id", "repository_id"), ("repository_id", "owner_id")):
            if getattr(self, given) is not None and getattr(self, needed) is None:
                yield Finding(
                    "TW361",
                    "one of two numbers of a repository",
                    (needed,),
                    given=f"{given} without {needed}",
                    allowed="both, or neither for a repository older than 15 July 2026",
                    fix=f"add `{needed}`",
                )


def check_commands(commands: tuple[str, ...], field: str) -> Iterator[Finding]:
    """A finding for each command in which GitHub would put a value before bash reads it.

    Source: GitHub Docs, "Script injections".
    """
    for index, command in enumerate(commands):
        if "${{" in command:
            yield Finding(
                "TW362",
                "GitHub would put a value into a command before it is run",
                (field, index),
                given=command,
                allowed="a command without `${{`",
                fix="read it from a variable of the environment, `$GITHUB_SHA`",
            )


def is_hosted(runner: tuple[str, ...]) -> bool:
    """Whether GitHub's own machines have these labels: those come from addresses that change, shared with everybody.

    Source: GitHub Docs, "GitHub-hosted runners reference", read on 2026-11-28. A larger runner has a label of its
    owner's choice, and may have addresses of its own.
    """
    return all(HOSTED.fullmatch(label) for label in runner)


HOSTED: Final = re.compile(
    r"(ubuntu|windows|macos)-(latest|slim|[0-9]{2,4}(\.[0-9]{2})?)(-(arm|intel|large|xlarge|vs[0-9]{4}))?"
)
