"""What is checked: a resource type, and how messages name its parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from twinstack.environment import ResourceSpec
from twinstack.testing.author_code import file_of


@dataclass(frozen=True, slots=True)
class Subject:
    """The resource type, and how messages name its parts."""

    spec: type[ResourceSpec]
    construct: Callable[..., Any] | None
    key: str
    stateful: bool

    def method(self, name: str) -> str:
        """`QueueSpec.local() (acme_queue/spec.py)`."""
        return f"{self.spec.__name__}.{name}() ({file_of(self.spec)})"

    def aws_method(self, name: str) -> str:
        """`Queue.grant() (acme_queue/aws.py)`."""
        kind = self.construct
        assert kind is not None
        return f"{getattr(kind, '__name__', 'the construct')}.{name}() ({file_of(kind)})"
