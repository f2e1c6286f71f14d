"""Releases: planned, applied, waited for, returned to, and forgotten, for any product.

It reads what the two halves made, and never how they made it: delivering imports neither jsii nor a room.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twinstack.delivery.manifest import Identity, Manifest
    from twinstack.delivery.progress import Progress, State
    from twinstack.delivery.reasons import Failure, Reason
    from twinstack.delivery.release import ClusterIdentity, Release
    from twinstack.delivery.spec import DeliverySpec
    from twinstack.delivery.waiting import Waiter
else:
    # Who delivers a release has no need of the models, and who describes one none of what delivers it.
    _MODULES = {
        "ClusterIdentity": "release",
        "DeliverySpec": "spec",
        "Failure": "reasons",
        "Identity": "manifest",
        "Manifest": "manifest",
        "Progress": "progress",
        "Reason": "reasons",
        "Release": "release",
        "State": "progress",
        "Waiter": "waiting",
    }

    def __getattr__(name: str) -> Any:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"twinstack.delivery.{_MODULES[name]}"), name)


__all__ = [
    "ClusterIdentity",
    "DeliverySpec",
    "Failure",
    "Identity",
    "Manifest",
    "Progress",
    "Reason",
    "Release",
    "State",
    "Waiter",
]
