"""Rules over the policies of IAM: what their grammar refuses, and what they allow to everybody.

Source: AWS, "IAM JSON policy elements reference", "Grammar of the IAM JSON policy language"; KMS, "Default key policy".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from twinstack.environment.spec import Half
from twinstack.facts.actions import any_action, knows_service, nearest_action
from twinstack.policy.aws.stack import Resource, Stack, mappings, texts
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.INFRASTRUCTURE)


@RULES("trust-has-resource", "A trust policy with a resource", "leave Resource out", severity="error")
def trust_has_resource(stack: Stack) -> Iterator[Fault]:
    """IAM refuses Resource in a trust policy, which is about the role itself, and asks for a Principal."""
    for one in stack.of("aws_iam_role"):
        for statement in stack.statements(one, TRUST):
            wrong = sorted({"Resource", "NotResource"} & set(statement))
            if wrong:
                yield Fault(one.address, TRUST, wrong[0], "Principal, Action and Condition")
            if not {"Principal", "NotPrincipal"} & set(statement):
                yield Fault(one.address, TRUST, "no Principal", "who may take the role")


@RULES("statement-lacks-a-part", "A statement that is not whole", "write the part that is missing", severity="error")
def statement_lacks_a_part(stack: Stack) -> Iterator[Fault]:
    """IAM refuses a statement without Effect, Action or Resource, with both of a pair, or with a Principal where the
    policy's owner is the principal.
    """
    for one, key, statement in _statements(stack):
        effect = statement.get("Effect")
        if effect not in ("Allow", "Deny"):
            yield Fault(one.address, key, f"Effect {effect or 'missing'}", "Allow or Deny")
        pairs = ["Action"] if key == TRUST else ["Action", "Resource"] if _needs_resource(one.type) else ["Action"]
        for name in pairs:
            held = [each for each in (name, f"Not{name}") if each in statement]
            if len(held) > 1 or (not held and not (name == "Resource" and one.type in OF_KEYS)):
                yield Fault(one.address, key, " and ".join(held) or f"no {name}", f"{name}, or Not{name}")
        if one.type in OF_IDENTITIES:
            for name in sorted({"Principal", "NotPrincipal"} & set(statement)):
                yield Fault(one.address, key, name, "none: it is whoever the policy is attached to")


@RULES("no-such-version", "A version of the policy language that is none", "write 2012-10-17", severity="error")
def no_such_version(stack: Stack) -> Iterator[Fault]:
    """AWS refuses a policy of another version than the two there are: it is a name, not the day of writing."""
    for one in stack.of(*HOLDERS):
        for key in HOLDERS[one.type]:
            for policy in one.policies(key):
                version = policy.get("Version")
                if isinstance(version, str) and version not in VERSIONS:
                    yield Fault(one.address, key, f"Version {version}", " or ".join(VERSIONS))


@RULES("action-is-none", "An action that cannot be one", "write it as service:Action", severity="error")
def action_is_none(stack: Stack) -> Iterator[Fault]:
    """IAM refuses an action without the service before it, or with one that has a wildcard."""
    for one, key, statement in _statements(stack):
        for action in (*texts(statement.get("Action")), *texts(statement.get("NotAction"))):
            if "${" not in action and not ACTION.fullmatch(action):
                yield Fault(one.address, key, action or "nothing", "service:Action, s3:GetObject")


@RULES("action-unknown", "An action that its service does not have", "correct its name")
def action_unknown(stack: Stack) -> Iterator[Fault]:
    """A statement with a misspelt action is taken and says nothing: what it was for is refused, or is not denied."""
    for one, key, statement in _statements(stack):
        for action in (*texts(statement.get("Action")), *texts(statement.get("NotAction"))):
            service = action.partition(":")[0].lower()
            if not ACTION.fullmatch(action) or action == "*" or not knows_service(service):
                continue
            if not any_action(action):
                yield Fault(one.address, key, action, nearest_action(action) or f"an action of {service}")


@RULES("objects-of-a-bucket", "A right to objects over the bucket itself", "add the objects, `BUCKET_ARN/*`")
def objects_of_a_bucket(stack: Stack) -> Iterator[Fault]:
    """What is done with objects, over a resource that is only the bucket: the statement allows, or denies, nothing."""
    for one, key, statement in _statements(stack):
        named, actions = texts(statement.get("Resource")), texts(statement.get("Action"))
        whole = all(BUCKET.fullmatch(each) for each in named)
        if named and actions and whole and all(fnmatchcase(each.lower(), "s3:*object") for each in actions):
            yield Fault(one.address, key, f"{actions[0]} on {named[0]}", f"{named[0]}/*")


@RULES("resource-is-no-arn", "A resource of a statement that is no ARN", "write its ARN", severity="error")
def resource_is_no_arn(stack: Stack) -> Iterator[Fault]:
    """IAM refuses a resource that is neither an ARN nor `*`: mostly the name of a bucket, a queue or a table."""
    for one, key, statement in _statements(stack):
        for named in (*texts(statement.get("Resource")), *texts(statement.get("NotResource"))):
            if "${" not in named and named != "*" and not named.startswith("arn:"):
                # The older services take `/ACCOUNT/QUEUE` in policies of their own resources.
                yield Fault(one.address, key, named or "nothing", "arn:…", doubtful=not _needs_resource(one.type))


@RULES("allows-everything", "A policy that allows all of a service, or everything", "name the actions and resources")
def allows_everything(stack: Stack) -> Iterator[Fault]:
    """What nobody needs and whoever takes the role over has: every action of a service on every resource."""
    for one, key, statement in _statements(stack):
        if one.type not in OF_IDENTITIES or statement.get("Effect") != "Allow" or statement.get("Condition"):
            continue
        whole = [each for each in texts(statement.get("Action")) if each == "*" or each.endswith(":*")]
        if whole and "*" in texts(statement.get("Resource")):
            yield Fault(one.address, key, f"{whole[0]} on *", "the actions and resources that are needed")


@RULES("open-to-everybody", "A policy that lets everybody in", "name who may, or add a Condition that does")
def open_to_everybody(stack: Stack) -> Iterator[Fault]:
    """A resource or role whose policy allows something to the principal `*`, of any account, without a condition."""
    for one, key, statement in _statements(stack):
        principal = statement.get("Principal")
        every = texts(principal) + [each for row in mappings(principal) for each in texts(row.get("AWS"))]
        if statement.get("Effect") == "Allow" and "*" in every and not statement.get("Condition"):
            yield Fault(one.address, key, "Principal *", "an account, a role or a service")


@RULES(
    "key-locked-out", "A key that nobody could change the policy of", "let the account's root use it", severity="error"
)
def key_locked_out(stack: Stack) -> Iterator[Fault]:
    """KMS refuses a key policy by which neither the account nor whoever applies it may change it again."""
    for one in stack.of("aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key", "aws_kms_key_policy"):
        statements = stack.statements(one, "policy")
        bypassed = one.get("bypass_policy_lockout_safety_check")
        if statements and not bypassed and not any(_lets_in(each) for each in statements):
            yield Fault(one.address, "policy", "nobody may kms:PutKeyPolicy", "arn:aws:iam::ACCOUNT:root may kms:*")


@RULES(
    "pod-identity-trust",
    "A role that pods cannot take",
    "trust pods.eks.amazonaws.com with sts:AssumeRole and sts:TagSession",
    severity="error",
)
def pod_identity_trust(stack: Stack) -> Iterator[Fault]:
    """EKS refuses a Pod Identity association whose role does not trust its service with both actions: one that trusts
    the cluster's OIDC provider is for the older way.
    """
    for one in stack.of("aws_eks_pod_identity_association"):
        role = stack.referred(one.get("role_arn"))
        statements = stack.statements(role, TRUST) if role is not None else []
        actions = {
            action.lower()
            for each in statements
            if each.get("Effect") == "Allow" and POD_IDENTITY in _services(each)
            for action in texts(each.get("Action"))
        }
        missing = [action for action in POD_ACTIONS if not any(fnmatchcase(action.lower(), each) for each in actions)]
        if role is not None and statements and missing:
            yield Fault(role.address, TRUST, f"{POD_IDENTITY} may not {' and '.join(missing)}", "both, for the service")


def _statements(stack: Stack) -> Iterator[tuple[Resource, str, Mapping[str, Any]]]:
    for one in stack.of(*HOLDERS):
        for key in HOLDERS[one.type]:
            for statement in stack.statements(one, key):
                yield one, key, statement


def _needs_resource(kind: str) -> bool:
    return kind in OF_IDENTITIES or kind in {"aws_s3_bucket_policy", "aws_kms_key", "aws_kms_key_policy"}


def _lets_in(statement: Mapping[str, Any]) -> bool:
    """Whether somebody may change a key's policy by this: an account, a role or a user, who may be whoever applies it."""
    if statement.get("Effect") != "Allow":
        return False
    principal = statement.get("Principal")
    named = texts(principal) + [each for row in mappings(principal) for each in texts(row.get("AWS"))]
    if "NotAction" in statement or "NotPrincipal" in statement:
        return True
    may = any(fnmatchcase("kms:putkeypolicy", each.lower()) or "${" in each for each in texts(statement.get("Action")))
    return may and bool(named)


def _services(statement: Mapping[str, Any]) -> list[str]:
    return [each for row in mappings(statement.get("Principal")) for each in texts(row.get("Service"))]


TRUST: Final = "assume_role_policy"
POD_IDENTITY: Final = "pods.eks.amazonaws.com"
POD_ACTIONS: Final = ("sts:AssumeRole", "sts:TagSession")
VERSIONS: Final = ("2012-10-17", "2008-10-17")
BUCKET: Final = re.compile(r"arn:aws[a-z-]*:s3:::[^/*]+|\$\{aws_s3_bucket\.[\w-]+\.arn\}")
ACTION: Final = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
OF_KEYS: Final = frozenset({"aws_kms_key", "aws_kms_key_policy", "aws_kms_external_key", "aws_kms_replica_key"})
"""Of what is attached to a key a statement without a resource is about that key. Source: AWS KMS Developer Guide, "Key
policies"."""
OF_IDENTITIES: Final = frozenset(
    {"aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy"}
)
HOLDERS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(OF_IDENTITIES, ("policy",)),
    "aws_iam_role": (TRUST,),
    "aws_kms_key": ("policy",),
    "aws_kms_key_policy": ("policy",),
    "aws_s3_bucket_policy": ("policy",),
    "aws_sqs_queue": ("policy",),
    "aws_sqs_queue_policy": ("policy",),
    "aws_sns_topic": ("policy",),
    "aws_sns_topic_policy": ("policy",),
    "aws_secretsmanager_secret": ("policy",),
    "aws_secretsmanager_secret_policy": ("policy",),
    "aws_ecr_repository_policy": ("policy",),
    "aws_vpc_endpoint": ("policy",),
}
"""What holds a policy, and by which argument."""
