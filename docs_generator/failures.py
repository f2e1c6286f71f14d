"""The page of failures: what others had, what production was broken in, and what catches each before an apply."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from docs_generator.page import WRITTEN
from twinstack.policy.aws.catalogue import RULES as RULES_OF_AWS

ROOT: Final = Path(__file__).parents[1]
TEST_OF_FAILURES: Final = "tests/policy/test_known_failures.py"
TEST_OF_MUTATIONS: Final = "tests/mutations/test_mutations.py"


def failures() -> list[dict[str, Any]]:
    """The rows of failures.yaml."""
    found: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("failures.yaml").read_text(encoding="utf-8"))
    return found


def mutations() -> dict[str, list[tuple[str, Any, str, str]]]:
    """The ways in which the tests break production, by group: a name, the change, the layer and what it says."""
    text = (ROOT / "tests/mutations/mutations.yaml").read_text(encoding="utf-8")
    found: dict[str, list[tuple[str, Any, str, str]]] = yaml.safe_load(text)
    return found


def failures_page() -> str:
    """The whole page, in Markdown."""
    had = [
        f"| {one['id']} | {one['what']} | {_rule(one['by'])} | {', '.join(map(_issue, one['source']))} |"
        for one in failures()
    ]
    parts = [
        "# Failures, and what catches them",
        WRITTEN,
        HEAD,
        "## Failures of others",
        f"Each is tried in `{TEST_OF_FAILURES}`, as it was and repaired.",
        "\n".join(["| row | what went wrong | caught by | reported in |", "|---|---|---|---|", *had]),
        "## Production, broken",
        f"Each is tried in `{TEST_OF_MUTATIONS}`. A layer that is named catches it; a later one may as well.",
    ]
    for group, rows in mutations().items():
        lines = [f"| {name} | {LAYERS[layer]} | {_said(layer, code)} |" for name, _, layer, code in rows]
        parts += [f"### {GROUPS[group]}", "\n".join(["| mistake | layer | says |", "|---|---|---|", *lines])]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _said(layer: str, code: str) -> str:
    if layer == "policy":
        return _rule(code)
    if layer == "facts":
        return f"refuses `{code}`"
    return f"[{code}](../errors.md#{code.lower()})" if code.startswith("TW") else f"refuses the {code}"


def _rule(name: str) -> str:
    page = "aws-rules" if name in {rule.id for rule in RULES_OF_AWS} else "manifest-rules"
    return f"[`{name}`]({page}.md#{name})"


def _issue(reference: str) -> str:
    repository, _, number = reference.partition("#")
    return f"[{reference}](https://github.com/{repository}/issues/{number})"


LAYERS: Final = {
    "load": "the environment is loaded",
    "limits": "the synthesized stack is compared with AWS' limits",
    "facts": "every argument is compared with what AWS takes",
    "policy": "rules over both halves",
    "gate": "the gate on Terraform's plan",
    "server": "the rehearsal's API server",
}
GROUPS: Final = {
    "values": "Values in prod.yaml",
    "stack": "Arguments in the Terraform JSON",
    "arguments": "Values of arguments",
    "resources": "Arguments that contradict each other",
    "manifests": "Manifests",
    "releases": "Manifests, from one release to the next",
    "stacks": "Terraform JSON, from one release to the next",
    "plans": "Plans of Terraform",
    "server": "What only a schema knows",
}
HEAD: Final = """\
What was found by an apply elsewhere is found before it here. The rules are about the kind of mistake, not about the row: the
tests try siblings of each, and the repaired form, in which nothing may be found.
"""
