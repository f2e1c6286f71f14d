"""What a DocumentDB cluster is described by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from twinstack.environment import (
    Access,
    Finding,
    NameRule,
    Offer,
    Reach,
    ResourceSpec,
    SecretValue,
    Variable,
)
from twinstack.local import ComposeOptions, StandIn


class DocumentsSpec(ResourceSpec):
    """An Amazon DocumentDB cluster.

    Source: Amazon DocumentDB Developer Guide, "Cluster identifiers", "Encrypting data in transit".
    """

    access_levels: ClassVar[tuple[Access, ...]] = (Access.WRITE,)
    name_rules: ClassVar[Mapping[str, NameRule]] = {
        "DocumentDB cluster": NameRule(
            63, re.compile(r"[a-z](?!.*--)[a-z0-9-]*(?<!-)"), "lower-case letters, digits, single hyphens"
        )
    }
    PORT: ClassVar[int] = 27017

    instance_class: Annotated[str, Field(pattern=r"^db\.[a-z0-9]+\.[a-z0-9]+$")]
    """The machine, `db.t4g.medium`."""
    instances: Annotated[int, Field(ge=1, le=16)] = 1
    """The primary and its replicas, in several zones."""
    password_version: Annotated[int, Field(ge=1)] = 1
    """Adding one makes a new password."""
    compose: ComposeOptions = ComposeOptions()
    """How it appears in the local stack."""

    @property
    def password(self) -> SecretValue:
        """The password itself. Only Terraform reads it."""
        return SecretValue(self.context.secret_name(self.key, "password"), self.password_version)

    @property
    def url(self) -> SecretValue:
        """The whole connection URL."""
        return SecretValue(self.context.secret_name(self.key, "url"), self.password_version)

    def offer(self, access: Access) -> Offer:
        variable = Variable(f"{self.key.upper()}_URL", secret=self.url)
        return Offer((variable,), Reach.DATABASE_TIER, self.PORT)

    def names(self) -> Iterator[tuple[str, str]]:
        yield "DocumentDB cluster", self.aws_name
        yield "security group", self.aws_name
        for secret in (self.password, self.url):
            yield "Secrets Manager secret", secret.name

    def local(self) -> StandIn:
        from acme_documents.local import stand_in

        return stand_in(self)

    def review(self) -> Iterator[Finding]:
        if self.context.protected and self.instances == 1:
            yield Finding(
                "ACME1",
                "production with one instance",
                ("instances",),
                given="1",
                allowed="2 to 16",
                fix="set `instances: 2`",
                acknowledgeable=True,
            )
