"""The exports' bucket. Where S3 is and with which credentials, boto3 finds out by itself."""

from __future__ import annotations

from functools import cached_property
from typing import IO, Any

import boto3
from botocore.config import Config

URL_SECONDS = 900
"""How long the address of an export can be opened."""


class Bucket:
    """The objects `exports/{id}.csv`. Every call blocks: the web process runs them in a thread."""

    def __init__(self, name: str, region: str) -> None:
        self._name = name
        self._region = region

    @cached_property
    def _client(self) -> Any:
        configuration = Config(
            region_name=self._region,
            signature_version="s3v4",
            connect_timeout=3,
            read_timeout=30,
            retries={"mode": "standard", "max_attempts": 3},
        )
        return boto3.session.Session().client("s3", config=configuration)

    def write(self, key: str, content: IO[bytes]) -> None:
        """Store an object; an existing one is replaced."""
        self._client.upload_fileobj(content, self._name, key, ExtraArgs={"ContentType": "text/csv; charset=utf-8"})

    def address(self, key: str) -> str:
        """A signed address from which anyone who has it can read the object for a while."""
        parameters = {"Bucket": self._name, "Key": key}
        return self._client.generate_presigned_url("get_object", Params=parameters, ExpiresIn=URL_SECONDS)


def export_key(export_id: str) -> str:
    """Where an export is stored."""
    return f"exports/{export_id}.csv"
