"""What lies outside of the account and the cluster: the images in their registries, and the names that lead to the product."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from twinstack.delivery.examination.check import Check, Finding
from twinstack.delivery.examination.examined import Examined
from twinstack.delivery.registry import Presence, image_state


def images(examined: Examined) -> Iterator[Check]:
    """Whether each image that a pod would pull is there; what a registry shows nobody is not known."""
    if not examined.images:
        return
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        states = list(pool.map(image_state, examined.images))
    for state in states:
        if state.presence is Presence.MISSING:
            fix = "build and push it, or name a version that is there by --version"
            yield Check("images", Finding.FAILED, f"{state.image} is not in its registry", fix)
        elif state.presence is Presence.UNKNOWN:
            fix = "log in to the registry (`docker login`) to look at it from here" if state.asks_who else ""
            yield Check("images", Finding.LEFT_OUT, f"{state.image}: {state.why}", fix)
    there = [state for state in states if state.presence is Presence.THERE]
    if there:
        yield Check("images", Finding.OK, f"{len(there)} of {len(states)} are in their registries")


def names(examined: Examined) -> Iterator[Check]:
    """Whether the hosts are known to the world; a name comes with the first release, its zone has to be there before."""
    for host in examined.hosts:
        try:
            found = addresses(host)
        except OSError as error:
            fix = (
                "before the first release that is so; after it, look whether the zone is delegated to its name servers"
            )
            yield Check("names", Finding.WARNING, f"{host} is not found: {error.strerror or error}", fix)
        else:
            yield Check("names", Finding.OK, f"{host} leads to {', '.join(found)}")


def addresses(host: str) -> list[str]:
    """What this machine's resolver says of a host. Raises OSError where it knows none."""
    return sorted({str(one[4][0]) for one in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)})


_AT_ONCE = 8
