"""What is different between two stacks, address by address and argument by argument, with Terraform's meaning.

No plan is made and nothing is asked: what stands is taken to be what the former stack says. Terraform's own word is a plan.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from twinstack.changes.difference import LATER, Change, FieldChange, rank_of
from twinstack.changes.effect import Effect
from twinstack.changes.fields import differing, root_of, without_index
from twinstack.changes.judgement import guard_of, of_argument, of_loss
from twinstack.changes.masking import masked_argument
from twinstack.changes.other_blocks import changes_of_other_blocks
from twinstack.changes.places import Places
from twinstack.changes.provider_types import as_read, is_filled_in, is_known, is_write_only
from twinstack.changes.stack import Block, Stack, shown, sources
from twinstack.changes.weakening import Neighbours, Weakening, named, weakenings, with_weakenings, words
from twinstack.delivery.infrastructure_plan import UNKNOWN_YET, Action
from twinstack.environment.spec import Half
from twinstack.facts import refused_steps
from twinstack.facts.changes import is_change
from twinstack.policy.aws.catalogue import faults_between


def changes_of_infrastructure(before: Block, after: Block, fields: Collection[str] = ()) -> list[Change]:
    """Each address that is not left as it stands, and each block of another kind, in no order.

    `before` and `after` are parsed cdk.tf.json, `fields` the fields of the environment that a change can belong to.
    """
    old, new = Stack(before), Stack(after)
    renamed = dict(_renamed(old, new))
    old = replace(old, renamed=renamed)
    places = Places.of_stacks(before, after, fields)
    fresh: frozenset[str] = frozenset()
    while True:
        # What is made anew has other results, and what refers to them may be made anew for it.
        found = [*_Comparison(old, replace(new, fresh=fresh), renamed, places).run()]
        replaced = {one.subject for one in found if one.action is Action.REPLACED}
        if replaced <= fresh:
            break
        fresh |= replaced
    faults: dict[str, list[str]] = {}
    for rule, fault in faults_between(before, after) if before and after else ():
        if rule.id != _SAID_ALREADY:
            faults.setdefault(fault.subject, []).append(f"{rule.title} ({fault.given}): {rule.fix}")
    told = (replace(one, why=_joined(one.why, *faults.get(one.subject, ()))) for one in found)
    return [*told, *changes_of_other_blocks(old, new, places)]


def _renamed(old: Stack, new: Stack) -> Iterator[tuple[str, str]]:
    """Former address: new one, of the moves that take place: nothing stands at the new one yet."""
    for former, target in new.moved.items():
        if former in old.resources and target not in old.resources and target in new.resources:
            yield former, target


class _Comparison:
    """One stack held against the other, with some addresses made anew."""

    def __init__(self, old: Stack, new: Stack, renamed: Mapping[str, str], places: Places) -> None:
        self._old, self._new, self._places = old, new, places
        self._former = {target: former for former, target in renamed.items()}
        self._renamed = renamed
        kept = {*renamed.values(), *old.resources} - set(new.fresh)
        self._neighbours = Neighbours(
            frozenset(self._names(new, [one for one in new.resources if one not in kept])),
            frozenset(self._names(old, [one for one in old.resources if renamed.get(one, one) not in new.resources])),
        )

    def run(self) -> Iterator[Change]:
        for address in self._new.resources:
            former = self._former.get(address, address)
            if former in self._old.resources:
                if (changed := self._compared(former, address)) is not None:
                    yield changed
            else:
                yield self._made(address)
        for address, arguments in self._old.resources.items():
            if address not in self._new.resources and address not in self._renamed:
                yield self._gone(address, arguments)

    def _made(self, address: str) -> Change:
        type_name = address.partition(".")[0]
        if taken := self._new.imported.get(address):
            why = f"it stands already ({taken}), and is looked after from now on; what that changes in it, a plan says"
            return self._change(address, Action.IMPORTED, Effect.INTERRUPTS, known=False, why=why)
        if not is_known(type_name):
            return self._change(
                address, Action.CREATED, Effect.INTERRUPTS, known=False, why=f"{type_name} is not known here"
            )
        weaker = weakenings(type_name, None, shown(self._read(self._new, address)), self._neighbours)
        effect = max((one.effect for one in weaker), default=Effect.SAFE)
        return self._change(address, Action.CREATED, effect, why=_joined("new", words(weaker)))

    def _gone(self, address: str, arguments: Block) -> Change:
        type_name = address.partition(".")[0]
        if self._new.removed.get(address) is False:
            return self._change(
                address, Action.FORGOTTEN, Effect.SAFE, why="it stays as it is, and Terraform looks after it no more"
            )
        because = "its block is gone, and with it whatever protected it"
        if target := self._new.moved.get(address):
            because = f"it was to move to {target} and does not, for something stands there already"
        effect, why = of_loss(type_name, Action.DESTROYED, because)
        weaker = weakenings(type_name, shown(self._read(self._old, address)), None, self._neighbours)
        effect = max((effect, *(one.effect for one in weaker)))
        return self._change(
            address,
            Action.DESTROYED,
            effect,
            why=_joined(words(weaker), why, *_refusals(type_name, arguments, None, {})),
        )

    def _compared(self, former: str, address: str) -> Change | None:
        type_name = address.partition(".")[0]
        before, after = self._read(self._old, former), self._read(self._new, address)
        found = [*self._fields(type_name, address, before, after), *self._lifecycle(former, address)]
        triggers = self._triggers(address)
        moved = f"only its address changes: it was {former}" if former != address else ""
        if not found and not triggers:
            return self._change(address, Action.MOVED, Effect.SAFE, why=moved) if moved else None
        weaker = self._weaker(type_name, address, before, after)
        found = with_weakenings(_with_refusals(found, type_name, before, after), weaker)
        found.sort(key=lambda one: (-rank_of(one), not one.forces, one.path))
        forced = [one.path for one in found if one.forces]
        fields = tuple(found)
        if forced or triggers:
            forces = [*forced, *(f"a change of {one}" for one in triggers)]
            because = f"{' and '.join(forces)} force{'s' if len(forces) == 1 else ''} it"
            effect, why = of_loss(type_name, Action.REPLACED, because)
            effect = max((effect, *(one.effect for one in weaker)))
            lifecycle = self._new.lifecycle(address)
            why = _joined(words(weaker), why, *_refusals(type_name, before, after, lifecycle), _order(lifecycle))
            return self._change(address, Action.REPLACED, effect, why=why, fields=fields)
        worst = fields[0]
        why = _joined(
            f"it was {former}" if moved else "", words([one for one in weaker if not one.path]), _words(worst)
        )
        effect = max((worst.effect, *(one.effect for one in weaker)))
        return self._change(address, Action.CHANGED, effect, known=worst.known, why=why, fields=fields)

    def _weaker(self, type_name: str, address: str, before: Block, after: Block) -> list[Weakening]:
        """Where two values differ and say the same to people, a data source makes another of it: that only a plan tells."""
        ignored = self._ignored(address)
        old, new = shown(before), shown(after)
        for name, one in after.items():
            if new[name] == old.get(name) and one != before.get(name) and not sources(one):
                new[name] = UNKNOWN_YET
        found = weakenings(type_name, old, new, self._neighbours)
        return [one for one in found if not _is_ignored(one.path, ignored)]

    def _names(self, stack: Stack, addresses: Collection[str]) -> Iterator[tuple[str, str]]:
        for one in addresses:
            yield from named(one.partition(".")[0], one, shown(self._read(stack, one)))

    def _read(self, stack: Stack, address: str) -> dict[str, Any]:
        """The arguments, resolved and as the provider reads them."""
        written = {name: one for name, one in stack.resources[address].items() if name not in _NOT_COMPARED}
        return as_read(address.partition(".")[0], stack.resolved(written))

    def _fields(self, type_name: str, address: str, before: Block, after: Block) -> Iterator[FieldChange]:
        ignored = self._ignored(address)
        for path, was, becomes in differing(before, after, KEYS):
            if _is_ignored(without_index(path), ignored) or is_filled_in(type_name, root_of(path)):
                continue
            if not is_change(type_name, path, was, becomes) or _is_same_json(was, becomes):
                continue
            later = sources(becomes)
            if later and is_write_only(type_name, path):
                continue  # Terraform keeps nothing of it to compare with: it is written when its version changes
            judged = of_argument(type_name, path, was, UNKNOWN_YET if later else becomes, after)
            effect, _ = of_loss(type_name, Action.REPLACED) if judged.replaces else (judged.effect, "")
            why = f"it refers to {', '.join(later)}, made anew" if later else ""
            yield FieldChange(
                path,
                masked_argument(type_name, path, shown(was)),
                LATER if later else masked_argument(type_name, path, shown(becomes)),
                effect,
                judged.known,
                _joined(judged.why, why),
                judged.usual,
                judged.replaces,
            )

    def _lifecycle(self, former: str, address: str) -> Iterator[FieldChange]:
        old, new = self._old.lifecycle(former), self._new.lifecycle(address)
        if bool(old.get("prevent_destroy")) != bool(new.get("prevent_destroy")):
            on = bool(new.get("prevent_destroy"))
            why = (
                "Terraform refuses to destroy it"
                if on
                else "nothing in Terraform keeps it from being destroyed any more"
            )
            effect = Effect.SAFE if on else Effect.UNPROTECTS
            yield FieldChange("lifecycle.prevent_destroy", not on, on, effect, why=why)

    def _ignored(self, address: str) -> Collection[str]:
        said = self._new.lifecycle(address).get("ignore_changes") or ()
        return ("all",) if said == "all" else [without_index(str(one)) for one in said]

    def _triggers(self, address: str) -> list[str]:
        """What in `replace_triggered_by` changes."""
        found: list[str] = []
        for written in self._new.lifecycle(address).get("replace_triggered_by") or ():
            reference = without_index(str(written).removeprefix("${").removesuffix("}"))
            target, attribute = _split(reference)
            former = next((old for old, new in self._renamed.items() if new == target), target)
            if target not in self._new.resources or former not in self._old.resources or target == address:
                continue
            fields = [*self._fields(
                target.partition(".")[0], target, self._read(self._old, former), self._read(self._new, target)
            )]  # fmt: skip
            if target in self._new.fresh or any(not attribute or one.path.startswith(attribute) for one in fields):
                found.append(reference)
        return found

    def _change(
        self,
        address: str,
        action: Action,
        effect: Effect,
        *,
        known: bool = True,
        why: str = "",
        fields: tuple[FieldChange, ...] = (),
    ) -> Change:
        thing = self._places.of(address)
        return Change(Half.INFRASTRUCTURE, address, thing, action, effect, known, why, fields)


def _with_refusals(found: list[FieldChange], type_name: str, before: Block, after: Block) -> list[FieldChange]:
    """The fields, with the word of AWS at those whose step it refuses."""
    refused = {one.path: one for one in refused_steps(type_name, before, after)}
    return [
        replace(one, why=_joined(one.why, f"AWS refuses it: {step.message}; {step.fix}"))
        if (step := refused.get(one.path))
        else one
        for one in found
    ]


def _refusals(type_name: str, before: Block, after: Block | None, lifecycle: Block) -> Iterator[str]:
    """What keeps a thing from being taken away."""
    if lifecycle.get("prevent_destroy"):
        yield "Terraform refuses it, for prevent_destroy is on"
    if guard := guard_of(before):
        yield f"AWS refuses it, for {guard} is on"
    elif after is None:
        for step in refused_steps(type_name, before, None):
            yield f"AWS refuses it: {step.message}"


def _order(lifecycle: Block) -> str:
    return "the new one is made before it goes" if lifecycle.get("create_before_destroy") else ""


def _words(field: FieldChange) -> str:
    return f"{field.path}: {field.why}" if field.why and field.risk != str(Effect.SAFE) else ""


def _joined(*parts: str) -> str:
    return "; ".join(filter(None, parts))


def _is_ignored(path: str, ignored: Collection[str]) -> bool:
    return "all" in ignored or any(path == one or path.startswith(f"{one}.") for one in ignored)


def _is_same_json(was: Any, becomes: Any) -> bool:
    """Whether both are one document: the provider reads policies and does not compare their letters."""
    if not isinstance(was, str) or not isinstance(becomes, str) or not was.startswith(("{", "[")):
        return False
    try:
        return bool(json.loads(was) == json.loads(becomes))
    except ValueError:
        return False


def _split(reference: str) -> tuple[str, str]:
    """`aws_x.y` and `attribute.inner` of `aws_x.y.attribute.inner`."""
    parts = reference.split(".", 2)
    return ".".join(parts[:2]), parts[2] if len(parts) > 2 else ""


_NOT_COMPARED: Final = frozenset({"//", "depends_on", "lifecycle"})
"""What says nothing of the thing itself."""
KEYS: Final = ("name", "id", "rule_name", "key", "sid", "priority", "namespace")
"""By what the blocks of one kind are told apart, where each has it."""
_SAID_ALREADY: Final = "protected-and-removed"
"""The rule for which each such address has its own word here, with what protects it."""
