"""The answer that everybody gets while the product is worked on."""

from enum import StrEnum
from ipaddress import IPv4Network
from typing import Annotated, Final

from pydantic import Field

from twinstack.environment.model import Model
from twinstack.environment.writes import Writes


class ContentType(StrEnum):
    """What the text of an answer is."""

    PLAIN = "text/plain"
    HTML = "text/html"
    JSON = "application/json"

    @property
    def aws_name(self) -> str:
        """`TEXT_PLAIN`."""
        return self.value.upper().replace("/", "_")


class Maintenance(Model):
    """A switch: while it is on, every request on every host is answered with 503 and this text."""

    active: bool = False
    """The switch. `--set edge.maintenance.active=true` turns it on for one release."""
    text: Annotated[
        str,
        Field(min_length=1, max_length=4096),
        Writes("aws_wafv2_web_acl", "custom_response_body.content", through="answer"),
    ] = "We are working on it and will be back soon."
    """What is answered."""
    content_type: ContentType = ContentType.PLAIN
    """`text/plain`, `text/html` or `application/json`."""
    retry_after_seconds: Annotated[int, Field(ge=1, le=86400)] = 600
    """When to come back, in seconds, for programs (`Retry-After`)."""
    admits: tuple[IPv4Network, ...] = ()
    """Addresses that still reach the product, to look at it before everybody does."""

    @property
    def answer(self) -> str | None:
        """The text while it is what is answered."""
        return self.text if self.active else None


STATUS: Final = 503
