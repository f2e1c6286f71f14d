"""Who is told, by an SNS topic."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from twinstack.environment.model import Finding, Model


class Protocol(StrEnum):
    """How somebody is told."""

    EMAIL = "email"
    HTTPS = "https"
    SQS = "sqs"
    LAMBDA = "lambda"


class Subscription(Model):
    """One who is told. Who has a mailbox or an HTTPS endpoint has to confirm it once.

    Source: Amazon SNS API Reference, "Subscribe".
    """

    protocol: Protocol
    """`email`, `https`, `sqs` or `lambda`."""
    endpoint: Annotated[str, Field(json_schema_extra={"examples": ["oncall@acme.example"]})]
    """The address, or the ARN of a queue or function. One that is a secret (whoever has it can post) stands in no YAML: let a
    function hand on to it."""

    def rules(self) -> Iterator[Finding]:
        pattern, words = FITS[self.protocol]
        if not pattern.fullmatch(self.endpoint):
            yield Finding(
                "TW648",
                "an endpoint that does not fit its protocol",
                ("endpoint",),
                given=f"{self.endpoint}, with protocol {self.protocol}",
                allowed=words,
                fix="correct one of the two",
            )


FITS: Final = {
    Protocol.EMAIL: (re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"), "a mail address"),
    Protocol.HTTPS: (re.compile(r"https://[!-~]+"), "an address that begins with https://"),
    Protocol.SQS: (re.compile(r"arn:aws:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]+"), "the ARN of a queue"),
    Protocol.LAMBDA: (
        re.compile(r"arn:aws:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_:$-]+"),
        "the ARN of a function",
    ),
}
