"""What stands in for buckets on a developer's machine: moto's S3, which keeps nothing once it is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twinstack.environment.stand_in import Entry, Health, Service, StandIn

if TYPE_CHECKING:
    from twinstack.bucket.spec import BucketSpec


def stand_in(spec: BucketSpec) -> StandIn:
    """An S3 endpoint that holds the bucket, one for all buckets of the product.

    Its health check makes the buckets, so that what is missing after a restart is missing for seconds only. Its host
    name ends in `.localhost`, which a browser takes for this machine: a presigned URL works inside and outside.
    """
    buckets = sorted(one.bucket_name for one in spec.environment.find_all(type(spec)))
    server = Service(
        NAME,
        IMAGE,
        entrypoint=("moto_server", "-H", "0.0.0.0", "-p", str(PORT)),  # noqa: S104  in a container
        aliases=(HOST,),
        ports={PORT: PORT},
        health=Health(("python", "-c", MAKE_BUCKETS, *buckets), period_seconds=10, retries=6),
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


NAME: Final = "s3"
HOST: Final = "s3.localhost"
GROUP: Final = "Buckets"
IMAGE: Final = "motoserver/moto:5.2.5"
PORT: Final = 9000
MAKE_BUCKETS: Final = (
    "import sys, urllib.request as r; "
    f"[r.urlopen(r.Request('http://127.0.0.1:{PORT}/' + name, method='PUT'), timeout=4) for name in sys.argv[1:]]"
)
