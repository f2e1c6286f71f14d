"""The two value types of the Kubernetes API that jsii keeps as objects, each value made once in a process."""

from __future__ import annotations

from functools import cache

from cdk8s_plus_27 import k8s


@cache
def quantity(text: str) -> k8s.Quantity:
    """`250m` or `256Mi`, as the API writes it."""
    return k8s.Quantity.from_string(text)


@cache
def number_or_percent(value: int | str) -> k8s.IntOrString:
    """A port, a count, or a text such as `25%`."""
    return k8s.IntOrString.from_number(value) if isinstance(value, int) else k8s.IntOrString.from_string(value)
