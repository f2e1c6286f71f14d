"""What is different between two stacks beside their resources: outputs, data sources, providers, the state, and the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from twinstack.changes.difference import Change, FieldChange, rank_of
from twinstack.changes.effect import Effect
from twinstack.changes.fields import differing, root_of
from twinstack.changes.judgement import Judgement
from twinstack.changes.masking import masked
from twinstack.changes.places import Places
from twinstack.changes.stack import Block, Stack, blocks, shown
from twinstack.delivery.infrastructure_plan import Action
from twinstack.environment.spec import Half

Judge = Callable[[str, bool], Judgement]
"""Takes the path of a field, empty for the whole block, and whether it is gone."""


def changes_of_other_blocks(old: Stack, new: Stack, places: Places) -> Iterator[Change]:
    """Each block that is not a resource and is another than it was; what is no resource stands nowhere in AWS."""
    for name, was, becomes, judge in _pairs(old, new):
        before, after = old.resolved(was), new.resolved(becomes)
        if before == after:
            continue
        fields = tuple(
            sorted(
                (_field(path, one, other, judge) for path, one, other in differing(before, after, _KEYS)),
                key=lambda one: (-rank_of(one), one.path),
            )
        )
        action = Action.CREATED if was is None else Action.DESTROYED if becomes is None else Action.CHANGED
        whole = judge("", becomes is None)
        several = [Judgement(one.effect, one.known, one.why) for one in fields]
        if action is not Action.CHANGED or whole.effect is Effect.SAFE:
            several = [whole, *several] if action is Action.CHANGED else [whole]
        worst = max(several, key=_badness)
        shown_fields = fields if action is Action.CHANGED else ()
        yield Change(
            Half.INFRASTRUCTURE, name, places.of(name), action, worst.effect, worst.known, worst.why, shown_fields
        )


def _pairs(old: Stack, new: Stack) -> Iterator[tuple[str, Any, Any, Judge]]:
    for kind, judge in ((lambda one: one.data, _of_data), (lambda one: one.ephemeral, _of_ephemeral)):
        yield from (_without_notes(one, judge) for one in _both(kind(old), kind(new)))
    for kind, judge in (("output", _of_output), ("variable", _of_variable), ("locals", _of_variable)):
        yield from (
            (f"{kind.removesuffix('s')}.{name}", was, becomes, judge)
            for name, was, becomes in _both(_named(old, kind), _named(new, kind))
        )
    for name, was, becomes in _both(_providers(old), _providers(new)):
        yield name, was, becomes, _of_provider
    for name, was, becomes in _both(_settings(old), _settings(new)):
        yield name, was, becomes, _of_backend if name.startswith(_BACKEND) else _of_settings
    for name, was, becomes in _both(old.document, new.document):
        if name not in _READ_ELSEWHERE:
            yield name, was, becomes, _of_unknown


def _both(old: Block, new: Block) -> Iterator[tuple[str, Any, Any]]:
    for name in {**old, **new}:
        yield name, old.get(name), new.get(name)


def _without_notes(pair: tuple[str, Any, Any], judge: Judge) -> tuple[str, Any, Any, Judge]:
    name, *sides = pair
    was, becomes = ({key: one for key, one in side.items() if key not in _NOTES} if side else None for side in sides)
    return name, was, becomes, judge


def _named(stack: Stack, kind: str) -> Block:
    return {name: one for block in blocks(stack.document.get(kind)) for name, one in block.items()}


def _providers(stack: Stack) -> Block:
    found: dict[str, Any] = {}
    for name, configured in _named(stack, "provider").items():
        for one in blocks(configured):
            found[".".join(filter(None, ["provider", name, one.get("alias")]))] = one
    return found


def _settings(stack: Stack) -> Block:
    """The `terraform` block: where the state lies by the kind of its backend, and what each of the rest asks for."""
    found: dict[str, Any] = {}
    for name, said in _named(stack, "terraform").items():
        if name == "backend":
            found |= {f"{_BACKEND}{kind}": one for kind, one in said.items()}
        else:
            found[f"terraform.{name}"] = said
    return found


def _field(path: str, was: Any, becomes: Any, judge: Judge) -> FieldChange:
    judged = judge(path, becomes is None)
    before, after = (masked(path, shown(one)) for one in (was, becomes))
    return FieldChange(path, before, after, judged.effect, judged.known, judged.why)


def _of_data(path: str, _gone: bool) -> Judgement:
    return Judgement(Effect.SAFE, why="" if path else "only read: what refers to it is shown by itself")


def _of_ephemeral(path: str, _gone: bool) -> Judgement:
    return Judgement(Effect.SAFE, why="" if path else "made in each run, and kept nowhere")


def _of_output(path: str, gone: bool) -> Judgement:
    return Judgement(Effect.SAFE, why="whoever reads it finds nothing" if gone and not path else "")


def _of_variable(path: str, _gone: bool) -> Judgement:
    return Judgement(Effect.SAFE, why="" if path else "what refers to it is shown by itself")


def _of_provider(path: str, gone: bool) -> Judgement:
    if not path:
        return Judgement(Effect.INTERRUPTS if gone else Effect.SAFE, known=not gone, why=_NO_PROVIDER if gone else "")
    effect, known, why = _OF_PROVIDER.get(root_of(path), (Effect.INTERRUPTS, False, "another way to AWS"))
    return Judgement(effect, known, why)


def _of_settings(_path: str, _gone: bool) -> Judgement:
    return Judgement(Effect.SAFE)


def _of_backend(path: str, _gone: bool) -> Judgement:
    if root_of(path) in _OF_BACKEND_WITHOUT_PLACE:
        return Judgement(Effect.SAFE)
    return Judgement(Effect.INTERRUPTS, known=False, why=_ELSEWHERE)


def _of_unknown(_path: str, _gone: bool) -> Judgement:
    return Judgement(Effect.INTERRUPTS, known=False, why="nobody has noted yet what such a block does")


def _badness(one: Judgement) -> tuple[int, bool]:
    return rank_of(FieldChange("", None, None, one.effect, one.known)), bool(one.why)


_BACKEND: Final = "terraform.backend."
_KEYS: Final = ("name", "id", "key")
_NOTES: Final = frozenset({"//", "depends_on", "lifecycle"})
_READ_ELSEWHERE: Final = frozenset({
    "//", "data", "ephemeral", "import", "locals", "moved", "output", "provider", "removed", "resource", "terraform",
    "variable",
})  # fmt: skip
_NO_PROVIDER: Final = "Terraform reaches what stands by it: nothing that it made can be changed or taken away any more"
_ELSEWHERE: Final = (
    "the state lies elsewhere from now on: until it is moved there (`terraform init -migrate-state`) Terraform knows nothing "
    "of what stands, and would make all of it a second time"
)
_OF_PROVIDER: Final[Mapping[str, tuple[Effect, bool, str]]] = {
    "region": (Effect.DESTROYS_DATA, True, "everything without a region of its own is made anew in the other region"),
    "allowed_account_ids": (Effect.INTERRUPTS, False, "another account: what stands in the former one is not there"),
    "forbidden_account_ids": (Effect.SAFE, True, "Terraform refuses these accounts"),
    "assume_role": (Effect.INTERRUPTS, False, "another role, which may be of another account"),
    "default_tags": (Effect.SAFE, True, "the tags of everything that bears tags"),
    "ignore_tags": (Effect.SAFE, True, "which tags Terraform leaves alone"),
    "max_retries": (Effect.SAFE, True, ""),
    "retry_mode": (Effect.SAFE, True, ""),
    "use_fips_endpoint": (Effect.SAFE, True, ""),
    "use_dualstack_endpoint": (Effect.SAFE, True, ""),
}
"""What a change of the provider's own arguments does. Source: Terraform AWS provider 6, "Enhanced Region Support" (a changed
region of the provider replaces what has none of its own), and its argument reference."""
_OF_BACKEND_WITHOUT_PLACE: Final = frozenset({
    "acl", "assume_role", "dynamodb_table", "encrypt", "kms_key_id", "profile", "use_lockfile",
})  # fmt: skip
"""Arguments of the S3 backend that say nothing of where the state lies."""
