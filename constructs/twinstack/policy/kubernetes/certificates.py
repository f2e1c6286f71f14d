"""Certificates that cert-manager is to issue: whether an issuer can, and what it writes arrives.

Source: cert-manager documentation, "Certificate resource", "Annotated Ingress resource", "HTTP01" and "DNS01".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from twinstack.environment.spec import Half
from twinstack.policy.kubernetes.objects import Object, Objects, mapping, mappings, text, texts
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.WORKLOADS)


@RULES("no-such-issuer", "the issuer of a certificate does not exist", "correct its name and kind")
def no_such_issuer(objects: Objects) -> Iterator[Fault]:
    """A certificate of an issuer that is not there under this kind: it stays requested for ever."""
    for one, path, kind, name, namespace in _wanted(objects):
        other = "ClusterIssuer" if kind == "Issuer" else "Issuer"
        if _issuer(objects, kind, name, namespace) is not None:
            continue
        there = [issuer.title for issuer in objects.of("Issuer", "ClusterIssuer")]
        if objects.find(other, name) or there:
            yield one.fault(path, f"{kind} {name}", ", ".join(there))


@RULES("cannot-be-issued", "the issuer cannot issue this certificate", "use a DNS01 solver, or name the host")
def cannot_be_issued(objects: Objects) -> Iterator[Fault]:
    """A wildcard from an issuer that proves hosts by HTTP alone: no authority takes that for a wildcard."""
    for one, path, kind, name, namespace in _wanted(objects):
        issuer = _issuer(objects, kind, name, namespace)
        solvers = mappings(issuer.spec, "acme", "solvers") if issuer is not None else []
        for host in _hosts(one) if solvers else ():
            if host.startswith("*.") and not any("dns01" in solver for solver in solvers):
                yield one.fault(path, f"{host}, by {kind} {name}, which has HTTP01 alone", "a solver with dns01")


@RULES("certificate-contradicts-itself", "the certificate contradicts itself", "correct it")
def certificate_contradicts_itself(objects: Objects) -> Iterator[Fault]:
    """A certificate without a name, with a duration that is none, or renewed before it was issued."""
    for one in objects.of("Certificate"):
        if not any(one.spec.get(field) for field in _NAMES):
            yield one.fault("spec.dnsNames", "none", "one name or more")
        if len(text(one.spec, "commonName")) > _LONGEST_COMMON_NAME:
            yield one.fault("spec.commonName", one.spec["commonName"], "up to 64 characters, or dnsNames alone")
        given = {field: one.spec.get(field) for field in ("duration", "renewBefore")}
        spans = {field: _span(value) for field, value in given.items() if value is not None}
        for field, span in spans.items():
            if span is None:
                yield one.fault(f"spec.{field}", given[field], "hours, minutes and seconds, such as 2160h")
        duration = spans.get("duration", _DURATION) or _DURATION
        renewed = spans.get("renewBefore")
        if renewed is not None and renewed >= duration:
            yield one.fault("spec.renewBefore", f"{given['renewBefore']}, of {duration}", "less than the duration")
        elif duration < _SHORTEST:
            yield one.fault("spec.duration", given["duration"], "1h or more")


@RULES("certificate-not-read", "a certificate is written where nobody reads it", "use one Secret in one namespace")
def certificate_not_read(objects: Objects) -> Iterator[Fault]:
    """A Secret that two certificates write, that is read from another namespace, or that has no name."""
    seen: dict[tuple[str, str], Object] = {}
    for one in objects.of("Certificate"):
        other = seen.setdefault((one.namespace, text(one.spec, "secretName")), one)
        if other is not one:
            yield one.fault("spec.secretName", f"{one.spec.get('secretName')}, which {other.title} writes", "its own")
    for one in objects.of("Ingress"):
        issued = bool(_annotated(one))
        for row in mappings(one.spec, "tls"):
            name = text(row, "secretName")
            if issued and not name:
                yield one.fault("spec.tls.secretName", "none, and cert-manager is to fill it", "a name")
            elsewhere = [namespace for namespace, secret in seen if secret == name and namespace != one.namespace]
            if name and elsewhere and (one.namespace, name) not in seen and not issued:
                given = f"{name}, which is written in namespace {elsewhere[0]}"
                yield one.fault("spec.tls.secretName", given, f"a Certificate in namespace {one.namespace}")
            elif issued and (one.namespace, name) in seen:
                given = f"{name}, which {seen[one.namespace, name].title} writes as well"
                yield one.fault("spec.tls.secretName", given, "the annotation or the Certificate")


def _wanted(objects: Objects) -> Iterator[tuple[Object, str, str, str, str]]:
    for one in objects.of("Certificate"):
        reference = mapping(one.spec, "issuerRef")
        if text(reference, "group") in {"", "cert-manager.io"}:
            kind = text(reference, "kind") or "Issuer"
            yield one, "spec.issuerRef", kind, text(reference, "name"), one.namespace
    for one in objects.of("Ingress", "Gateway"):
        for kind, annotation in _annotated(one):
            yield one, f"metadata.annotations[{annotation}]", kind, text(one.annotations, annotation), one.namespace


def _annotated(one: Object) -> list[tuple[str, str]]:
    return [(kind, name) for kind, name in _ANNOTATIONS if one.annotations.get(name)]


def _issuer(objects: Objects, kind: str, name: str, namespace: str) -> Object | None:
    return objects.find(kind, name, namespace if kind == "Issuer" else "")


def _hosts(one: Object) -> set[str]:
    tls = {host for row in mappings(one.spec, "tls") for host in texts(row, "hosts")}
    return {
        *texts(one.spec, "dnsNames"),
        *tls,
        *(text(listener, "hostname") for listener in mappings(one.spec, "listeners")),
    }


def _span(given: object) -> timedelta | None:
    match = _TIME.fullmatch(given) if isinstance(given, str) and given else None
    if match is None:
        return None
    hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


_ANNOTATIONS: Final = (("Issuer", "cert-manager.io/issuer"), ("ClusterIssuer", "cert-manager.io/cluster-issuer"))
_NAMES: Final = ("dnsNames", "commonName", "ipAddresses", "uris", "emailAddresses", "literalSubject", "otherNames")
_TIME: Final = re.compile(r"(?:([0-9.]+)h)?(?:([0-9.]+)m)?(?:([0-9.]+)s)?")
_DURATION: Final = timedelta(days=90)
_SHORTEST: Final = timedelta(hours=1)
_LONGEST_COMMON_NAME: Final = 64
