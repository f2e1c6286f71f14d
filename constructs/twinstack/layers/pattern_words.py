"""Regular expressions in words: what each of the library's patterns allows, and an example of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class PatternWords(NamedTuple):
    """What a pattern allows, for people."""

    words: str
    example: str

    def __str__(self) -> str:
        return f"{self.words}, such as {self.example}"


def words_of(pattern: str) -> PatternWords | None:
    """The words for a pattern; None for one of somebody else's, who may give the field `examples`."""
    return _KNOWN.get(pattern)


_KNOWN: Final[Mapping[str, PatternWords]] = {
    pattern: PatternWords(words, example)
    for pattern, words, example in (
        (r"^[0-9]{12}$", "twelve digits in quotes", "'123456789012'"),
        (r"^[a-z]{2}(-[a-z]+)+-[0-9]$", "the name of a region", "eu-central-1"),
        (r"^(-[a-z0-9]+)?$", "nothing, or a hyphen with lower-case letters and digits", "-dev"),
        (r"^[0-9a-f]{10}$", "ten hexadecimal digits", "b68a370bfb"),
        (r"^[a-f]$", "the letter of a zone", "a"),
        (r"^vpc-[0-9a-f]{8,17}$", "the id of a VPC", "vpc-0a1b2c3d4e5f60718"),
        (r"^subnet-[0-9a-f]{8,17}$", "the id of a subnet", "subnet-0a1b2c3d4e5f60001"),
        (r"^sg-[0-9a-f]{8}([0-9a-f]{9})?$", "the id of a security group", "sg-0a1b2c3d4e5f60718"),
        (r"^[a-z0-9-]+(\.[a-z0-9-]+)*$", "the last part of an endpoint's name", "ecr.api"),
        (r"^[a-z0-9-]+\.[a-z0-9-]+$", "an instance type", "m7g.large"),
        (
            r"^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$",
            "the name of a label",
            "app.kubernetes.io/name",
        ),
        (r"^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$", "the value of a label", "prometheus"),
        (r"^arn:aws:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$", "the ARN of a topic of SNS", "arn:aws:sns:us-west-2:123456789012:alerts"),
        (r"^[a-z][a-z0-9_]*$", "the name of a field", "database"),
        (r"^(x86_64|arm64)$", "x86_64 or arm64", "arm64"),
        (r"^db\.[a-z0-9]+\.[a-z0-9]+$", "an instance class of RDS", "db.t4g.micro"),
        (r"^cache\.[a-z0-9]+\.[a-z0-9]+$", "a node type of ElastiCache", "cache.t4g.micro"),
        (r"^([A-Za-z0-9+=,.@_-]+/){0,8}[A-Za-z0-9+=,.@_-]{1,64}$", "the name of an IAM role, with its path", "platform/admin"),
        (r"^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f-]+$", "the ARN of a certificate",
         "arn:aws:acm:eu-central-1:123456789012:certificate/0a1b2c3d"),
        (r"^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:[0-9]{12}:regional/webacl/[A-Za-z0-9_-]+/[0-9a-f-]+$", "the ARN of a web ACL",
         "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/shop/0a1b2c3d"),
        (r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$", "the name of a cluster", "platform-live"),
        (r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", "the name of a bucket", "acme-access-logs"),
        (r"^[A-Za-z0-9_-]{1,128}$", "letters, digits, hyphens and underscores", "SizeRestrictions_BODY"),
        (r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])$", "a host name in lower case",
         "shop.example.com"),
        (r"^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])$",
         "a host name in lower case, or `*.` and one", "*.shop.example.org"),
        (r"^https://[!-~]+$", "an address that begins with https://", "https://acme.example/directory"),
        (r"^[^@\s]+@[^@\s]+$", "an e-mail address", "platform@example.com"),
        (r"^[A-Za-z0-9._-]{0,200}$", "the name of a gRPC service, or nothing for the whole server", "shop.Orders"),
        (r"^/[!-~]*$", "a path that begins with /", "/health"),
        (r"^/[A-Za-z0-9._~/-]*$", "a path that begins with /", "/api"),
        (r"^(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$", "a file's path in the image", "/etc/ssl/rds.pem"),
        (r"^[a-z0-9][a-z0-9.\-:]*(/[a-z0-9._\-]+)*$", "an image without its tag", "ghcr.io/acme/shop"),
        (r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$", "a tag of letters, digits, dots, hyphens and underscores", "1.4.2"),
        (r"^sha256:[0-9a-f]{64}$", "sha256: and 64 hexadecimal digits", f"sha256:{'0a1b2c3d' * 8}"),
        (r"^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$", "a folder of the product", "backend"),
        (r"^[A-Za-z_][A-Za-z0-9_]{0,199}$", "the name of a variable: letters, digits and underscores, no digit first", "LOG_LEVEL"),
        (r"^[A-Z][A-Z0-9_]{0,199}$", "the beginning of variables' names in capitals", "DB"),
        (r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", "words of lower-case letters and digits joined by single hyphens, a letter first", "our-shop"),
        (r"^[a-z][a-z0-9-]*$", "lower-case letters, digits and hyphens, a letter first", "credentials"),
        (r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "lower-case letters, digits and hyphens between them", "letsencrypt-prod"),
        (r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", "the name of a namespace", "monitoring"),
        (r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", "the name of a Kubernetes object", "registry"),
        (r"^[A-Za-z0-9-]+:[A-Za-z0-9_./:-]+$", "a key of IAM's conditions", "ses:FromAddress"),
        (r"^[a-z]+(_[a-z]+)*$", "lower-case words joined by underscores", "send_mail"),
        (r"^[a-z][a-z0-9_]{0,30}$", "a short name: lower-case letters, digits and underscores, a letter first", "cache"),
        (r"^[a-z][a-z0-9_]{0,62}$", "a name in PostgreSQL: lower-case letters, digits and underscores, a letter first", "shop"),
        (r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$", "a branch without patterns", "production"),
        (r"^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$", "a label of a runner", "ubuntu-24.04"),
        (r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", "the name of a GitHub environment", "prod"),
        (r"^[A-Za-z0-9][A-Za-z0-9-]*(/[a-z0-9][a-z0-9_-]*)?$", "a person, or a team as ORGANIZATION/TEAM", "acme/platform"),
        (r"^[A-Za-z0-9](-?[A-Za-z0-9]){0,38}/[A-Za-z0-9._-]{1,100}$", "a repository as OWNER/NAME", "acme/shop"),
        (r"^(aws:)?[A-Za-z0-9+=,.@_/-]{1,128}$", "a policy of the account, or one of AWS's after aws:", "aws:AmazonSQSFullAccess"),
        (r"^[^\x00-\x1f\x7f]+$", "one line", "npm test"),
        (r"^(\.|[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)$", "a path in the repository", "backend"),
        (r"^3\.[0-9]{1,2}$", "a version of Python in quotes", "'3.13'"),
        (r"^[0-9]{2}$", "a version of Node in quotes", "'24'"),
        (r"^[0-9]+\.[0-9]+\.[0-9]+$", "a version of three numbers", "1.11.4"),
        (r"^[a-z][a-z0-9-]{0,30}$", "a short name: lower-case letters, digits and hyphens, a letter first", "backend"),
        (r"^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$",
         "the name of a label or taint of nodes", "eks.amazonaws.com/instance-category"),
        (r"^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$", "the value of a label or taint", "batch"),
        (r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$", "the name of a Secret, ConfigMap or StorageClass", "payments"),
        (r"^[A-Za-z0-9._-]{1,253}$", "a key of a Secret or ConfigMap", "api-key"),
        (r"^[A-Za-z0-9._@+-]+(/[A-Za-z0-9._@+-]+)*$", "a file of the product", "config/app.toml"),
        (r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$", "the name of a container", "proxy"),
        (r"^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$", "the name of a volume", "media"),
        (r"^[A-Z][A-Z0-9_]{0,48}_$", "the beginning of variables' names: capitals, digits and underscores, an underscore last", "PAYMENTS_"),
        (r"^[a-z]{1,6}$", "the letters that instance types begin with", "m"),
        (r"^[a-z][a-z0-9_]{0,60}$", "a role in PostgreSQL: lower-case letters, digits and underscores, a letter first", "shop_app"),
    )
}  # fmt: skip
