"""Every generated page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from docs_generator.aws_rules import aws_rules_page
from docs_generator.command_line import PAGE, command_line_page
from docs_generator.diagrams import diagrams
from docs_generator.environment_files import environment_files_page
from docs_generator.example import ENVIRONMENT, FOLDER, Example
from docs_generator.failures import failures_page
from docs_generator.manifest_rules import manifest_rules_page
from docs_generator.page import WRITTEN, page, summary
from docs_generator.reference import reference_pages
from docs_generator.rooms import ROOMS
from docs_generator.runbooks import runbook_pages


def pages() -> Iterator[tuple[str, str]]:
    """The path of each page and picture in docs/, and its text."""
    yield "rooms/index.md", _index()
    for room in ROOMS:
        yield f"rooms/{room.folder}.md", page(room)
    yield from runbook_pages()
    yield from reference_pages()
    yield PAGE, command_line_page()
    yield "reference/environment-files.md", environment_files_page()
    yield "reference/manifest-rules.md", manifest_rules_page()
    yield "reference/aws-rules.md", aws_rules_page()
    yield "reference/failures.md", failures_page()
    yield from diagrams()


def _index() -> str:
    rows = [f"| [{room.title}]({room.folder}.md) | {summary(type(Example(room).spec))} |" for room in ROOMS]
    shared = (FOLDER / f"{ENVIRONMENT}.yaml").read_text(encoding="utf-8")
    return HEAD + "\n".join(["| room | what it is |", "|---|---|", *rows]) + f"\n\n{SHOP}\n```yaml\n{shared}```\n"


HEAD: Final = f"""\
# Rooms

{WRITTEN}

A room is the folder of one noun: its spec, and what it becomes on each side. Each page shows a whole example, what is
really synthesized for it, every field, what each access level means, and what is refused.

"""
SHOP: Final = f"""\
## The shop

The examples are pieces of one product, a shop in an existing network and cluster of another team. Unless a page shows
its own, `environments/{ENVIRONMENT}.yaml` is:
"""
