"""The page of the rules over Terraform's JSON: what each is about, what it finds, and the repaired form."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill
from typing import Any, Final

import yaml

from docs_generator.page import WRITTEN
from twinstack.policy.aws.catalogue import EXAMPLES, RULES
from twinstack.policy.examples import read_examples
from twinstack.policy.rule import Rule

SHOWN: Final = read_examples(EXAMPLES)


def aws_rules_page() -> str:
    """The whole page, in Markdown."""
    rows = [f"| [`{rule.id}`](#{rule.id}) | {rule.title} | {severity(rule)} |" for rule in RULES]
    parts = [
        "# Rules over Terraform's JSON",
        WRITTEN,
        HEAD,
        "\n".join(["| rule | what it says | it is |", "|---|---|---|", *rows]),
        *(part for rule in RULES for part in _section(rule)),
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def severity(rule: Rule) -> str:
    """What a finding of the rule is, and when."""
    return f"{'an error' if rule.severity == 'error' else 'a warning'}{', from one release to the next' if rule.compares else ''}"


def _section(rule: Rule) -> Iterator[str]:
    yield f"## {rule.id}"
    yield fill(f"{rule.why} {rule.fix[0].upper()}{rule.fix[1:]}.", 120)
    for one in SHOWN[rule.id]:
        yield "It finds something in this:"
        yield f"```yaml\n{_sides(one.fails)}```"
        yield "and nothing in this:"
        yield f"```yaml\n{_sides(one.passes)}```"


def _sides(made: tuple[Any, ...]) -> str:
    if len(made) == 1:
        return _yaml(made[0])
    return f"# one release\n{_yaml(made[0])}# the next\n{_yaml(made[1])}"


def _yaml(data: Any) -> str:
    return yaml.safe_dump(data, sort_keys=False, width=110, default_flow_style=None)


HEAD: Final = """\
Each rule is a function over the Terraform JSON of one environment, or over that of one release and of the next. What is `${…}` and not
of the same stack is not known before an apply, and passes. `twinstack synth` runs them on what it makes, as `twinstack check --policy`
and `twinstack scan` do: an error is refused by AWS for certain, and nothing is written; whatever may be meant so is a warning.

A finding is acknowledged with a reason on the spec that the resource is made of, `database.acknowledge: {family-fits-engine: "…"}`, one
alone with its place, `{family-fits-engine aws_db_instance.database: "…"}`. What a product's own code makes is accepted beside it:
`ACCEPTED = (Accepted("open-to-everybody", "aws_sqs_queue_policy", "…"),)`.

[Rules of your own](../how-to/rules.md) are added by a package.
"""
