"""Which labels a Kubernetes label selector selects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def selects(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """Whether a label selector selects something with these labels; an empty one selects everything, none nothing.

    Source: Kubernetes API reference, LabelSelector.
    """
    if selector is None:
        return False
    pairs = selector.get("matchLabels") or {}
    expressions = selector.get("matchExpressions") or []
    return all(labels.get(key) == wanted for key, wanted in pairs.items()) and all(
        _holds(one, labels) for one in expressions
    )


def _holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, given = expression["key"], expression.get("values") or []
    match expression["operator"]:
        case "In":
            return labels.get(key) in given
        case "NotIn":
            return labels.get(key) not in given
        case "Exists":
            return key in labels
        case _:
            return key not in labels
