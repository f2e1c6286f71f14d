"""What is proved of the Terraform blocks that a resource type makes: addresses, secret values, what outlives a mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from twinstack.testing.comparison import shown_path

if TYPE_CHECKING:
    from twinstack.testing.bench import Built
    from twinstack.testing.subject import Subject


def moving_addresses(subject: Subject, built: Built) -> Iterator[str]:
    """Every address is pinned, and begins with the spec's key, which no other field of a product has."""
    for entry in built.template.made_by(subject.key):
        if entry.type in UNADDRESSED:
            continue
        advice = f"in {subject.aws_method('__init__')}"
        if _HASH.search(entry.name):
            yield f"{entry.address} has an address that moves with the construct: `pin(…, spec.key)` {advice}"
        elif entry.name != subject.key and not entry.name.startswith(f"{subject.key}_"):
            yield (
                f"{entry.address} has an address that another field of a product may have: begin it with the spec's own "
                f'key, `pin(…, spec.key)` or `pin(…, f"{{spec.key}}_…")`, {advice}'
            )


def leaked_values(subject: Subject, built: Built) -> Iterator[str]:
    """No secret value passes where Terraform would keep it: in its state, or in a plan."""
    advice = "an argument that ends in _wo takes `Passwords.read`, and is kept nowhere"
    for entry in built.template.entries:
        if entry.type in STORED:
            yield (
                f"{entry.address} puts a secret value into Terraform's state: {advice}; see "
                f"{subject.aws_method('__init__')}"
            )
        elif entry.type not in EPHEMERAL_TAKERS and not entry.type.startswith("ephemeral."):
            for path, text in _texts(entry.properties, ()):
                if _EPHEMERAL.search(text) and not str(path[-1]).endswith("_wo"):
                    yield (
                        f"{entry.address} takes an ephemeral value in {shown_path(path)}, which Terraform refuses: "
                        f"{advice}; see {subject.aws_method('__init__')}"
                    )


def unprotected(subject: Subject, built: Built) -> Iterator[str]:
    """In a protected environment Terraform refuses to destroy what the construct is about."""
    entry = built.resource
    if entry is not None and not entry.properties.get("lifecycle", {}).get("prevent_destroy"):
        yield (
            f"{entry.address} can be destroyed: give it `lifecycle=keep(spec.context)` in "
            f"{subject.aws_method('__init__')}, or say `check_resource(…, stateful=False)` of what can be made again"
        )


def _texts(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*path, index))


UNADDRESSED: Final = frozenset({"output", "provider", "terraform", "variable"})
EPHEMERAL_TAKERS: Final = frozenset({"provider", "terraform", "variable"})
STORED: Final = frozenset(
    {
        "data.aws_secretsmanager_random_password",
        "data.aws_secretsmanager_secret_version",
        "random_password",
    }
)
"""What has a secret value among its attributes, which Terraform therefore keeps."""
_HASH: Final = re.compile(r"_[0-9A-F]{8}$")
"""The end that cdktf gives to an address that is not pinned."""
_EPHEMERAL: Final = re.compile(r"\$\{.*\bephemeral\.[a-z]", re.DOTALL)
