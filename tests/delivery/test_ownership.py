"""Labels are read as they are written."""

from __future__ import annotations

import pytest

from twinstack.delivery.ownership import label_value
from twinstack.kubernetes import labels


@pytest.mark.parametrize("text", ["analytics-prod", "-a-", "a" * 70, "a" * 62 + "-b", "_x.", "", "ü-ö"])
def test_a_stack_has_one_label(text: str) -> None:
    assert label_value(text) == labels.label_value(text)
