"""What a field may hold, in words: patterns, choices, and what only a rule of the model knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from docs_generator.example import TODAY
from twinstack.bucket.lifecycle import StorageClass
from twinstack.edge.rate_limit import RateLimit
from twinstack.environment import Model
from twinstack.environment.writes import declared
from twinstack.facts.cache_parameters import FAMILIES, cache_parameters
from twinstack.facts.judgement import fact_at
from twinstack.facts.offers import engine_versions
from twinstack.facts.support import KUBERNETES, POSTGRES
from twinstack.layers.allowed import allowed
from twinstack.layers.schema import whole_schema
from twinstack.postgres import PostgresSpec
from twinstack.redis.spec import POLICY, RedisEngine
from twinstack.redis.version import OLDEST


def phrase(model: type[BaseModel], name: str) -> str:
    """What the field takes, without what its default says already."""
    for kind in model.__mro__:
        if words := OF_A_RULE.get((kind.__name__, name)):
            return words
    whole = whole_schema(model)
    definitions = {key: _worded(each) for key, each in whole.get("$defs", {}).items()}
    return allowed(_worded(without_null(whole["properties"][name])), definitions)


def without_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Without `or null`, which the default says."""
    others = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if len(others) != 1:
        return dict(schema)
    return {**{key: value for key, value in schema.items() if key != "anyOf"}, **others[0]}


def patterns_in(node: Any) -> Iterator[str]:
    """Every pattern in a schema, of values and of keys, that no examples explain."""
    match node:
        case {"examples": _, **rest} if "properties" not in rest:
            return
        case dict():
            if isinstance(pattern := node.get("pattern"), str):
                yield pattern
            yield from node.get("patternProperties", ())
            for each in node.values():
                yield from patterns_in(each)
        case list():
            for each in node:
                yield from patterns_in(each)


def _worded(node: Any) -> Any:
    """The schema with words where it has a pattern, a choice or keys: a constant is shown as it is."""
    match node:
        case {"enum": choices}:
            return {"const": _one_of(choices)}
        case {"patternProperties": {**keys}}:
            ((pattern, value),) = keys.items()
            return {"const": f"a mapping from {PATTERNS[pattern].keys} to {_value(value)}"}
        case {"type": "object", "additionalProperties": dict(value)}:
            return {"const": f"a mapping from words to {_value(value)}"}
        case {"pattern": str(pattern)} if "examples" not in node:
            return {"const": PATTERNS[pattern].words}
        case {"type": "string", "examples": examples}:
            return {"const": f"text such as {' or '.join(f'`{example}`' for example in examples)}"}
        case dict():
            return {key: _worded(value) for key, value in node.items()}
        case list():
            return [_worded(each) for each in node]
    return node


def _value(schema: Mapping[str, Any]) -> str:
    if any("$ref" in each for each in schema.get("anyOf", ())):
        return ", or ".join(map(_value, schema["anyOf"]))
    return "a mapping" if "$ref" in schema else allowed(_worded(schema), {})


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern in words, with an example that fits."""

    what: str
    example: str
    plural: str = ""
    """What the keys are, where it is the keys of a mapping that have to fit."""
    says_all: bool = False
    """Whether the words need no example."""

    @property
    def words(self) -> str:
        return self.what if self.says_all else f"{self.what}, such as `{self.example}`"

    @property
    def keys(self) -> str:
        return f"{self.plural} such as `{self.example}`"


_WORDS: Final = "lower-case words joined by hyphens"
_VARIABLE: Final = Pattern("a variable's name", "LOG_LEVEL", "variables")
_CAPITALS: Final = Pattern("a variable's name, in capitals", "LOG_LEVEL", "variables")

PATTERNS: Final[Mapping[str, Pattern]] = {
    r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$": Pattern(_WORDS, "my-shop"),
    r"^[0-9]{12}$": Pattern("twelve digits in quotes", "123456789012"),
    r"^[a-z]{2}(-[a-z]+)+-[0-9]$": Pattern("a region of AWS", "us-west-2"),
    r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$": Pattern("a tag of at most 128 letters, digits, dots and hyphens", "1.4.2"),
    r"^(-[a-z0-9]+)?$": Pattern("a hyphen and lower-case letters or digits, or empty", "-dev"),
    r"^[a-f]$": Pattern("the letter of a zone", "a", "letters of zones"),
    r"^[a-z0-9-]+(\.[a-z0-9-]+)*$": Pattern("the last part of an endpoint's name", "ecr.api"),
    r"^sg-[0-9a-f]{8}([0-9a-f]{9})?$": Pattern("the id of a security group", "sg-0a1b2c3d4e5f60001"),
    r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$": Pattern("a namespace's name", "monitoring"),
    r"^[0-9a-f]{10}$": Pattern("ten hexadecimal digits, quoted where all are decimal", "0a1b2c3d4e"),
    r"^vpc-[0-9a-f]{8,17}$": Pattern("the id of a VPC", "vpc-0a1b2c3d4e5f60001"),
    r"^subnet-[0-9a-f]{8,17}$": Pattern("the id of a subnet", "subnet-0a1b2c3d4e5f60001"),
    r"^([A-Za-z0-9+=,.@_-]+/){0,8}[A-Za-z0-9+=,.@_-]{1,64}$": Pattern("the name of an IAM role", "platform-admin"),
    r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$": Pattern("the name of a cluster, at most 100 characters", "platform-prod"),
    r"^[a-z0-9-]+\.[a-z0-9-]+$": Pattern("a type of EC2", "m7i.large"),
    r"^(x86_64|arm64)$": Pattern("one of `x86_64`, `arm64`", "arm64", says_all=True),
    r"^[a-z][a-z0-9-]*$": Pattern("a lower-case name of letters, digits and hyphens", "credentials"),
    r"^[a-z][a-z0-9-]{0,30}$": Pattern("a name of at most 31 characters", "general", "names"),
    r"^db\.[a-z0-9]+\.[a-z0-9]+$": Pattern("a class of RDS", "db.t3.medium"),
    r"^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$": Pattern(
        "the name of a label", "app.kubernetes.io/name", "names of labels"
    ),
    r"^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$": Pattern("the value of a label", "prometheus"),
    r"^arn:aws:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$": Pattern(
        "the ARN of a topic", "arn:aws:sns:us-west-2:123456789012:alerts"
    ),
    r"^[a-z][a-z0-9_]*$": Pattern("the name of a field", "database", "fields"),
    r"^[a-z][a-z0-9_]{0,60}$": Pattern("a lower-case name of at most 61 letters, digits and underscores", "shop_app"),
    r"^[a-z][a-z0-9_]{0,62}$": Pattern("a lower-case name of at most 63 letters, digits and underscores", "shop_app"),
    r"^[a-z][a-z0-9_]{0,30}$": Pattern("a lower-case name of at most 31 characters", "cache", "names"),
    r"^[A-Za-z0-9-]+:[A-Za-z0-9_./:-]+$": Pattern("a key of IAM's conditions", "ses:FromAddress", "keys"),
    r"^[a-z]+(_[a-z]+)*$": Pattern("lower-case words", "send_mail", "names"),
    r"^[a-z_.]+$": Pattern("the name of a parameter", "log_lock_waits", "names"),
    r"^(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$": Pattern("a path in the image", "/etc/ssl/rds.pem"),
    r"^[A-Za-z_][A-Za-z0-9_]{0,199}$": _VARIABLE,
    r"^[A-Z][A-Z0-9_]{0,199}$": _CAPITALS,
    r"^[A-Z][A-Z0-9_]{0,48}_$": Pattern(
        "a prefix of capitals, an underscore last", "PAYMENTS_", "prefixes such as `PAYMENTS_`"
    ),
    r"^cache\.[a-z0-9]+\.[a-z0-9]+$": Pattern("a node type of ElastiCache", "cache.t4g.micro"),
    r"^[a-z0-9][a-z0-9.\-:]*(/[a-z0-9._\-]+)*$": Pattern("an image without a tag", "ghcr.io/acme/shop"),
    r"^sha256:[0-9a-f]{64}$": Pattern(
        "`sha256:` and 64 hexadecimal digits", f"sha256:{'0123456789abcdef' * 4}", says_all=True
    ),
    r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$": Pattern("the name of a Secret", "registry"),
    r"^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$": Pattern(
        "the name of a label", "eks.amazonaws.com/instance-category", "labels"
    ),
    r"^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$": Pattern("the value of a label", "batch"),
    r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$": Pattern("the name of a Kubernetes object", "payments"),
    r"^[A-Za-z0-9._-]{1,253}$": Pattern("a key of a Secret or ConfigMap", "api-key"),
    r"^[A-Za-z0-9._@+-]+(/[A-Za-z0-9._@+-]+)*$": Pattern("a file of the product", "config/app.toml"),
    r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$": Pattern("the name of a container", "proxy", "names of containers"),
    r"^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$": Pattern("the name of a volume", "media", "names of volumes"),
    r"^[a-z]{1,6}$": Pattern("letters that types of EC2 begin with", "m"),
    r"^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$": Pattern("a folder of the product", "backend"),
    r"^[A-Za-z0-9._-]{0,200}$": Pattern("the name of a gRPC service, or nothing for the whole server", "shop.Orders"),
    r"^(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._@+-]{1,100})+$": Pattern(
        "an absolute path", "/app/.next/cache", plural="folders"
    ),
    r"^/[!-~]*$": Pattern("a path that begins with a slash", "/health"),
    r"^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])$": Pattern(
        "a host name in lower case, or `*.` and one", "*.shop.example.org"
    ),
    r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])$": Pattern(
        "a host name in lower case", "shop.example.org"
    ),
    r"^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f-]+$": Pattern(
        "the ARN of a certificate", "arn:aws:acm:us-west-2:123456789012:certificate/0a1b2c3d"
    ),
    r"^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:[0-9]{12}:regional/webacl/[A-Za-z0-9_-]+/[0-9a-f-]+$": Pattern(
        "the ARN of a web ACL", "arn:aws:wafv2:us-west-2:123456789012:regional/webacl/acme-shop-edge/0a1b2c3d"
    ),
    r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$": Pattern("a name of letters, digits and hyphens", "letsencrypt-prod"),
    r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$": Pattern("the name of a bucket", "acme-logs"),
    r"^[A-Za-z0-9_-]{1,128}$": Pattern("the name of a rule", "NoUserAgent_HEADER", "names"),
    r"^https://[!-~]+$": Pattern("an address that begins with https://", "https://acme.example/directory"),
    r"^[^@\s]+@[^@\s]+$": Pattern("an address of electronic mail", "ops@example.org"),
    r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$": Pattern("a branch's name", "production"),
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$": Pattern("a label of a runner", "self-hosted"),
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$": Pattern("the name of a GitHub environment", "prod"),
    r"^[A-Za-z0-9][A-Za-z0-9-]*(/[a-z0-9][a-z0-9_-]*)?$": Pattern("a person, or a team", "acme/platform"),
    r"^(aws:)?[A-Za-z0-9+=,.@_/-]{1,128}$": Pattern("the name of a policy", "aws:AmazonSQSFullAccess"),
    r"^[A-Za-z0-9](-?[A-Za-z0-9]){0,38}/[A-Za-z0-9._-]{1,100}$": Pattern("a repository", "acme/shop"),
    r"^[^\x00-\x1f\x7f]+$": Pattern("one line", "npm test"),
    r"^(\.|[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)$": Pattern(
        "a path in the repository", "backend"
    ),
    r"^3\.[0-9]{1,2}$": Pattern("a version of Python", "3.13"),
    r"^[0-9]{2}$": Pattern("a version of Node", "24"),
    r"^[0-9]+\.[0-9]+\.[0-9]+$": Pattern("a version", "1.11.4"),
    r"^/[A-Za-z0-9._~/-]*$": Pattern("a path that begins with a slash", "/api"),
}
"""Every pattern of the library's models, held by a test."""


def _one_of(choices: Iterable[object]) -> str:
    """Numbers as they are, words as code."""
    return f"one of {', '.join(str(one) if isinstance(one, int) else f'`{one}`' for one in choices)}"


def _supported(ends: Mapping[str, Any]) -> str:
    return _one_of(version for version, end in ends.items() if end is None or end >= TODAY)


def _taken(kind: type[Model], field: str) -> str:
    """The values that AWS takes of the argument that a field becomes."""
    written = next(one for name, one in declared(kind) if name == field)
    fact = fact_at(written.type, written.argument)
    assert fact is not None and fact.values is not None, f"{kind.__name__}.{field}"
    return _one_of(map(int, fact.values.values))


def _policies() -> str:
    """What a full cache may do, of the newest family."""
    fact = cache_parameters(FAMILIES[-1])[POLICY].fact
    assert fact is not None
    return _one_of(fact.values)


def _versions(engine: RedisEngine) -> list[str]:
    return [one for one in engine_versions("elasticache", engine) if int(one.partition(".")[0]) >= OLDEST]


OF_A_RULE: Final[Mapping[tuple[str, str], str]] = {
    ("ClusterSpec", "version"): _supported(KUBERNETES),
    ("PostgresSpec", "engine_version"): _supported(POSTGRES),
    ("PostgresSpec", "upgrade_from"): "an earlier major version",
    ("PostgresSpec", "client_image"): "an image's name with a tag other than `latest`, or with its digest",
    ("PostgresSpec", "restore_from_snapshot"): "a snapshot's name or ARN",
    ("PostgresRestore", "snapshot"): "a snapshot's name or ARN",
    ("PostgresRestore", "time"): "a moment in UTC, or `latest`",
    ("PostgresSpec", "monitoring_interval_seconds"): _taken(PostgresSpec, "monitoring_interval_seconds"),
    ("CorsRule", "origins"): "a list of origins, such as `https://shop.example.org`",
    ("LifecycleRule", "prefix"): "the beginning of keys, such as `reports/`",
    ("LifecycleRule", "transitions"): "a mapping from " + _one_of(StorageClass) + " to days",
    ("LifecycleRule", "old_version_transitions"): "the same",
    ("PostgresSpec", "extensions"): "a list of names, such as `pg_trgm`",
    ("RedisSpec", "databases"): "a mapping from names such as `cache` to numbers, 0 to 15",
    ("RedisSpec", "max_memory_policy"): _policies(),
    ("RateLimit", "window_seconds"): _taken(RateLimit, "window_seconds"),
    ("RedisSpec", "engine_version"): "; ".join(f"`{engine}`: {_one_of(_versions(engine))}" for engine in RedisEngine),
    ("AwsRight", "actions"): "a list of actions, such as `ses:SendEmail`",
    ("AwsRight", "resources"): "a list of ARNs, such as `arn:aws:ses:{region}:{account}:identity/example.org`",
    ("AwsRight", "conditions"): "a mapping from IAM's operators such as `StringEquals` to keys and their values",
    ("WorkloadSpec", "uses"): "a list, each `FIELD` or `{FIELD: ACCESS}`",
    ("Route", "to"): "the field of a web service",
    ("Spec", "name"): "a part of a name, such as `db`, or empty",
    ("Spec", "acknowledge"): "a mapping from codes such as `TW404` to text of at least 10 characters",
}
"""What a model's own rules allow, by its class and field; a test asks the rules themselves."""
