"""SARIF 2.1.0, at the lines of the layers: what GitHub shows in a pull request as the findings of code scanning.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0"; GitHub Docs, "SARIF support for code
scanning", for what is shown of it: the first location, which every result needs, and a fingerprint that finds a result again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import quote

from twinstack.errors import Location
from twinstack.formats.row import Row
from twinstack.printable import printable_json, printable_line


def sarif(rows: Sequence[Row], *, category: str, otherwise: Location, prefix: str = "") -> str:
    """The rows as the text of a SARIF file.

    `category` tells the runs of one upload apart (`twinstack/diff/prod`), `otherwise` is the place of a row without one, and
    `prefix` the folder of the product in its repository, from whose top SARIF counts.
    """
    shown = rows[:MOST_RESULTS]
    rules = {row.rule: row for row in reversed(shown)}
    index = {rule: position for position, rule in enumerate(rules)}
    document = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "twinstack",
                        "version": version("twinstack"),
                        "rules": [_rule(row) for row in rules.values()],
                    }
                },
                "automationDetails": {"id": f"{category}/"},
                "columnKind": "unicodeCodePoints",
                "results": [*_results(shown, index, otherwise, prefix)],
            }
        ],
    }
    return printable_json(json.dumps(document, indent=2, ensure_ascii=False)) + "\n"


def _rule(row: Row) -> dict[str, Any]:
    return {
        "id": row.rule,
        "shortDescription": {"text": row.title},
        "defaultConfiguration": {"level": str(row.level)},
    }


def _results(rows: Sequence[Row], index: dict[str, int], otherwise: Location, prefix: str) -> Iterator[dict[str, Any]]:
    for row in rows:
        place = {**_place(row.location or otherwise, prefix), "logicalLocations": [{"fullyQualifiedName": row.subject}]}
        result: dict[str, Any] = {
            "ruleId": row.rule,
            "ruleIndex": index[row.rule],
            "level": str(row.level),
            "message": {"text": printable_line(row.message)},
            "locations": [place],
            "partialFingerprints": {"twinstack/v1": _fingerprint(row)},
        }
        if row.related:
            result["relatedLocations"] = [
                {"id": number, **_place(location, prefix), "message": {"text": printable_line(words)}}
                for number, (location, words) in enumerate(row.related, start=1)
            ]
        yield result


def _place(location: Location, prefix: str) -> dict[str, Any]:
    file = f"{prefix}/{location.file}" if prefix else location.file
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(file), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": max(location.line, 1)},
        }
    }


def _fingerprint(row: Row) -> str:
    """The same for the same finding, wherever in its file the line has moved to."""
    return hashlib.sha256("\0".join((row.rule, row.group, row.subject)).encode()).hexdigest()[:32]


SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
MOST_RESULTS: Final = 5000
"""Results of a run that GitHub shows; it refuses a file with more than 25,000."""
