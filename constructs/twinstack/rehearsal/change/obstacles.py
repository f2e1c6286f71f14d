"""Why AWS would refuse, or drag out, what a plan does, though each argument by itself is right.

Three kinds: a name that is still held when its successor is made (TW990), a step that AWS makes only one at a time or
never (TW991), and what is protected and has to be let go of first (TW991). Everything is read from the plan alone, which
has each value before and after; what is known only at the apply is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from twinstack.changes.judgement import GUARDS
from twinstack.delivery.infrastructure_plan import Action, ResourceChange
from twinstack.errors import Problem


def obstacles(
    changes: Sequence[ResourceChange], *, protected: Iterable[str] = (), made_first: Iterable[str] = ()
) -> Iterator[Problem]:
    """A problem for each. `protected` are the addresses that Terraform will not destroy (`prevent_destroy`), `made_first`
    those whose successor is made before they are destroyed (`create_before_destroy`).
    """
    held, first = frozenset(protected), frozenset(made_first)
    for one in changes:
        if one.action.is_loss:
            yield from _protection(one, of_terraform=one.address in held)
        if one.action is Action.CHANGED:
            yield from _steps(one)
        if one.action is Action.REPLACED:
            yield from _held_by_itself(one, made_first=one.address in first)
    yield from _held_by_another(changes)


def held_afterwards(changes: Iterable[ResourceChange]) -> Iterator[str]:
    """The names that are not free for a while once this is done, though nothing here wants them: a sentence for each."""
    for one in changes:
        before = _mapping(one.before)
        name = _name_of(one.type_name, before)
        if one.action is Action.DESTROYED and name and (reason := _lasting(one.type_name, before)):
            yield f"{one}: {before[name]}, {reason}"


def _protection(change: ResourceChange, *, of_terraform: bool) -> Iterator[Problem]:
    before = _mapping(change.before)
    guards = [f"{name}: {_json(before[name])}" for name in GUARDS if _is_on(before.get(name))]
    if change.type_name in EMPTIED and before.get(EMPTIED[change.type_name]) is not True:
        guards.append(f"{EMPTIED[change.type_name]}: false, and it is not empty")
    if of_terraform:
        gone = change.action is Action.DESTROYED
        guards.append(f"prevent_destroy{', which went with its block, so Terraform does not stop' if gone else ''}")
    if not guards:
        return
    verb = "replaced" if change.action is Action.REPLACED else "destroyed"
    forced = f" because of {', '.join(change.forced_by)}" if change.forced_by else ""
    yield Problem(
        "TW991",
        "what is protected is to go, which takes two deployments",
        change.address,
        given=f"{verb}{forced}, and held by {', '.join(guards)}",
        allowed="protection off in one release, and gone in the next",
        fix="if it is not meant, put back what forces it. If it is: copy its data, take the protection off and deploy that "
        "alone; then deploy this",
    )


def _steps(change: ResourceChange) -> Iterator[Problem]:
    before, after = _mapping(change.before), _mapping(change.after)
    for rule in STEPS.get(change.type_name, ()):
        if problem := rule(change.address, before, after):
            yield problem


def _one_minor(address: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Problem | None:
    """Source: Amazon EKS User Guide, "Update existing cluster to new Kubernetes version"."""
    was, wanted = (_numbers(side.get("version")) for side in (before, after))
    if len(was) < 2 or len(wanted) < 2 or was == wanted or wanted[:2] == (was[0], was[1] + 1):
        return None
    if wanted < was:
        return _step(address, "version", before, after, "a later version: EKS never goes back", "put the version back")
    between = ", ".join(f"{was[0]}.{minor}" for minor in range(was[1] + 1, wanted[1] + 1))
    return _step(address, "version", before, after, f"{was[0]}.{was[1] + 1} next: one minor version at a time",
                 f"deploy one after the other, with the nodes following each: {between}")  # fmt: skip


def _no_way_back(address: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Problem | None:
    """Source: Amazon RDS User Guide, "Upgrading a DB instance engine version"."""
    was, wanted = (_numbers(side.get("engine_version")) for side in (before, after))
    if not was or not wanted or before.get("engine") != after.get("engine"):
        return None
    if wanted < was[: len(wanted)]:
        return _step(address, "engine_version", before, after, "a later version: no engine goes back",
                     "put the version back, or restore a snapshot of before into a new one")  # fmt: skip
    if wanted[0] > was[0] and after.get("allow_major_version_upgrade") is not True:
        return _step(address, "engine_version", before, after, "a major version only with allow_major_version_upgrade",
                     "allow the major upgrade in the same release, after a rehearsal on a restored snapshot")  # fmt: skip
    return None


def _storage(address: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Problem | None:
    """Source: Amazon RDS User Guide, "Increasing DB instance storage capacity"."""
    was, wanted = before.get("allocated_storage"), after.get("allocated_storage")
    if not isinstance(was, int) or not isinstance(wanted, int) or was == wanted:
        return None
    least = -(-was * 11 // 10)
    if wanted < was:
        return _step(address, "allocated_storage", before, after, "more: storage never shrinks",
                     "put the size back, or move the data into a smaller database")  # fmt: skip
    if wanted < least:
        return _step(address, "allocated_storage", before, after, f"{least} or more: it grows by a tenth at least",
                     f"ask for {least}")  # fmt: skip
    return None


def _step(
    address: str, name: str, before: Mapping[str, Any], after: Mapping[str, Any], allowed: str, fix: str
) -> Problem:
    return Problem(
        "TW991",
        "AWS does not do this in one step",
        f"{address}.{name}",
        given=f"{before.get(name)} to {after.get(name)}",
        allowed=allowed,
        fix=fix,
    )


def _held_by_itself(change: ResourceChange, *, made_first: bool) -> Iterator[Problem]:
    """A replacement that keeps its name: made before the old one goes, or made while the old name is not free yet."""
    before, after = _mapping(change.before), _mapping(change.after)
    name = _name_of(change.type_name, before)
    if not name or after.get(name) != before[name] or _is_elsewhere(change):
        return
    if made_first:
        yield _held(
            change.address,
            f"{name}: {before[name]}, and it is made before the old one goes (create_before_destroy)",
            "another name, or the old one destroyed first",
            "let the name change with what forces the replacement (a prefix, a hash), or take create_before_destroy away",
        )
    elif reason := _lasting(change.type_name, before):
        yield _held(
            change.address,
            f"{name}: {before[name]}, {reason}",
            "another name for the new one",
            "give the new one another name",
        )


def _held_by_another(changes: Sequence[ResourceChange]) -> Iterator[Problem]:
    """One thing under two addresses, most of all a rename without a `moved` block: nothing puts the two in an order."""
    gone = {
        (one.type_name, name, str(before[name])): one
        for one in changes
        if one.action is Action.DESTROYED and (name := _name_of(one.type_name, before := _mapping(one.before)))
    }
    for one in changes:
        after = _mapping(one.after)
        name = _name_of(one.type_name, after)
        old = gone.get((one.type_name, name, str(after.get(name)))) if one.action is Action.CREATED and name else None
        if old is None or _differ(old.before, one.after, _SCOPES.get(one.type_name, "")):
            continue
        lasting = _lasting(one.type_name, _mapping(old.before))
        yield _held(
            one.address,
            f"{name}: {after[name]}, of {old.address}, which goes in the same apply{f'; {lasting}' if lasting else ''}",
            "one address, moved: nothing says that the old one goes before the new one is made",
            f"say that it is the same: moved from {old.address} to {one.address}; or give the new one another name",
        )


def _held(address: str, given: str, allowed: str, fix: str) -> Problem:
    return Problem("TW990", "a name that is still held when its successor is made", address, given=given,
                   allowed=allowed, fix=fix)  # fmt: skip


def _name_of(type_name: str, values: Mapping[str, Any]) -> str:
    """The argument that names it, once in an account, a region or what it lies in; empty where there is none."""
    if type_name in _NOT_UNIQUE:
        return ""
    return next((name for name in _NAMES if isinstance(values.get(name), str) and values[name]), "")


def _is_elsewhere(change: ResourceChange) -> bool:
    """Whether the successor lies in another thing, where the name is free."""
    scope = _SCOPES.get(change.type_name, "")
    return bool(scope) and (scope in change.forced_by or _differ(change.before, change.after, scope))


def _differ(before: Any, after: Any, name: str) -> bool:
    return bool(name) and _mapping(before).get(name) != _mapping(after).get(name)


def _lasting(type_name: str, before: Mapping[str, Any]) -> str:
    if type_name == "aws_secretsmanager_secret":
        days = before.get("recovery_window_in_days")
        return "" if days == 0 else f"which Secrets Manager holds for {days or 30} days, while it can be restored"
    return _LASTING.get(type_name, "")


def _mapping(values: Any) -> Mapping[str, Any]:
    return values if isinstance(values, Mapping) else {}


def _numbers(version: Any) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version))) if isinstance(version, str) else ()


def _json(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_on(value: object) -> bool:
    return value is True or value == "ACTIVE"


Rule = Callable[[str, Mapping[str, Any], Mapping[str, Any]], Problem | None]
EMPTIED: Final[Mapping[str, str]] = {"aws_ecr_repository": "force_delete", "aws_s3_bucket": "force_destroy"}
"""What is not destroyed while there is something in it, and the argument by which it is."""
STEPS: Final[Mapping[str, Sequence[Rule]]] = {
    "aws_db_instance": (_no_way_back, _storage),
    "aws_docdb_cluster": (_no_way_back,),
    "aws_eks_cluster": (_one_minor,),
    "aws_rds_cluster": (_no_way_back,),
}
"""The rules for a change in place, by type."""
_NAMES: Final = (
    "bucket", "identifier", "cluster_identifier", "replication_group_id", "cluster_id", "function_name", "repository_name",
    "node_group_name", "addon_name", "domain_name", "name",
)  # fmt: skip
"""The arguments that name something, the likelier one first."""
_NOT_UNIQUE: Final = frozenset({
    "aws_acm_certificate", "aws_api_gateway_rest_api", "aws_apigatewayv2_api", "aws_cognito_user_pool",
    "aws_route53_record", "aws_route53_zone", "aws_vpc_dhcp_options",
})  # fmt: skip
"""Of whose name there may be two."""
_SCOPES: Final[Mapping[str, str]] = {
    "aws_eks_addon": "cluster_name",
    "aws_eks_node_group": "cluster_name",
    "aws_iam_role_policy": "role",
    "aws_lb_target_group": "region",
    "aws_security_group": "vpc_id",
}
"""In what a name is unique, where that is something that may be another one."""
_LASTING: Final[Mapping[str, str]] = {
    "aws_s3_bucket": "which S3 may hold for an hour after it is gone, and which anybody may take then",
}
"""Names that are not free at once, and why. Source: Amazon S3 User Guide, "Deleting a general purpose bucket"."""
