"""What stands in for buckets on a developer's machine: moto's S3, which keeps nothing once it is stopped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from twinstack.environment.stand_in import Entry, Health, Service, StandIn, literal

if TYPE_CHECKING:
    from twinstack.bucket.cors import CorsRule
    from twinstack.bucket.spec import BucketSpec


def stand_in(spec: BucketSpec) -> StandIn:
    """An S3 endpoint that holds the bucket, one for all buckets of the product.

    Its health check makes the buckets, so that what is missing after a restart is missing for seconds only. Its host
    name ends in `.localhost`, which a browser takes for this machine: a presigned URL works inside and outside. Nothing
    ages here. A bucket without CORS rules lets every page in, where S3 lets none; of several rules for one origin it joins what
    S3 would take from the first.
    """
    buckets = {one.bucket_name: one.cors for one in spec.environment.find_all(type(spec))}
    names = sorted(buckets)
    rules = [f"{name}?cors {literal(_as_xml(buckets[name]))}" for name in names if buckets[name]]
    server = Service(
        NAME,
        IMAGE,
        entrypoint=("moto_server", "-H", "0.0.0.0", "-p", str(PORT)),  # noqa: S104  in a container
        aliases=(HOST,),
        ports={PORT: PORT},
        health=Health(
            ("python", "-c", MAKE_BUCKETS_WITH_RULES if rules else MAKE_BUCKETS, *names, *rules),
            period_seconds=10,
            retries=6,
        ),
    )
    (variable,) = spec.offer(spec.access_levels[0]).variables
    credentials = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
    return StandIn(
        services=(server,),
        variables={variable.name: variable.value, "AWS_ENDPOINT_URL_S3": f"http://{HOST}:{PORT}", **credentials},
        entries=(
            Entry(GROUP, variable.name, variable.value, f"the bucket of {spec.key}"),
            Entry(
                GROUP,
                "AWS_ENDPOINT_URL_S3",
                f"http://localhost:{PORT}",
                "the stand-in for S3; in the cluster there is none of these three",
            ),
            *(Entry(GROUP, key, value, "the stand-in takes any") for key, value in credentials.items()),
        ),
    )


def _as_xml(rules: Mapping[str, CorsRule]) -> str:
    """The rules as S3's API takes them. Source: Amazon S3 API Reference, "PutBucketCors"."""
    return f"<CORSConfiguration>{''.join(map(_rule_as_xml, rules.values()))}</CORSConfiguration>"


def _rule_as_xml(rule: CorsRule) -> str:
    elements = [
        *(("AllowedOrigin", origin) for origin in rule.origins),
        *(("AllowedMethod", method) for method in rule.methods),
        *(("AllowedHeader", header) for header in rule.headers),
        *(("ExposeHeader", header) for header in rule.expose_headers),
        ("MaxAgeSeconds", str(rule.max_age_seconds)),
    ]
    return f"<CORSRule>{''.join(f'<{name}>{escape(text)}</{name}>' for name, text in elements)}</CORSRule>"


NAME: Final = "s3"
HOST: Final = "s3.localhost"
GROUP: Final = "Buckets"
IMAGE: Final = "motoserver/moto:5.2.5"
PORT: Final = 9000
MAKE_BUCKETS: Final = (
    "import sys, urllib.request as r; "
    f"[r.urlopen(r.Request('http://127.0.0.1:{PORT}/' + name, method='PUT'), timeout=4) for name in sys.argv[1:]]"
)
MAKE_BUCKETS_WITH_RULES: Final = (
    "import sys, urllib.request as r; "
    f"[r.urlopen(r.Request('http://127.0.0.1:{PORT}/' + path, body.encode() or None, {{'Content-Type': 'application/xml'}}, "
    "method='PUT'), timeout=4) for path, _, body in (one.partition(' ') for one in sys.argv[1:])]"
)
"""A path, or a path and what to put there."""
