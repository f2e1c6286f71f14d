"""The files under .github/, as texts by their path in the repository."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment as Templates
from jinja2 import PackageLoader, StrictUndefined

from twinstack.delivery.workflows.actions import pins_in
from twinstack.delivery.workflows.pipeline import Pipeline, pipeline_of

if TYPE_CHECKING:
    from twinstack.environment.base import Environment
    from twinstack.layers.load import Loaded


def files_of(loaded: Sequence[Loaded[Environment]], root: Path, to_come: Collection[str] = ()) -> Mapping[Path, str]:
    """The workflows and Dependabot's settings of a product with these environments, whose repository is `root`.

    `to_come` are files that it will have beside those that it has. Newer pins of actions that its workflows have are kept. Raises UsageError where no pipeline is described,
    ConfigurationError where the environments disagree.
    """
    held = [path.read_text(encoding="utf-8") for path in sorted((root / WORKFLOWS).glob("*.yml"))]
    pipeline = pipeline_of(loaded, _outside(loaded, root, to_come))
    pins = pins_in(held)
    return {path: _render(template, pipeline, pins) for path, template in FILES.items()}


def _render(template: str, pipeline: Pipeline, pins: Mapping[str, Any]) -> str:
    text = _TEMPLATES.get_template(template).render(
        pipeline=pipeline,
        github=pipeline.github,
        origin=ORIGIN,
        uses=lambda action: f"uses: {pins[action]}",
        comment_script=_script("comment.js"),
        drift_script=_script("drift.js"),
    )
    return re.sub(r"\n+(?=\n      - )", "", text).rstrip("\n") + "\n"  # steps stand close, whatever made them


def _script(name: str) -> str:
    """What an action of GitHub's runs, as text: no template, for it has no value in it."""
    return (Path(__file__).parent / "templates" / name).read_text(encoding="utf-8").rstrip("\n")


def _outside(
    loaded: Sequence[Loaded[Environment]], root: Path, to_come: Collection[str]
) -> Mapping[str, Sequence[str]]:
    """Where Dependabot has something to look at: of the folders that the environments name, those with such files."""
    from twinstack.delivery.spec import DeliverySpec

    folders = ["."]
    for one in loaded:
        folders += [workload.build for workload in one.environment.workloads if workload.build]
        delivery = one.environment.find(DeliverySpec)
        if delivery is not None and delivery.github is not None:
            folders += [test.folder for test in delivery.github.tests.values()]
    folders = list(dict.fromkeys(folders))
    return {kind: found for kind, patterns in SIGNS.items() if (found := [*_with(root, folders, patterns, to_come)])}


def _with(root: Path, folders: Sequence[str], patterns: Sequence[str], to_come: Collection[str]) -> Iterator[str]:
    for folder in folders:
        coming = [path.name for path in map(Path, to_come) if path.parent == Path(folder)]
        held = [path.name for path in (root / folder).glob("*")]
        if any(fnmatch(name, pattern) for name in (*coming, *held) for pattern in patterns):
            yield "/" if folder == "." else f"/{folder}"


ORIGIN: Final = "# Made by `twinstack workflows` from environments/: change it there. Newer pins of actions are kept.\n"
WORKFLOWS: Final = Path(".github/workflows")
FILES: Final[Mapping[Path, str]] = {
    WORKFLOWS / "deploy.yml": "deploy.yml.jinja",
    WORKFLOWS / "pull-request.yml": "pull-request.yml.jinja",
    WORKFLOWS / "drift.yml": "drift.yml.jinja",
    Path(".github/dependabot.yml"): "dependabot.yml.jinja",
    Path(".github/actionlint.yaml"): "actionlint.yaml.jinja",
}
SIGNS: Final[Mapping[str, Sequence[str]]] = {
    "pip": ("requirements*.txt", "Pipfile", "pyproject.toml"),
    "npm": ("package.json",),
    "docker": ("Dockerfile",),
}
"""What Dependabot reads, by its name for it."""
_TEMPLATES: Final = Templates(
    loader=PackageLoader("twinstack.delivery.workflows"),
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    trim_blocks=True,
    lstrip_blocks=True,
    autoescape=False,  # noqa: S701  nothing of it is HTML
    # GitHub's own expressions stand in `${{ }}`.
    variable_start_string="<<",
    variable_end_string=">>",
    block_start_string="<%",
    block_end_string="%>",
    comment_start_string="<#",
    comment_end_string="#>",
)
