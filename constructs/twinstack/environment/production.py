"""The rule that production gives up no protection without an acknowledgement and its reason."""

from __future__ import annotations

from twinstack.environment.model import Finding


def relaxed(code: str, what: str, field: str, given: object, allowed: str) -> Finding:
    """A finding for one protection that is off in a protected environment."""
    return Finding(
        code,
        f"production without {what}",
        (field,),
        given=f"{field}: {str(given).lower()}",
        allowed=allowed,
        fix=f"set `{field}` as allowed",
        acknowledgeable=True,
    )
