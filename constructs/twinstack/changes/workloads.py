"""What is different between the manifests of two releases, object by object and field by field, and what Kubernetes does then."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import Any, Final

from twinstack.changes.admitted import PEERS, of_rules
from twinstack.changes.difference import Change, FieldChange, rank_of
from twinstack.changes.effect import Effect
from twinstack.changes.fields import differing, last_of, without_index
from twinstack.changes.kubernetes_effects import CONTENT_NAMED, GONE, MADE, is_known, row_for
from twinstack.changes.masking import hidden, masked
from twinstack.changes.places import COMPONENT, Places
from twinstack.changes.pods import effect_of_template
from twinstack.delivery.infrastructure_plan import Action
from twinstack.environment.spec import Half
from twinstack.policy.kubernetes.catalogue import RULES
from twinstack.policy.kubernetes.changes import plain
from twinstack.policy.kubernetes.objects import TEMPLATES, Data, Object, Objects, text
from twinstack.policy.kubernetes.quantities import amount
from twinstack.policy.rule import Fault, Rule, judged


def changes_of_workloads(before: Sequence[Data], after: Sequence[Data], fields: Collection[str] = ()) -> list[Change]:
    """Each object that is not left as it stands, in no order; `fields` are those of the environment."""
    old, new = Objects.of_documents(before), Objects.of_documents(after)
    places = Places(fields)
    found = [*_Comparison(old, new, places).run()]
    return [*_with_findings(found, judged(RULES, old, new), {one.title: places.of_object(one.data) for one in new.all})]


@dataclass(frozen=True)
class _Comparison:
    """The objects of one release held against those of the next."""

    old: Objects
    new: Objects
    places: Places

    def run(self) -> Iterator[Change]:
        for key, one in self._present.items():
            if (former := self._former.get(key)) is not None:
                yield from self._changed(former, one)
            elif (other := self._successors.get(key)) is not None:
                yield self._renewed(self._former[other], one)
            else:
                yield self._made(one)
        succeeded = {*self._successors.values()}
        for key, one in self._former.items():
            if key not in self._present and key not in succeeded:
                yield self._gone(one)

    @cached_property
    def _former(self) -> dict[tuple[str, ...], Object]:
        return {one.identity: one for one in self.old.all}

    @cached_property
    def _present(self) -> dict[tuple[str, ...], Object]:
        return {one.identity: one for one in self.new.all}

    @cached_property
    def _successors(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        """What is named by its content and has another: the new one, and the one before it."""
        gone = _by_plain_name(one for key, one in self._former.items() if key not in self._present)
        made = _by_plain_name(one for key, one in self._present.items() if key not in self._former)
        return {
            new[0].identity: gone[plain_name][0].identity
            for plain_name, new in made.items()
            if len(new) == 1 and len(gone.get(plain_name, ())) == 1
        }

    def _made(self, one: Object) -> Change:
        kind = (one.group, one.kind)
        if kind == NETWORK_POLICY and _is_alone(one, self.old):
            return self._change(
                one, Action.CREATED, Effect.INTERRUPTS, why="its pods admit only what it names, and no more"
            )
        if given := self._given(one):
            return self._change(one, Action.CREATED, Effect.EXPOSES, why=f"new: {given} stands and has its rights now")
        effect, why = MADE.get(kind, (Effect.SAFE, "new"))
        if not is_known(kind):
            return self._change(one, Action.CREATED, Effect.INTERRUPTS, known=False, why=_unknown(one))
        return self._change(one, Action.CREATED, effect, why=why)

    def _given(self, binding: Object) -> str:
        """Who of those that a new binding gives rights to was there before."""
        if binding.kind not in {"RoleBinding", "ClusterRoleBinding"}:
            return ""
        new = {("ServiceAccount", one.namespace, one.name) for one in self.new.of("ServiceAccount")}
        new -= {("ServiceAccount", one.namespace, one.name) for one in self.old.of("ServiceAccount")}
        for one in binding.data.get("subjects") or ():
            who = (one.get("kind"), one.get("namespace", binding.namespace), one.get("name"))
            if who not in new:
                return f"{who[0]} {who[2]}"
        return ""

    def _gone(self, one: Object) -> Change:
        kind = (one.group, one.kind)
        if kind in CONTENT_NAMED and _CONTENT.search(one.name):
            return self._change(one, Action.DESTROYED, Effect.SAFE, why="it goes when no release that is kept names it")
        if not is_known(kind):
            return self._change(one, Action.DESTROYED, Effect.REPLACES, known=False, why=_unknown(one))
        effect, why = GONE.get(kind, (Effect.REPLACES, "it holds nothing that cannot be made again"))
        if kind == NETWORK_POLICY and _is_alone(one, self.new):
            effect, why = Effect.EXPOSES, "its pods stay, and admit whatever comes"
        return self._change(one, Action.DESTROYED, effect, why=why)

    def _renewed(self, former: Object, one: Object) -> Change:
        fields = tuple(replace(each, effect=Effect.SAFE, known=True, why="") for each in self._fields(former, one))
        why = (
            "new: it runs once"
            if one.kind == "Job"
            else f"beside {former.name}: what reads it restarts for the new one"
        )
        return self._change(one, Action.CREATED, Effect.SAFE, why=why, fields=fields)

    def _changed(self, former: Object, one: Object) -> Iterator[Change]:
        fields = sorted(self._fields(former, one), key=lambda each: (-rank_of(each), each.path))
        if fields:
            worst = fields[0]
            why = f"{worst.why}" if worst.effect is not Effect.SAFE else ""
            yield self._change(one, Action.CHANGED, worst.effect, known=worst.known, why=why, fields=tuple(fields))

    def _fields(self, former: Object, one: Object) -> Iterator[FieldChange]:
        kind = (one.group, one.kind)
        template = ".".join(TEMPLATES.get(kind, ("",)))
        was, becomes = (_content(side.data) for side in (former, one))
        for path, old, new in differing(was, becomes, KEYS):
            if plain(old) == plain(new) or _is_same_quantity(path, old, new):
                continue
            direction = path.removeprefix("spec.").partition("[")[0].partition(".")[0]
            is_of_pods = template and kind != ("batch", "CronJob") and without_index(path).startswith(template)
            if kind == NETWORK_POLICY and direction in PEERS:
                judged_as: tuple[Effect, str] | None = of_rules(direction, former.spec, one.spec)
            else:
                judged_as = effect_of_template(one, self.new) if is_of_pods else row_for(kind, path, old, new)
            effect, why = judged_as or (Effect.INTERRUPTS, "nobody has noted yet what it does")
            before, after = (_masked(one, path, side) for side in (old, new))
            yield FieldChange(path, before, after, effect, judged_as is not None, why)

    def _change(
        self,
        one: Object,
        action: Action,
        effect: Effect,
        *,
        known: bool = True,
        why: str = "",
        fields: tuple[FieldChange, ...] = (),
    ) -> Change:
        thing = self.places.of_object(one.data)
        return Change(Half.WORKLOADS, one.title, thing, action, effect, known, why, fields)


def _is_alone(policy: Object, objects: Objects) -> bool:
    """Whether it selects pods of a release that none of that release's policies selects."""
    others = [one for one in objects.of("NetworkPolicy") if one.namespace == policy.namespace]
    covered = [pods for one in others for pods in objects.selected(one.spec.get("podSelector"), one.namespace)]
    return any(pods not in covered for pods in objects.selected(policy.spec.get("podSelector"), policy.namespace))


def _with_findings(
    found: Sequence[Change], findings: Iterator[tuple[Rule, Fault]], things: Mapping[str, str]
) -> Iterator[Change]:
    """The changes with what the rules that compare two releases find, each at its object."""
    by_subject: dict[str, list[tuple[Rule, Fault]]] = {}
    for rule, fault in findings:
        by_subject.setdefault(fault.subject, []).append((rule, fault))
    for one in found:
        yield reduce(_found, by_subject.pop(one.subject, ()), one)
    for subject, ((rule, fault), *_) in by_subject.items():  # it stays as it is, and something else does it harm
        why = f"{rule.title}: {fault.given}; {rule.fix}"
        yield Change(Half.WORKLOADS, subject, things.get(subject, ""), Action.DESTROYED, Effect.REPLACES, why=why)


def _found(one: Change, finding: tuple[Rule, Fault]) -> Change:
    rule, fault = finding
    if rule.id != "cannot-change":
        words = f"{rule.title} ({fault.given}): {rule.fix}"
        return replace(one, effect=max(one.effect, Effect.INTERRUPTS), why=_joined(words, one.why))
    if (one.subject.partition(" ")[0], fault.path) in _HANDED_OVER:
        return replace(one, why=_joined(one.why, "`twinstack deploy` takes the default away first"))
    effect, _ = GONE.get(_kind_of(one), (Effect.REPLACES, ""))
    effect = max(effect, Effect.REPLACES)
    refused = "Kubernetes refuses it in place: give the object another name, or delete it first"
    fields = tuple(
        replace(each, effect=effect, known=True, why=refused, forces=True)
        if without_index(each.path).startswith(fault.path) or fault.path.startswith(without_index(each.path))
        else each
        for each in one.fields
    )
    ordered = tuple(sorted(fields, key=lambda each: (-rank_of(each), not each.forces, each.path)))
    return replace(one, action=Action.REPLACED, effect=effect, known=True, why=refused, fields=ordered)


def _kind_of(one: Change) -> tuple[str, str]:
    kind = one.subject.partition(" ")[0]
    return next((key for key in GONE if key[1] == kind), ("", kind))


def _by_plain_name(objects: Iterable[Object]) -> dict[tuple[str, ...], list[Object]]:
    """What is named by its content, by what it is called without that: two of one name are one thing at two times."""
    found: dict[tuple[str, ...], list[Object]] = {}
    for one in objects:
        if (one.group, one.kind) in CONTENT_NAMED:
            *rest, name = one.identity
            part = text(one.data, "metadata", "labels", COMPONENT) if one.kind == "Job" else ""
            found.setdefault((*rest, part or _CONTENT.sub("", name)), []).append(one)
    return found


def _content(data: Data) -> Data:
    """What is said of an object, but for what it is called and what the server says of it."""
    metadata = data.get("metadata")
    said = {key: one for key, one in metadata.items() if key in _SAID} if isinstance(metadata, dict) else {}
    return {**{key: one for key, one in data.items() if key not in {"kind", "metadata", "status"}}, "metadata": said}


def _masked(one: Object, path: str, value: Any) -> Any:
    if one.kind == "Secret" and not one.group and path.startswith(("data", "stringData")):
        return hidden(value)
    return masked(last_of(path), value)


def _is_same_quantity(path: str, was: Any, becomes: Any) -> bool:
    return bool(_QUANTITIES.search(path)) and amount(was) is not None and amount(was) == amount(becomes)


def _unknown(one: Object) -> str:
    return f"{one.kind} of {one.group or 'Kubernetes'} is not known here, nor what a change of it does"


def _joined(*parts: str) -> str:
    return "; ".join(filter(None, parts))


NETWORK_POLICY: Final = ("networking.k8s.io", "NetworkPolicy")
KEYS: Final = ("name", "host", "mountPath", "containerPort", "port", "path", "key", "objectName", "topologyKey")
"""By what the items of a list are told apart, where each has it."""
_SAID: Final = frozenset({"labels", "annotations", "finalizers", "ownerReferences"})
_CONTENT: Final = re.compile(r"-(?=[a-f]*[0-9])[0-9a-f]{8,10}$")
"""The end of a name that says what is in the object."""
_QUANTITIES: Final = re.compile(r"\.(limits|requests|hard)\b|sizeLimit$")
_HANDED_OVER: Final = frozenset({("Deployment", "spec.strategy")})
"""What is refused to a plain apply and not to ours."""
