"""Reads `--set path=value`; the value is YAML, so `true` is a switch and `"1.10"` is text."""

from __future__ import annotations

from collections.abc import Sequence

from twinstack.errors import ConfigurationError, UsageError
from twinstack.layers.document import parse_value
from twinstack.layers.merge import Assignments


def read_assignments(texts: Sequence[str]) -> Assignments:
    """`["database.multi_az=false"]` as `{"database.multi_az": False}`, for `Product.load(set=…)`.

    Raises UsageError for text that is no assignment and a path set twice, ConfigurationError for a broken value.
    """
    assignments = Assignments()
    problems = []
    for text in texts:
        path, separator, value = text.partition("=")
        if not separator or not path:
            raise UsageError(
                f'--set "{text}" is no assignment: write it as path=value, for example database.multi_az=false'
            )
        if path in assignments:
            raise UsageError(f'--set "{path}" is given twice: keep one')
        assignments[path], found = parse_value(value, tuple(path.split(".")), "--set", assignments.texts)
        problems += found
    if problems:
        raise ConfigurationError(problems)
    return assignments
