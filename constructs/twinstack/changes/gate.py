"""Whether a plan of Terraform or OpenTofu may be applied, address by address: an allowlist.

By itself passes what is made, what is changed in place and noticed by nobody, what is read, moved, taken over or let go.
Anything else takes a person, who says how bad a change may be, and that includes what opens something or takes a protection
off, which nobody notices; and what destroys data takes its address typed out. It is decided by what the plan does, never by
the reason that it gives: a resource that is only forgotten bears the reason of one that is destroyed. Source, measured on 28
November 2026: Terraform 1.11.4 and OpenTofu 1.12.6, `show -json`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from twinstack.changes.configured import Blocks, no_longer_kept, standing, with_policies
from twinstack.changes.effect import Effect
from twinstack.changes.judgement import fact_of, guard_of, is_judged, of_loss, unknown_type
from twinstack.changes.plan_document import KNOWN_KEYS, NEWEST_FORMAT, format_of, require_plan
from twinstack.changes.provider_types import BUILT_IN, is_known
from twinstack.changes.stateful import STATEFUL
from twinstack.changes.weakening import Neighbours, Weakening, named, weakenings, words
from twinstack.delivery.infrastructure_plan import (
    Action,
    InfrastructurePlan,
    ResourceChange,
    changed_paths,
    with_unknown,
)
from twinstack.errors import ConfigurationError, Problem

if TYPE_CHECKING:
    from twinstack.facts import ChangeFact


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one address of a plan does, and whether that passes."""

    address: str
    """`aws_db_instance.database`; empty for the plan as a whole."""
    action: Action
    effect: Effect
    why: str
    """What makes it so, for people."""
    fix: str = ""
    """What to do; empty where it passes."""
    code: str = ""
    """Of the problem that it is; empty where it passes."""
    weaker: tuple[Weakening, ...] = ()
    """What it opens or takes a protection from, argument by argument."""

    @property
    def passes(self) -> bool:
        """Whether it may be applied."""
        return not self.code

    @property
    def problem(self) -> Problem:
        """The same as a problem, where it does not pass."""
        return Problem(
            self.code,
            _MESSAGES[self.code],
            self.address,
            given=f"{self.action}: {self.why}" if self.address else self.why,
            allowed=_ALLOWED.get(self.code, ""),
            fix=self.fix,
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON: no values."""
        return {
            "address": self.address, "action": str(self.action), "effect": str(self.effect), "passes": self.passes,
            "why": self.why, "fix": self.fix, "code": self.code,
        }  # fmt: skip


def judge(
    plan: Mapping[str, Any],
    *,
    allowed: Collection[str] = (),
    up_to: Effect = Effect.SAFE,
    moved: Mapping[str, str] | None = None,
    configuration: Blocks | None = None,
    former: Blocks | None = None,
) -> list[Verdict]:
    """Judges what `show -json` says of a plan, the worst first; nothing for what is only read.

    `allowed` are the addresses that may be destroyed with what they hold, exactly as the plan writes them; `up_to` is how
    bad anything else may be; `moved` are the moves that the stack asks for (former address: new one), where that is known.
    `configuration` is what was planned, and `former` what stands, each by its addresses: what a plan has not of them.
    Raises ConfigurationError for what is no plan (TW981), and for an allowed address that it does not destroy (TW983).
    """
    require_plan(plan)
    changes = InfrastructurePlan(plan).changes
    verdicts = [*_of_the_whole(plan), *_of_invocations(plan, allowed)]
    vanished = frozenset(_vanished(plan))
    neighbours = _neighbours_of(changes)
    now, was, stands = configuration or {}, former or {}, standing(plan)
    verdicts += _of_what_only_stays(plan, {one.address for one in changes}, now, was)
    for change in changes:
        weaker = _weakenings_of(change, neighbours, now.get(change.address), stands)
        if change.action is Action.CHANGED:
            weaker += no_longer_kept(change.type_name, change.address, now, was)
        verdicts.append(replace(_of(change, allowed, up_to, moved or {}, vanished, weaker), weaker=tuple(weaker)))
    lost = {one.address for one in verdicts if one.address and one.effect is Effect.DESTROYS_DATA}
    if strangers := sorted({*allowed} - lost):
        raise ConfigurationError(_stranger(address, lost, {one.address for one in changes}) for address in strangers)
    return sorted(verdicts, key=lambda one: (one.passes, -[*Effect].index(one.effect), one.address))


def require_pass(verdicts: Collection[Verdict]) -> None:
    """Raises ConfigurationError with each that does not pass."""
    if problems := [one.problem for one in verdicts if not one.passes]:
        raise ConfigurationError(problems)


def _of_the_whole(plan: Mapping[str, Any]) -> Iterator[Verdict]:
    if format_of(plan) > NEWEST_FORMAT:
        known = ".".join(map(str, NEWEST_FORMAT))
        yield _stopped(
            f"its format is {plan.get('format_version')}, and what is read here is {known}",
            "upgrade twinstack, or plan with a Terraform or OpenTofu that writes a format which it reads",
        )
    if plan.get("errored"):
        yield _stopped("planning ended with an error", "correct what it said, and plan again")
    elif plan.get("complete") is False:
        yield _stopped(
            "it is not complete: a target was given, or something was put off", "plan again, and the whole of it"
        )
    for entry in plan.get("deferred_changes") or ():
        change = entry.get("resource_change") or {}
        yield _stopped(
            f"put off to another plan, for {str(entry.get('reason', 'no reason given')).replace('_', ' ')}: what it does "
            "is not in this one",
            "plan again once what it waits for is there",
            str(change.get("address", "")),
        )
    for name in sorted({*plan} - KNOWN_KEYS):
        if plan[name] not in (None, False, [], {}, ""):
            yield _stopped(
                f"it says something that is not known here: {name}", "upgrade twinstack, or plan with an older version"
            )


def _of_invocations(plan: Mapping[str, Any], allowed: Collection[str]) -> Iterator[Verdict]:
    """Actions of a provider that run beside the changes (Terraform 1.14): they may do anything."""
    for name in ("action_invocations", "deferred_action_invocations"):
        for entry in plan.get(name) or ():
            one = entry.get("action_invocation") or entry
            address, agreed = str(one.get("address", "")), one.get("address") in allowed
            yield Verdict(
                address,
                Action.UNKNOWN,
                Effect.DESTROYS_DATA,
                f"runs {one.get('type', 'an action')}, which may do anything",
                "" if agreed else f"read what it runs, and, where that is wanted, say so: --destroys {address}",
                "" if agreed else "TW975",
            )


def _of_what_only_stays(
    plan: Mapping[str, Any], changed: Collection[str], now: Blocks, was: Blocks
) -> Iterator[Verdict]:
    """What the plan leaves as it is, and nothing in Terraform keeps any more."""
    for entry in plan.get("resource_changes") or ():
        address, type_name = str(entry.get("address")), str(entry.get("type"))
        if address not in changed and (entry.get("change") or {}).get("actions") == ["no-op"]:
            for one in no_longer_kept(type_name, address, now, was):
                fix = _FIXES[one.effect].format(one.effect)
                yield Verdict(address, Action.CHANGED, one.effect, words([one]), fix, _CODES[one.effect], weaker=(one,))


def _stopped(why: str, fix: str, address: str = "") -> Verdict:
    return Verdict(address, Action.UNKNOWN, Effect.DESTROYS_DATA if not address else Effect.REPLACES, why, fix, "TW982")


def _vanished(plan: Mapping[str, Any]) -> Iterator[str]:
    """The addresses of what somebody took away beside Terraform: what is made in its place is empty."""
    for entry in plan.get("resource_drift") or ():
        if (entry.get("change") or {}).get("actions") == ["delete"]:
            yield str(entry.get("address"))


def _of(
    change: ResourceChange,
    allowed: Collection[str],
    up_to: Effect,
    moved: Mapping[str, str],
    vanished: Collection[str],
    weaker: Sequence[Weakening],
) -> Verdict:
    effect, why = _with_weakenings(*_effect(change), weaker)
    where = str(change)
    if change.action is Action.CREATED and change.address in vanished and change.type_name in STATEFUL:
        effect = Effect.REPLACES
        why = "it stood here and is gone, by no plan: look for it first, for what is made in its place is empty"
    target = next((new for old, new in moved.items() if _is_at(change.address, old)), "")
    if target and change.action is Action.DESTROYED:
        effect = Effect.DESTROYS_DATA
        why = f"it was to move to {target} and does not, for something stands there already; {why}"
    if guard := _guard(change):
        return Verdict(
            where, change.action, effect, f"{guard} is on, and AWS refuses",
            "deploy a release that takes it off (`protected: false`, `deletion_protection: false`), then run this again",
            "TW976",
        )  # fmt: skip
    if effect is Effect.DESTROYS_DATA:
        agreed = change.address in allowed
        return Verdict(
            where, change.action, effect, why,
            ""
            if agreed
            else f"undo the change that does it, or, where nothing in it is needed, say so: --destroys {change.address}",
            "" if agreed else "TW975",
        )  # fmt: skip
    if effect > up_to:
        return Verdict(
            where,
            change.action,
            effect,
            why,
            _FIXES.get(effect, "choose a moment in which that may be, and say so: --up-to {}").format(effect),
            _CODES.get(effect, "TW984"),
        )
    return Verdict(where, change.action, effect, why)


def _neighbours_of(changes: Collection[ResourceChange]) -> Neighbours:
    """What a plan makes anew and takes away."""
    made = [one for one in changes if one.action in {Action.CREATED, Action.REPLACED, Action.LEFT}]
    gone = [one for one in changes if one.action in {Action.DESTROYED, Action.REPLACED}]
    return Neighbours(
        frozenset(name for one in made for name in named(one.type_name, one.address, one.after)),
        frozenset(name for one in gone for name in named(one.type_name, one.address, one.before)),
    )


def _weakenings_of(
    change: ResourceChange,
    neighbours: Neighbours,
    block: Mapping[str, Any] | None,
    stands: Mapping[str, Mapping[str, Any]],
) -> list[Weakening]:
    """What a change of a plan opens or takes a protection from."""
    if change.action in {Action.FORGOTTEN, Action.MOVED, Action.IMPORTED, Action.UNKNOWN} or change.deposed:
        return []
    before = change.before if isinstance(change.before, Mapping) else None
    unknown = change.after_unknown if isinstance(change.after_unknown, Mapping) else {}
    after = with_unknown(change.after, unknown) if isinstance(change.after, Mapping) else None
    return weakenings(change.type_name, before, after and with_policies(after, block, stands), neighbours)


def _with_weakenings(effect: Effect, why: str, found: Sequence[Weakening]) -> tuple[Effect, str]:
    if not found:
        return effect, why
    worst = max(one.effect for one in found)
    if worst > effect:
        return worst, words(found) if effect is Effect.SAFE else f"{words(found)}; {why}"
    return effect, f"{why}; {words(found)}"


def _effect(change: ResourceChange) -> tuple[Effect, str]:
    known = is_known(change.type_name)
    match change.action:
        case Action.CREATED if change.type_name in ABOUT_ANOTHER and known:
            return _of_new_about_another(change)
        case Action.CREATED if known:
            return Effect.SAFE, "new"
        case Action.MOVED:
            return Effect.SAFE, f"only its address changes: it was {change.moved_from}"
        case Action.IMPORTED:
            return Effect.SAFE, f"it stands already ({change.imported}), and is looked after from now on"
        case Action.FORGOTTEN:
            return Effect.SAFE, "it stays as it is, and Terraform looks after it no more"
        case Action.CREATED | Action.CHANGED if not known:
            return Effect.INTERRUPTS, unknown_type(change.type_name)
        case Action.CHANGED if change.type_name in BUILT_IN:
            return Effect.SAFE, "only its input, which is kept in the state alone"
        case Action.CHANGED:
            return _of_update(change)
        case Action.UNKNOWN:
            return Effect.DESTROYS_DATA, "the plan does something with it that is not known here"
        case _:
            return _of_loss(change)


def _of_new_about_another(change: ResourceChange) -> tuple[Effect, str]:
    """What is made of something that stands changes that: known only where its name is known before the apply."""
    after = change.after if isinstance(change.after, dict) else {}
    if not isinstance(after.get(ABOUT_ANOTHER[change.type_name]), str):
        return Effect.SAFE, "new"
    found = [
        _words(name, fact)
        for name, value in after.items()
        if value and (fact := fact_of(change.type_name, name, None, value, after)) is not None and not fact.replaces
    ]
    effect, why = max(found, default=(Effect.SAFE, ""), key=lambda one: one[0])
    return (effect, f"new, of what stands: {why}") if effect is Effect.DESTROYS_DATA else (Effect.SAFE, "new")


def _of_loss(change: ResourceChange) -> tuple[Effect, str]:
    because = f"{', '.join(change.forced_by)} forces it" if change.forced_by else _REASONS.get(change.reason, "")
    return of_loss(change.type_name, change.action, because)


def _of_update(change: ResourceChange) -> tuple[Effect, str]:
    """The worst of what its arguments do."""
    about = "taken over and changed: " if change.imported else ""
    beside = change.after if isinstance(change.after, dict) else {}
    found: list[tuple[Effect, str]] = []
    for path, before, after in changed_paths(change.before, change.after, change.after_unknown):
        if is_judged(change.type_name, path):
            found.append(_words(path, fact_of(change.type_name, path, before, after, beside)))
    if not found and not change.fields:
        return Effect.INTERRUPTS, f"{about}what changes is secret, so what it does is not known"
    if not found:
        return Effect.SAFE, f"{about}only {', '.join(change.fields)}"
    worst = max(effect for effect, _ in found)
    return worst, about + "; ".join(dict.fromkeys(words for effect, words in found if effect is worst))


def _words(path: str, fact: ChangeFact | None) -> tuple[Effect, str]:
    if fact is None:
        return Effect.INTERRUPTS, f"nobody has noted yet what a change of {path} does"
    terms = ", ".join(filter(None, [fact.when, fact.usual]))
    about = f" ({terms})" if terms else ""
    if fact.replaces:  # the plan knows better; but what it does in place, nobody has noted
        return Effect.INTERRUPTS, f"{path} is known to make it anew, and this plan changes it in place{about}"
    return fact.effect, f"only {path}{about}" if fact.effect is Effect.SAFE else f"{path} {fact.effect}{about}"


def _is_at(address: str, moved: str) -> bool:
    """Whether a move from `moved` is of this address too: of one of its instances, or of what lies in the module."""
    return address == moved or address.startswith((f"{moved}[", f"{moved}."))


def _guard(change: ResourceChange) -> str:
    """The protection of AWS itself that would stop the apply half-way."""
    gone = change.action in {Action.DESTROYED, Action.REPLACED} and not change.deposed
    return guard_of(change.before) if gone else ""


def _stranger(address: str, lost: Collection[str], changed: Collection[str]) -> Problem:
    near = get_close_matches(address, lost, n=1)
    return Problem(
        "TW983",
        "an address that the plan does not destroy",
        address,
        given="it is changed, and destroys nothing" if address in changed else "it is not in the plan",
        allowed=", ".join(sorted(lost)) or "nothing: the plan destroys no data",
        fix=f"did you mean `{near[0]}`?" if near else "leave it out",
    )


ABOUT_ANOTHER: Final[Mapping[str, str]] = {"aws_s3_bucket_lifecycle_configuration": "bucket"}
"""What is a resource of its own in Terraform, and in AWS a setting of another; and the argument that names that one."""
_REASONS: Final = {
    "delete_because_no_resource_config": "its block is gone, and with it whatever protected it",
    "delete_because_no_module": "its module is gone, and with it whatever protected it",
    "delete_because_no_move_target": "what it was moved to is gone",
    "delete_because_wrong_repetition": "its block makes several now, or one no more",
    "delete_because_count_index": "`count` is lower",
    "delete_because_each_key": "its key is no longer in `for_each`",
    "replace_because_tainted": "it was begun and did not end, so it is made anew",
    "replace_by_request": "it was asked for (-replace)",
    "replace_by_triggers": "something in `replace_triggered_by` changes",
}
"""Source: Terraform, "JSON Output Format", `action_reason`."""
_MESSAGES: Final = {
    "TW975": "this would be destroyed, with what it holds",
    "TW976": "AWS keeps this from being destroyed",
    "TW982": "a plan that nobody can judge",
    "TW984": "a change that takes a person",
    "TW986": "this would open something that is closed",
    "TW987": "this would take a protection off",
}
_ALLOWED: Final = {
    "TW975": "what holds nothing is destroyed or replaced; anything else where its address is typed out",
    "TW984": "what is made, and what is changed in place so that nobody notices",
    "TW986": "what nobody new reaches or may do, or what a person has agreed to",
    "TW987": "what is kept as it was, or what a person has agreed to",
}
_CODES: Final = {Effect.EXPOSES: "TW986", Effect.UNPROTECTS: "TW987"}
_FIXES: Final = {
    Effect.EXPOSES: "let somebody who answers for it look at what is opened, and say so: --up-to {}",
    Effect.UNPROTECTS: "put it back; or, where it is to go, say so: --up-to {}",
}
BY_A_PERSON: Final = Effect.EXPOSES
"""How bad a change may be that a person has seen: anything but what destroys data."""
