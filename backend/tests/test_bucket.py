"""Where the signed addresses lead, and what is stored of a stream."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError

from bucket import PART_BYTES, Bucket
from tests.conftest import BUCKET
from tests.servers import python


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3", raising=False)


@pytest.mark.parametrize("region", ["us-west-2", "eu-central-1"])
def test_an_address_is_signed_for_the_bucket_in_its_region(region: str) -> None:
    """The global name is redirected in a bucket's first hours, and the signature covers the name."""
    address = urlsplit(Bucket("shadower-analytics-exports", region).address("exports/a.csv"))
    assert address.hostname == f"shadower-analytics-exports.s3.{region}.amazonaws.com"
    assert address.path == "/exports/a.csv"


def test_a_stand_in_has_one_host_name_for_all_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://s3.localhost:9000")
    address = urlsplit(Bucket(BUCKET, "us-west-2").address("exports/a.csv"))
    assert (address.netloc, address.path) == ("s3.localhost:9000", f"/{BUCKET}/exports/a.csv")


@pytest.fixture
def store(object_storage: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.client]:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", object_storage)
    client = boto3.client("s3", region_name="us-west-2")
    yield client
    client.close()


@pytest.mark.parametrize("parts", [[], [b"a"], [b"ab", b"", b"c" * 100]])
def test_what_comes_in_parts_is_stored_whole(store: boto3.client, parts: list[bytes]) -> None:
    Bucket(BUCKET, "us-west-2").write("exports/small.csv", iter(parts))
    found = store.get_object(Bucket=BUCKET, Key="exports/small.csv")
    assert found["Body"].read() == b"".join(parts)
    assert found["ContentType"] == "text/csv; charset=utf-8"


def test_a_large_stream_goes_out_in_parts_and_never_lies_whole_in_memory_or_on_disk(
    store: boto3.client, object_storage: str
) -> None:
    done = python("-c", LARGE, str(SIZE), variables={**CREDENTIALS, "AWS_ENDPOINT_URL_S3": object_storage})
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 80, "MiB more than before it began"
    stored = store.head_object(Bucket=BUCKET, Key="exports/large.csv")
    assert stored["ContentLength"] == SIZE
    assert stored["ETag"].endswith('-21"'), "parts"


CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
SIZE = 20 * PART_BYTES + 17
LARGE = f"""
import resource, sys, tempfile
tempfile.tempdir = "/nonexistent"
from bucket import Bucket
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
size, bucket = int(sys.argv[1]), Bucket("{BUCKET}", "us-west-2")
bucket.write("exports/first.csv", iter([b"x"]))
before = peak()
bucket.write("exports/large.csv", (b"x" * min(100_000, size - at) for at in range(0, size, 100_000)))
print(peak() - before)
"""


def test_of_a_stream_that_breaks_nothing_is_stored(store: boto3.client) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * (2 * PART_BYTES)
        raise LookupError("the database is gone")

    with pytest.raises(LookupError, match="the database is gone"):
        Bucket(BUCKET, "us-west-2").write("exports/broken.csv", broken())
    with pytest.raises(ClientError, match="404"):
        store.head_object(Bucket=BUCKET, Key="exports/broken.csv")
    assert "Uploads" not in store.list_multipart_uploads(Bucket=BUCKET)
