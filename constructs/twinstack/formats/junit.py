"""JUnit's XML: what GitLab, Jenkins, Azure and others show as tests, of which what matters most has failed.

Source: the schema of Jenkins' xUnit plugin, `junit-10.xsd`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree

from twinstack.formats.row import Level, Row
from twinstack.printable import printable, printable_line


def junit(rows: Sequence[Row], *, suite: str) -> str:
    """The rows as the text of a JUnit file: what is an error has failed, the rest passed and says what it is.

    Of nothing found there is one test, which passed: some readers take a report without tests for a failure.
    """
    levels = Counter(row.level for row in rows)
    counts = {"tests": str(len(rows) or 1), "failures": str(levels[Level.ERROR]), "errors": "0", "skipped": "0"}
    root = ElementTree.Element("testsuites", counts)
    tests = ElementTree.SubElement(root, "testsuite", {"name": _text(suite), **counts})
    for row in rows:
        case = ElementTree.SubElement(tests, "testcase", _attributes(row, suite))
        words = _text(f"{row.location}: {row.message}" if row.location else row.message)
        if row.level is Level.ERROR:
            about = {"type": _text(row.rule), "message": _text(printable_line(row.message))}
            ElementTree.SubElement(case, "failure", about).text = words
        else:
            ElementTree.SubElement(case, "system-out").text = f"{row.level}: {_text(row.title)}: {words}"
    if not rows:
        ElementTree.SubElement(tests, "testcase", {"name": "nothing was found", "classname": _text(suite)})
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _attributes(row: Row, suite: str) -> dict[str, str]:
    group = ".".join(filter(None, (suite, row.group)))
    place = {"file": _text(row.location.file), "line": str(max(row.location.line, 1))} if row.location else {}
    return {"name": _text(printable_line(row.subject)), "classname": _text(group), **place}


def _text(text: str) -> str:
    """Without what XML has no way to say."""
    return _NOT_XML.sub("?", printable(text))


_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Source: W3C, "Extensible Markup Language (XML) 1.0", Char."""
