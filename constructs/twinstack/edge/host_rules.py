"""What the hosts of one edge must agree on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from twinstack.edge.host import FIRST, Host
from twinstack.environment.model import Finding

if TYPE_CHECKING:
    from twinstack.edge.spec import EdgeSpec


def check_hosts(spec: EdgeSpec) -> Iterator[Finding]:
    """Each host once, in its zone, and leading somewhere."""
    seen: dict[str, str] = {}
    for host in spec.hosts:
        if host.name in seen:
            yield Finding(
                "TW212",
                "a host stands twice",
                host.place,
                given=f"{host.name}, which {seen[host.name]} is already",
                allowed="each host once",
                fix="give it another name, or put the routes together",
            )
        seen.setdefault(host.name, f"`{host.key}`")
        bare = host.name.removeprefix("*.")
        if bare != host.zone and not bare.endswith(f".{host.zone}"):
            yield Finding(
                "TW732",
                "the host lies outside the zone",
                host.place,
                host.name,
                f"a name that ends in .{host.zone}",
                "correct host or zone",
            )
    yield from _check_redirects(spec)
    for key in spec.other_hosts:
        if key == FIRST or f"-{key}".endswith("-rest"):
            yield Finding(
                "TW212",
                "the name of another host is taken",
                ("other_hosts", key),
                given=f"`{key}`, which is what a redirect calls the first host by"
                if key == FIRST
                else f"`{key}`, which an Ingress for the rest of a host's routes may be called by",
                allowed="any other name",
                fix="call it otherwise",
            )


def _check_redirects(spec: EdgeSpec) -> Iterator[Finding]:
    for key, one in spec.other_hosts.items():
        if one.redirect_to is None:
            continue
        others = [FIRST, *(other for other in spec.other_hosts if other != key)]
        place = ("other_hosts", key, "redirect_to")
        if one.redirect_to not in (*others, key):
            yield Finding(
                "TW213",
                "a redirect to a host that is not there",
                place,
                one.redirect_to,
                ", ".join(others),
                "name one of these",
            )
        elif (way := _way(spec, key)) is None:
            yield Finding(
                "TW213",
                "a redirect that never arrives",
                place,
                given=f"{key} to itself" if one.redirect_to == key else f"{key} to {one.redirect_to}, and back",
                allowed="a host with routes at the end",
                fix="let one of them lead to a host with routes",
            )
        elif way.startswith("*."):
            yield Finding(
                "TW213",
                "a redirect to every host at once",
                place,
                given=f"{one.redirect_to}, which is {way}",
                allowed="one host, whose name a browser can be sent to",
                fix="name another host",
            )


def _way(spec: EdgeSpec, key: str) -> str | None:
    """The name that a redirect sends to; None if following them never ends."""
    seen = {key}
    target = spec.other_hosts[key].redirect_to
    first = spec.name_of(target)
    while target is not None and target in spec.other_hosts:
        if target in seen:
            return None
        seen.add(target)
        target = spec.other_hosts[target].redirect_to
    return first


def check_notes(spec: EdgeSpec) -> Iterator[Finding]:
    """external-dns knows a record as its own by a note beside it, `aaaa-{host}`, and makes none whose first label is too
    long: such a record it never changes again. The notes of a zone's own name are called otherwise, and with them all others.

    Source: kubernetes-sigs/external-dns#3017 and #2839; registry/mapper of 0.22.
    """
    hosts = spec.hosts
    for host in hosts:
        label = host.name.partition(".")[0]
        if not host.is_apex and len(label) > LONGEST_NOTED_LABEL:
            yield Finding(
                "TW746",
                "the host's first label is too long for the note of external-dns",
                host.place,
                given=f"{label} ({len(label)} characters)",
                allowed=f"at most {LONGEST_NOTED_LABEL} characters before the first dot",
                fix="choose a shorter host",
            )
    apex = next((host for host in hosts if host.is_apex), None)
    if apex is not None and not hosts[0].is_apex:
        yield Finding(
            "TW214",
            "notes of external-dns that are called otherwise than before",
            apex.place,
            given=f"{apex.name}, the zone itself, beside {hosts[0].name}",
            allowed="the zone itself as `host`, or an edge that has had it from its first release on",
            fix=f"in an edge that runs already, delete the records of {hosts[0].name} and their notes by hand after this release, and "
            "they are made anew",
            warning=True,
            acknowledgeable=True,
        )
    for index, former in enumerate(spec.former_hosts):
        is_apex = former == spec.zone_of(former)
        if is_apex is not any(host.is_apex for host in hosts):
            yield _unknown_record(former, hosts, index)


def _unknown_record(former: str, hosts: tuple[Host, ...], index: int) -> Finding:
    return Finding(
        "TW747",
        "a record that external-dns no longer knows as its own",
        ("former_hosts", index),
        given=f"{former}, before {hosts[0].name}: one of them is the zone itself",
        allowed="two hosts below the zone, whose notes are called alike",
        fix=f"delete the records of {former} and their notes by hand, once the new host answers",
        warning=True,
    )


LONGEST_NOTED_LABEL: Final = 63 - len("aaaa-")
"""Source of the 63: Amazon Route 53 Developer Guide, "DNS domain name format"."""
