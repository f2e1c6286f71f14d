"""Tests that take long for what they tell: left out unless asked for, so that the rest is run often."""

from __future__ import annotations

import os

import pytest

slow = pytest.mark.skipif(
    not os.environ.get("TWINSTACK_SLOW_TESTS"), reason="slow, and seldom news: TWINSTACK_SLOW_TESTS=1 runs it"
)
