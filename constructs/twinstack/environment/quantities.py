"""Kubernetes quantities and the other small value types that specs share.

Source of the format: Kubernetes API conventions, "Quantities".
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from twinstack.environment.model import Finding
from twinstack.environment.writes import Writes
from twinstack.facts.windows import (
    DAILY_WINDOW,
    LONGEST_WEEKLY_MINUTES,
    SHORTEST_MINUTES,
    WEEKLY_WINDOW,
    WEEKLY_WINDOW_OF_ANY_CASE,
    daily_minutes,
    weekly_minutes,
)


def cpu_millis(quantity: str) -> int:
    """`250m` is 250, `1` is 1000, `0.5` is 500."""
    return int(quantity[:-1]) if quantity.endswith("m") else int(Decimal(quantity) * 1000)


def memory_bytes(quantity: str) -> int:
    """`256Mi` is 268435456."""
    match = _MEMORY.fullmatch(quantity)
    assert match is not None, quantity
    return int(Decimal(match[1]) * _MEMORY_UNITS[match[2]])


def mebibytes(size: int) -> str:
    """268435456 is `256Mi`; a part of one counts as a whole."""
    return f"{-(-size // 2**20)}Mi"


def _is_cpu(value: str) -> str:
    if not _CPU.fullmatch(value) or not cpu_millis(value):
        raise ValueError(
            'a CPU quantity such as "250m" (millicores), "1" or "0.5" (cores), above zero and in whole millicores'
        )
    return value


def _is_memory(value: str) -> str:
    if not _MEMORY.fullmatch(value) or not memory_bytes(value):
        raise ValueError('a memory quantity with its unit such as "256Mi" or "1Gi", above zero')
    return value


def _is_plain(text: str) -> str:
    if "${" in text or "%{" in text or not text.isprintable():
        raise ValueError("text without `${` and `%{`, which Terraform would evaluate, and without control characters")
    if not unicodedata.is_normalized("NFC", text):
        raise ValueError(
            "text in Unicode's composed form (NFC), as keyboards give it: Terraform composes letters and their accents"
        )
    return text


def _is_window(value: str) -> str:
    if not DAILY_WINDOW.fullmatch(value):
        raise ValueError('a daily window in UTC, "hh:mm-hh:mm"')
    start, end = daily_minutes(value)
    if end - start < SHORTEST_MINUTES:
        raise ValueError("a window of at least 30 minutes")
    return value


def _is_weekly_window(value: str) -> str:
    value = value.lower()  # as RDS and ElastiCache write it, whoever writes Sun
    match = WEEKLY_WINDOW.fullmatch(value)
    if not match:
        raise ValueError('a weekly window in UTC, "ddd:hh:mm-ddd:hh:mm", for example "sun:04:00-sun:05:00"')
    start, end = weekly_minutes(value)
    if not SHORTEST_MINUTES <= end - start <= LONGEST_WEEKLY_MINUTES:
        raise ValueError("a window of 30 minutes to 24 hours")
    return value


def request_over_limit(name: str, request: str, limit: str) -> Finding:
    return Finding(
        "TW601",
        f"the {name} request is over its limit",
        ("requests", name),
        given=f"request {request}, limit {limit}",
        allowed=f"a request of at most {limit}",
        fix="lower the request or raise the limit",
    )


_CPU: Final = re.compile(r"[0-9]+m|[0-9]+(\.[0-9]{1,3})?")
_MEMORY: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)(Ki|Mi|Gi|Ti|k|M|G|T)")
_MEMORY_UNITS: Final = {
    "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12,
}  # fmt: skip

Cpu = Annotated[
    str,
    AfterValidator(_is_cpu),
    Field(json_schema_extra={"pattern": f"^(?:{_CPU.pattern})$", "examples": ["250m", "0.5"]}),
]
Memory = Annotated[
    str,
    AfterValidator(_is_memory),
    Field(json_schema_extra={"pattern": f"^(?:{_MEMORY.pattern})$", "examples": ["256Mi", "1Gi"]}),
]
DailyWindow = Annotated[
    str,
    AfterValidator(_is_window),
    Field(json_schema_extra={"pattern": f"^{DAILY_WINDOW.pattern}$", "examples": ["03:00-04:00"]}),
]
WeeklyWindow = Annotated[
    str,
    AfterValidator(_is_weekly_window),
    Field(json_schema_extra={"pattern": f"^{WEEKLY_WINDOW_OF_ANY_CASE}$", "examples": ["sun:04:00-sun:05:00"]}),
]
PlainText = Annotated[str, AfterValidator(_is_plain)]
"""Free text that ends in Terraform: no expression of its own, no control character."""


def _as_number(value: object) -> object:
    """A number as its digits; true and false are neither numbers nor what an engine takes."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


EngineValue = Annotated[
    PlainText, BeforeValidator(_as_number), WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "number"}]})
]
"""The value of an engine's parameter: text, or a number without quotes."""
Port = Annotated[int, Field(ge=1, le=65535)]
RetentionDays = Annotated[
    Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
    Writes("aws_cloudwatch_log_group", "retention_in_days"),
]
"""Days that CloudWatch Logs can keep. Source: CloudWatch Logs API, PutRetentionPolicy."""
VariableName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,199}$")]
"""An environment variable: what every shell, Compose and Kubernetes take for one. Its key in a Secret may have 253
characters, what is added to it (`_FILE`) among them. Programs read `http_proxy`, `https_proxy` and `no_proxy` in lower case.

Kubernetes takes more (dots and hyphens, and since 1.34 any printable character but `=`), which no shell can name and
Compose cannot replace from .env. Sources: POSIX.1-2024, Base Definitions, 3.216 "Name"; Kubernetes, "Define Environment
Variables for a Container"; Compose Specification, "Interpolation", read on 2026-11-28.
"""
CapitalName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,199}$")]
"""An environment variable that a resource in Terraform is named after, where capitals are not told apart."""
