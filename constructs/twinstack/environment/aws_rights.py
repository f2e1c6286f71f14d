"""What a workload may ask of AWS beyond its links: statements for its role, for services that no room knows."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field

from twinstack.environment.context import Context
from twinstack.environment.model import Finding, Model
from twinstack.environment.quantities import PlainText
from twinstack.facts.actions import nearest_action, takes_only_all

ACTION: Final = re.compile(r"[a-z0-9-]+:[A-Za-z0-9]+")
ARN: Final = re.compile(r"arn:aws:[a-z0-9-]+:[a-z0-9*-]*:([0-9]{12}|aws|\*)?:.+")
EVERYTHING: Final = re.compile(r"\*|arn:aws:[^:]*:[^:]*:[^:]*:\*")
"""What leaves nothing of a service out."""
PLACES: Final = ("account", "region", "suffix")
"""What may stand in a resource's name in braces, since it differs between environments."""
OPERATOR: Final = re.compile(
    r"((ForAllValues|ForAnyValue):)?"
    r"(String(Not)?(Equals|EqualsIgnoreCase|Like)|Numeric(Not)?Equals|Numeric(LessThan|GreaterThan)(Equals)?"
    r"|Date(Not)?Equals|Date(LessThan|GreaterThan)(Equals)?|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like))"
    r"(IfExists)?|Null"
)
"""Source: AWS IAM User Guide, "IAM JSON policy elements: Condition operators", read in November 2026."""


def _is_action(action: str) -> str:
    if not ACTION.fullmatch(action):
        raise ValueError("one action with its service, without a star: `ses:SendEmail`")
    return action


def _is_resource(name: str) -> str:
    plain = re.sub(r"\{(?:account)\}", "0" * 12, re.sub(r"\{(?:region|suffix)\}", "x", name))
    if name != "*" and ("{" in plain or not ARN.fullmatch(plain)):
        raise ValueError(
            "an ARN, `arn:aws:ses:{region}:{account}:identity/example.org`, in which {account}, {region} and {suffix} are those of "
            "the environment; or `*` for actions that know no other"
        )
    return name


def _is_operator(name: str) -> str:
    if not OPERATOR.fullmatch(name):
        raise ValueError("an operator of IAM's conditions, `StringEquals`, `ArnLike`, `ForAnyValue:StringLike`, `Null`")
    return name


def _listed(given: Any) -> Any:
    return (given,) if isinstance(given, str) else tuple(given) if isinstance(given, list) else given


Action = Annotated[str, AfterValidator(_is_action), Field(json_schema_extra={"examples": ["ses:SendEmail"]})]
ResourceName = Annotated[
    PlainText,
    AfterValidator(_is_resource),
    Field(json_schema_extra={"examples": ["arn:aws:ses:{region}:{account}:identity/example.org"]}),
]
Operator = Annotated[str, AfterValidator(_is_operator), Field(json_schema_extra={"examples": ["StringEquals"]})]
ConditionKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+:[A-Za-z0-9_./:-]+$")]
Values = Annotated[
    tuple[PlainText, ...], Field(min_length=1), BeforeValidator(_listed, json_schema_input_type=str | list[str])
]
RightName = Annotated[str, Field(pattern=r"^[a-z]+(_[a-z]+)*$", max_length=60)]


class AwsRight(Model):
    """One statement of the role's policy: these actions on these resources, if the conditions hold."""

    actions: Annotated[tuple[Action, ...], Field(min_length=1)]
    """What its pods may do, `ses:SendEmail`: each by its name, none with a star."""
    resources: Annotated[tuple[ResourceName, ...], Field(min_length=1)]
    """On what, by ARN. `{account}`, `{region}` and `{suffix}` are the environment's. A star within an ARN stands for any text; a
    star alone is for actions that know no resource."""
    conditions: dict[Operator, dict[ConditionKey, Values]] = Field(default_factory=dict)
    """When, as IAM has it: `{StringEquals: {"ses:FromAddress": shop@example.org}}`."""

    def resources_in(self, context: Context) -> list[str]:
        """The resources in one environment."""
        values = {place: str(getattr(context, place)) for place in PLACES}
        return [re.sub(r"\{(\w+)\}", lambda found: values[found[1]], name) for name in self.resources]


class AwsRights(Model):
    """What a workload says of the AWS services that it calls without a link."""

    aws_rights: dict[RightName, AwsRight] = Field(default_factory=dict)
    """Statements that its role has besides those of its links, by a name of each, for services without a room:
    `{send_mail: {actions: [ses:SendEmail], resources: ["arn:aws:ses:{region}:{account}:identity/example.org"]}}`. They open the
    way to AWS on 443 too; without NAT the network gets each service's endpoint, where one is known."""

    @property
    def aws_services(self) -> tuple[str, ...]:
        """The services that it calls, by the last part of their endpoint's name."""
        prefixes = (action.partition(":")[0] for right in self.aws_rights.values() for action in right.actions)
        return tuple(dict.fromkeys(name for prefix in prefixes for name in ENDPOINTS.get(prefix, (prefix,))))

    def check_aws_rights(self) -> Iterator[Finding]:
        """A finding for a star that is more than it has to be; a warning for an action that AWS was not known to have."""
        for name, right in self.aws_rights.items():
            yield from _stars(right, ("aws_rights", name))
            yield from _unknown(right, ("aws_rights", name))


def _stars(right: AwsRight, place: tuple[str, ...]) -> Iterator[Finding]:
    narrower = [action for action in right.actions if takes_only_all(action) is not True]
    for index, resource in enumerate(right.resources):
        if EVERYTHING.fullmatch(resource) and narrower:
            yield Finding(
                "TW731",
                "a right to everything of a service",
                (*place, "resources", index),
                given=f"{resource}, for {', '.join(narrower)}",
                allowed="the ARNs that are meant; `*` for actions that know no resource",
                fix="name them, and give actions that know none a statement of their own",
                acknowledgeable=True,
            )


def _unknown(right: AwsRight, place: tuple[str, ...]) -> Iterator[Finding]:
    for index, action in enumerate(right.actions):
        if takes_only_all(action) is None:
            near = nearest_action(action)
            yield Finding(
                "TW767",
                "an action that IAM is not known to have",
                (*place, "actions", index),
                action,
                "what the Service Authorization Reference lists",
                f"did you mean `{near}`?" if near else "look there; an action that is none gives no right",
                warning=True,
                acknowledgeable=True,
            )


ENDPOINTS: Final[Mapping[str, tuple[str, ...]]] = {
    "bedrock": ("bedrock-runtime",),
    "cloudwatch": ("monitoring",),
    "ecr": ("ecr.api", "ecr.dkr"),
    "firehose": ("kinesis-firehose",),
    "kinesis": ("kinesis-streams",),
    "ses": ("email",),
}
"""The last parts of the names of endpoints that are not called as the service's actions are. Source: AWS PrivateLink Guide, "AWS
services that integrate with AWS PrivateLink", November 2026."""
