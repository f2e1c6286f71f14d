"""The page of the rules over manifests: what each is about, and an edit that it finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import fill
from typing import Any, Final

import yaml

from docs_generator.aws_rules import severity
from docs_generator.page import WRITTEN
from twinstack.policy.kubernetes import Rule
from twinstack.policy.kubernetes.catalogue import RULES
from twinstack.policy.kubernetes.examples import edits, right


def manifest_rules_page() -> str:
    """The whole page, in Markdown."""
    rows = [f"| [`{rule.id}`](#{rule.id}) | {rule.title} | {severity(rule)} |" for rule in RULES]
    example = yaml.dump_all(right(), Dumper=_Plain, sort_keys=False, width=110, default_flow_style=None)
    parts = [
        "# Rules over manifests",
        WRITTEN,
        HEAD,
        "\n".join(["| rule | what it says | it is |", "|---|---|---|", *rows]),
        *(part for rule in RULES for part in _section(rule)),
        "## The shop",
        "No rule finds anything in this. The edits above are of it.",
        f"```yaml\n{example}```",
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _section(rule: Rule) -> Iterator[str]:
    yield f"## {rule.id}"
    yield fill(f"{rule.why} {rule.fix[0].upper()}{rule.fix[1:]}.", 120)
    yield "It finds this edit of the shop:" if len(edits()[rule.id]) == 1 else "It finds these edits of the shop:"
    yield f"```yaml\n{''.join(_edit(one) for one in edits()[rule.id])}```"


def _edit(change: Mapping[str, Any]) -> str:
    then = "# in the next release\n" if change.get("after") else ""
    if "repeat" in change:
        value = f"{change['repeat']:,} characters"
        return f"{then}{change['object']}: {{{change['path']}: {value}}}\n"
    if "add" in change:
        return f"{then}added:\n{_indented(change['add'])}"
    for verb, said in (("remove", "removed"), ("last", "applied last")):
        if verb in change:
            return f"{then}{said}: {change[verb]}\n"
    written = change.get("value", "taken away")
    return f"{then}{change['object']}:\n{_indented({change['path'].replace('//', '/'): written})}"


def _indented(data: Any) -> str:
    text = yaml.safe_dump(data, sort_keys=False, width=110, default_flow_style=None)
    return "".join(f"  {line}\n" for line in text.splitlines())


class _Plain(yaml.SafeDumper):
    """Writes what is the same object in two places twice."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


HEAD: Final = """\
Each rule is a function over the manifests of one release, in the order in which they are applied, or over those of one
release and the next. They judge what the API server takes and what then does not work: they need no cluster, and take a few
hundredths of a second. `twinstack synth` runs those over one release on what it makes, as `twinstack check --policy` and
`twinstack scan` do: an error is refused by the API server for certain, and nothing is written; whatever may be meant so is a warning.

What somebody else makes (a Secret, a priority class) is acknowledged where it is used:
`backend.acknowledge: {does-not-exist: "the platform team makes it"}`, one finding alone with its place,
`{does-not-exist Deployment analytics/analytics-backend: "…"}`. [Rules of your own](../how-to/rules.md) are added by a package.
"""
