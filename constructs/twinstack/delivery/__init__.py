"""Releases: planned, applied, waited for, returned to, and forgotten, for any product.

It reads what the two halves made, and never how they made it: delivering imports neither jsii nor a room.
"""

from typing import TYPE_CHECKING, Any

from twinstack.delivery.manifest import Identity, Manifest
from twinstack.delivery.progress import Progress, State
from twinstack.delivery.reasons import Failure, Reason
from twinstack.delivery.release import ClusterIdentity, Release

if TYPE_CHECKING:
    from twinstack.delivery.spec import DeliverySpec
    from twinstack.delivery.waiting import Waiter
else:

    def __getattr__(name: str) -> Any:
        if name == "DeliverySpec":  # who delivers a release has no need of the models
            from twinstack.delivery.spec import DeliverySpec

            return DeliverySpec
        if name == "Waiter":  # nor has one that finds nothing new of waiting
            from twinstack.delivery.waiting import Waiter

            return Waiter
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


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
