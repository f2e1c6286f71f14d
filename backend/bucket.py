"""The exports' bucket. Where S3 is and with which credentials, boto3 finds out by itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

URL_SECONDS = 900
"""How long the address of an export can be opened."""
PART_BYTES = 8 * 1024 * 1024
PARTS_AT_ONCE = 2
"""So many parts are held in memory, and as many again are on their way: some 32 MiB, whatever is written."""


class Bucket:
    """The objects `exports/{id}.csv`. Every call blocks: the web process runs them in a thread."""

    def __init__(self, name: str, region: str) -> None:
        self._name = name
        self._region = region

    @cached_property
    def _client(self) -> Any:
        # A signed address must name the region: a new bucket's global name is redirected until DNS has spread, and the
        # signature covers the host. What stands in for S3 on a developer's machine has one name for all buckets.
        # Source: Amazon S3 User Guide, "Making requests by using REST: request redirection", read in November 2026.
        stand_in = any(os.environ.get(name) for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"))
        configuration = Config(
            region_name=self._region,
            signature_version="s3v4",
            s3={"addressing_style": "path" if stand_in else "virtual"},
            connect_timeout=3,
            read_timeout=30,
            retries={"mode": "standard", "max_attempts": 3},
        )
        return boto3.session.Session().client("s3", config=configuration)

    def write(self, key: str, content: Iterator[bytes]) -> None:
        """Store an object as it comes, in parts, so that it needs no disk; an existing one is replaced.

        What `content` raises, this raises, and nothing is stored.
        """
        configuration = TransferConfig(
            multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, max_concurrency=PARTS_AT_ONCE
        )
        configuration.max_in_memory_upload_chunks = PARTS_AT_ONCE
        self._client.upload_fileobj(
            _Stream(content),
            self._name,
            key,
            ExtraArgs={"ContentType": "text/csv; charset=utf-8"},
            Config=configuration,
        )

    def address(self, key: str) -> str:
        """A signed address from which anyone who has it can read the object for a while."""
        parameters = {"Bucket": self._name, "Key": key}
        return self._client.generate_presigned_url("get_object", Params=parameters, ExpiresIn=URL_SECONDS)


class _Stream:
    """A file to read once from its beginning, of parts that come one after the other."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._rest = bytearray()

    def seekable(self) -> bool:
        """Asked by boto3, which then never reads anything again."""
        return False

    def read(self, size: int = sys.maxsize) -> bytes:
        """The next `size` bytes; fewer at the end."""
        while len(self._rest) < size and (part := next(self._parts, None)) is not None:
            self._rest += part
        found = bytes(self._rest[:size])
        del self._rest[:size]
        return found


def export_key(export_id: str) -> str:
    """Where an export is stored."""
    return f"exports/{export_id}.csv"
