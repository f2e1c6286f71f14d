"""The AWS provider's schema, served to real Terraform and OpenTofu without AWS behind it."""

from __future__ import annotations

from twinstack.rehearsal.schema_provider.cloud import CANARY, Cloud, Failure, Write
from twinstack.rehearsal.schema_provider.provider import SchemaProvider
from twinstack.rehearsal.schema_provider.server import ADDRESSES, serving

__all__ = ["ADDRESSES", "CANARY", "Cloud", "Failure", "SchemaProvider", "Write", "serving"]
