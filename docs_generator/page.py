"""Puts a room's page together."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from docs_generator import aws_side, kubernetes_side
from docs_generator.example import ENVIRONMENT, Example
from docs_generator.fields import field_tables
from docs_generator.links import access_tables
from docs_generator.refusals import refusal_table
from docs_generator.rooms import Room
from twinstack.environment import Alert, ResourceSpec, WorkloadSpec
from twinstack.environment.dumper import dump


def page(room: Room) -> str:
    """The whole page, in Markdown."""
    example = Example(room)
    parts = [
        f"# {room.title}\n\n{WRITTEN}",
        *_head(example),
        *_example(example),
        *_aws(example),
        *_kubernetes(example),
        *_local(example),
        *_access(example),
        "## Fields",
        *field_tables(type(example.spec)),
        *_refusals(example),
        *_monitoring(example),
    ]
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def summary(kind: type[Any]) -> str:
    """The first paragraph of a class's description."""
    return prose(kind)[0]


def prose(kind: type[Any]) -> list[str]:
    """The paragraphs of a class's description, each on one line; its sources in a line of their own."""
    text = re.sub(r"(?<=\S)\s+(Sources?:)", r"\n\n\1", inspect.getdoc(kind) or "")
    text = re.sub(r"docs/(\w+\.md)", lambda found: f"[{_heading(found[1])}](../{found[1]})", text)
    return [" ".join(part.split()) for part in text.split("\n\n")]


def _heading(file: str) -> str:
    """What a page by hand is called, where a docstring names its file."""
    return (DOCS / file).read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")


def _head(example: Example) -> Iterator[str]:
    room = example.room
    name = type(example.spec).__name__
    yield from prose(type(example.spec))
    sides = [f"`{construct}`" for construct in (room.aws, room.kubernetes) if construct]
    made = (
        f"; its construct{'s are' if len(sides) > 1 else ' is'} {' and '.join(sides)}"
        if sides
        else "; no construct: its links do the work"
    )
    kind = room.module.rpartition(".")[2]
    yield (
        f"The spec is `{room.module}.{name}`{made}. The kind is called `{kind}`: "
        f"`twinstack add {kind} {room.key}` adds one to a product."
    )


def _example(example: Example) -> Iterator[str]:
    layer = (
        f"`environments/{ENVIRONMENT}.yaml`:\n\n```yaml\n{example.layer}```"
        if example.has_own_layer
        else f"`environments/{ENVIRONMENT}.yaml` is [the one that the examples share](index.md#the-shop)."
    )
    yield "## Example\n\n`environments/base.yaml`:"
    yield f"```yaml\n{example.base}```"
    yield layer
    yield "The product, here in one file:"
    yield f"```python\n{example.python}```"


def _aws(example: Example) -> Iterator[str]:
    room, spec = example.room, example.spec
    yield "## On AWS"
    if room.aws:
        construct = vars(example.infrastructure)[room.key]
        yield from prose(type(construct))
        yield aws_side.attribute_table(example)
        made = aws_side.blocks(example, room.key)
        if outputs := aws_side.outputs(example):
            made["output"] = outputs
        if made:
            yield _folded("Terraform JSON of the example", aws_side.as_json(made))
    elif isinstance(spec, WorkloadSpec) and spec.has_identity:
        yield "A role that only its service account can take, because it links to something."
        made = aws_side.blocks(example, f"{room.key}-identity")
        yield _folded("Terraform JSON of the example", aws_side.as_json(made))
    elif isinstance(spec, WorkloadSpec):
        yield "Nothing: it links to nothing, so it needs no role. One that does gets a role for its service account."
    else:
        yield "Nothing."


def _kubernetes(example: Example) -> Iterator[str]:
    room, spec = example.room, example.spec
    yield "## In Kubernetes"
    own = kubernetes_side.files(example)
    if room.kubernetes:
        yield from prose(type(vars(example.workloads)[room.key]))
        yield kubernetes_side.attribute_table(example)
    for name, text in own.items():
        yield _folded(f"dist/{example.environment.stack_id}/{name}", f"```yaml\n{text}```")
    if isinstance(spec, ResourceSpec) and spec.links:
        users = ", ".join(f"`{link.workload.key}` (`{link.access}`)" for link in spec.links)
        yield f"What the links of {users} add to the manifests, and what is not there without them:"
        manifests = kubernetes_side.additions(example)
        yield _folded("Kubernetes YAML of the links", kubernetes_side.as_yaml(manifests))
    elif not own:
        yield "Nothing of its own. The network policies of the workloads name its addresses."


def _local(example: Example) -> Iterator[str]:
    room, spec = example.room, example.spec
    yield "## On a developer's machine"
    stand_in = spec.local()
    names = [service.name for service in stand_in.services]
    if isinstance(spec, WorkloadSpec):
        names.append(spec.compose_name)
    if names:
        services = {name: example.compose[name] for name in names}
        yield _folded("Its services in compose.yaml", f"```yaml\n{dump([{'services': services}])}```")
    if stand_in.variables:
        yield "A link sets there:"
        rows = [f"| `{name}` | `{value}` |" for name, value in stand_in.variables.items()]
        yield "\n".join(["| variable | value |", "|---|---|", *rows])
    if not names and not stand_in.variables:
        yield f"Nothing: a developer's machine has no {room.title.lower()} of its own."


def _access(example: Example) -> Iterator[str]:
    if isinstance(example.spec, ResourceSpec):
        yield "## Access"
        key, levels = example.room.key, example.spec.access_levels
        more = f", or for more than the default by `uses: [{key}: {levels[-1]}]`" if len(levels) > 1 else ""
        yield f"A workload links by `uses: [{key}]`{more}."
        yield access_tables(example)


def _refusals(example: Example) -> Iterator[str]:
    yield "## What it refuses"
    rules = refusal_table(type(example.spec))
    yield (
        "What is wrong in every spec ([files and values](../errors.md#files-and-values), "
        "[links](../errors.md#links-and-routes), [names](../errors.md#names-and-addresses))"
        f"{', and:' if rules else '. It has no rules of its own.'}"
    )
    yield rules
    if "can be acknowledged" in rules:
        yield (
            "What can be acknowledged passes with a reason under "
            "[`acknowledge`](../reference/environment-files.md#acknowledge) of the spec; a warning never stops anything."
        )


def _monitoring(example: Example) -> Iterator[str]:
    alerts = example.spec.monitoring().alerts
    if not alerts:
        return
    yield "## What is watched"
    yield (
        "Alert rules, in `monitoring/alerts.yml` of the local stack; in an environment they take the form of its "
        "[monitoring](monitoring.md)."
    )
    for one in alerts:
        lasts = (
            f"once it has held for {one.minutes} minute{'s' if one.minutes > 1 else ''}" if one.minutes else "at once"
        )
        yield f"### {one.name}\n\nA {one.severity} alert, {lasts}:"
        yield f"```text\n{one.expression or measured(one)}\n```"
        yield f"{one.description}"


def measured(alert: Alert) -> str:
    """What CloudWatch watches for an alert that nobody else can raise."""
    one = alert.measured
    if one is None:
        return "nothing that AWS could be asked here"
    sign = "<" if one.is_below else ">"
    return f"{one.namespace} {one.metric} ({one.statistic} of {one.period_seconds} s) {sign} {one.threshold:g}"


def _folded(title: str, block: str) -> str:
    """Closed until it is wanted, on a Git host as well as on the site."""
    return f'<details markdown="1">\n<summary>{title}</summary>\n\n{block}\n\n</details>'


WRITTEN: Final = "<!-- Written by `make docs` from the code: change it there. -->"
DOCS: Final = Path(__file__).parents[1] / "docs"
