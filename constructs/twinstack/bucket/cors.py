"""Which pages of other origins may use a bucket from a browser, by addresses that are signed for them."""

import re
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from twinstack.environment.model import Model
from twinstack.environment.writes import Writes

CORS: Final = "aws_s3_bucket_cors_configuration"
EVERYBODY: Final = frozenset({"*", "https://*", "http://*"})
"""The origins that are any page's."""
ORIGIN: Final = re.compile(
    r"\*|[a-z][a-z0-9+.-]*://(?=[^*]*\*?[^*]*$)(\*|[a-z0-9*]([a-z0-9.*-]*[a-z0-9*])?|\[[0-9a-f:]+\])(:([0-9]{1,5}|\*))?"
)
"""As a browser writes it, in lower case and without a path; one star at most. Source: RFC 6454, "Serializing Origins"."""
USUAL_PORTS: Final = (("https://", ":443"), ("http://", ":80"))


class CorsMethod(StrEnum):
    """The methods that S3 knows in such a rule."""

    GET = "GET"
    PUT = "PUT"
    POST = "POST"
    DELETE = "DELETE"
    HEAD = "HEAD"


def _is_origin(origin: str) -> str:
    if not ORIGIN.fullmatch(origin):
        raise ValueError(
            "an origin as browsers send it, in lower case and without a path or a slash at the end, with one star at most: "
            "`https://shop.example.org`, `https://*.example.com`, `http://localhost:3000`"
        )
    if any(origin.startswith(scheme) and origin.endswith(port) for scheme, port in USUAL_PORTS):
        raise ValueError("an origin without the port that its scheme has anyway, which browsers leave out")
    return origin


Origin = Annotated[
    str,
    AfterValidator(_is_origin),
    Field(json_schema_extra={"examples": ["https://shop.example.org", "http://localhost:3000"]}),
]
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'+.^_`|~-]+$", json_schema_extra={"examples": ["ETag"]})]
HeaderPattern = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9!#$%&'+.^_`|~-]*(\*[A-Za-z0-9!#$%&'+.^_`|~-]*)?$",
        min_length=1,
        json_schema_extra={"examples": ["content-type", "*"]},
    ),
]


class CorsRule(Model):
    """What pages of some origins may do from a browser. Who may do it at all is another question: an address that a
    workload signed says so. Source: Amazon S3 User Guide, "Elements of a CORS configuration", read in November 2026.
    """

    origins: Annotated[tuple[Origin, ...], Field(min_length=1), Writes(CORS, "cors_rule.allowed_origins")]
    """Where the pages come from, `https://shop.example.org`; one star in each at most."""
    methods: Annotated[tuple[CorsMethod, ...], Field(min_length=1), Writes(CORS, "cors_rule.allowed_methods")]
    """What they may do: `GET`, `HEAD`, `PUT`, `POST`, `DELETE`."""
    headers: Annotated[tuple[HeaderPattern, ...], Writes(CORS, "cors_rule.allowed_headers")] = ()
    """The headers that they may send, `content-type`, `x-amz-meta-*`, or `*`. An upload with a `Content-Type` of its own
    needs it here."""
    expose_headers: Annotated[tuple[HeaderName, ...], Writes(CORS, "cors_rule.expose_headers")] = ()
    """The headers of an answer that they may read: `ETag`, which uploads in parts need."""
    max_age_seconds: Annotated[int, Field(ge=0), Writes(CORS, "cors_rule.max_age_seconds")] = 3600
    """Seconds that a browser remembers what it was allowed, as far as it does for so long: Chrome for two hours."""

    @property
    def is_for_everybody(self) -> bool:
        """Whether any page there is may use it."""
        return any(origin in EVERYBODY for origin in self.origins)
