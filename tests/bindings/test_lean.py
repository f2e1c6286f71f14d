"""Generated Python is made lighter, and does the same for correct calls."""

from __future__ import annotations

import ast

from twinstack.bindings.lean import closure, lean, references

SOURCE = '''"""A module."""
import builtins
import typing
import typeguard
from importlib.metadata import version as _metadata_package_version
TYPEGUARD_MAJOR_VERSION = int(_metadata_package_version("typeguard").split(".")[0])
import publication


def check_type(argname: str, value: object, expected_type: typing.Any) -> typing.Any:
    return None


class Bucket:
    """A bucket."""

    def __init__(self, name: "unknown.Type", *, size: builtins.int) -> None:
        """Make it."""
        if __debug__:
            type_hints = typing.get_type_hints(_typecheckingstub__1)
            check_type(argname="argument name", value=name, expected_type=type_hints["name"])
        self.values = (name, size)

    def only_described(self) -> None:
        """Says something and does nothing."""


class Policy(Bucket):
    def bucket(self) -> "Bucket":
        return typing.cast("Bucket", self)


class Lonely:
    pass


__all__ = ["Bucket", "Policy", "Lonely"]

publication.publish()


def _typecheckingstub__1(name: str, *, size: builtins.int) -> None:
    """Type checking stubs"""


for cls in [Bucket]:
    typing.cast(typing.Any, cls).__protocol_attrs__ = typing.cast(typing.Any, cls).__protocol_attrs__ - {"x"}
'''


def run(text: str) -> dict[str, object]:
    names: dict[str, object] = {}
    exec(compile(text, "lean", "exec"), names)
    return names


def test_what_only_costs_time_is_gone() -> None:
    text = lean(SOURCE)
    for word in ("typeguard", "check_type", "_typecheckingstub__", "__debug__", "__protocol_attrs__", "publish", '"""'):
        assert word not in text


def test_what_is_left_does_the_same() -> None:
    names = run(lean(SOURCE))
    bucket = names["Bucket"]("a", size=1)  # ty: ignore[call-non-callable]
    assert bucket.values == ("a", 1)
    assert bucket.only_described() is None
    assert names["__all__"] == ["Bucket", "Policy", "Lonely"]


def test_a_wrong_keyword_is_still_a_type_error() -> None:
    bucket = run(lean(SOURCE))["Bucket"]
    try:
        bucket("a", sise=1)  # ty: ignore[call-non-callable]
    except TypeError as error:
        assert "sise" in str(error)
    else:
        raise AssertionError("a misspelt keyword was taken")


def test_only_wanted_classes_and_what_they_lead_to_are_kept() -> None:
    kept = closure({"Policy", "Unknown"}, references(ast.parse(SOURCE)))
    assert kept == {"Policy", "Bucket"}
    names = run(lean(SOURCE, keep=kept))
    assert "Policy" in names
    assert "Lonely" not in names
