"""Why a protected environment is not destroyed."""

from __future__ import annotations

from collections.abc import Sequence

from twinstack.errors import Problem


def protection(*, protected: bool) -> Sequence[Problem]:
    """The problem (TW976) of destroying an environment that is `protected`; nothing for another one."""
    if not protected:
        return ()
    return [
        Problem(
            "TW976",
            "a protected environment is not destroyed",
            "protected",
            given="protected: true",
            allowed="an environment that nothing protects",
            fix="deploy a release of its own with `protected: false` and `deletion_protection: false`, which takes the "
            "protection off in AWS too, with the acknowledgements that it asks for; then run this again",
        )
    ]
