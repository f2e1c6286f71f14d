"""Holds declarations against what was made of an environment, and puts them into it as Terraform's own blocks.

`import`, `moved` and `removed` in JSON are read alike by Terraform 1.11.4 and OpenTofu 1.12.6: tests/state/test_taken_over.py has
both of them plan and apply each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from twinstack.changes.resources import resources_in
from twinstack.changes.stateful import REMADE
from twinstack.errors import ConfigurationError, Problem
from twinstack.layers.repair import nearest
from twinstack.state.declared import ADOPT, MOVED, REMOVED, STATEFUL, Declared
from twinstack.state.import_ids import NEVER_IMPORTED, misfit, other_name, strange_places

Output = dict[str, Any]
"""A parsed cdk.tf.json."""


def stateful_in(output: Mapping[str, Any]) -> Sequence[str]:
    """The addresses of what holds data, an address that others know, or a key; of an unknown type, too."""
    may_go = {*REMADE, *BY_VERSION}
    return sorted(address for address in resources_in(output) if address.partition(".")[0] not in may_go)


def with_blocks(output: Mapping[str, Any], declared: Declared, *, account: str, region: str) -> Output:
    """The output with the blocks of what is declared. Raises ConfigurationError (TW994 to TW999) with all that does not fit."""
    if problems := [*problems_of(output, declared, account=account, region=region)]:
        raise ConfigurationError(problems)
    blocks = {
        "import": [{"to": address, "id": given} for address, given in declared.adopt.items()],
        "moved": [{"from": former, "to": new} for former, new in declared.moved.items()],
        "removed": [{"from": address, "lifecycle": {"destroy": False}} for address in declared.removed],
    }
    made = dict(output)
    for name, ours in blocks.items():
        there = made.get(name) or []
        if new := [block for block in ours if block not in there]:
            made[name] = [*there, *new]
    return made


def problems_of(output: Mapping[str, Any], declared: Declared, *, account: str, region: str) -> Iterator[Problem]:
    """Everything that does not fit, section by section."""
    resources = resources_in(output)
    yield from _of_adopted(output, resources, declared, account, region)
    yield from _of_moved(output, resources, declared)
    yield from _of_removed(resources, declared)
    yield from _of_vanished(output, resources, declared)


def _of_adopted(
    output: Mapping[str, Any], resources: Mapping[str, Any], declared: Declared, account: str, region: str
) -> Iterator[Problem]:
    taken: dict[tuple[str, str], str] = {}
    for address, given in declared.adopt.items():
        place = declared.where(ADOPT, address)
        if (problem := _no_such(output, resources, address)) is not None:
            allowed, fix = problem
            yield Problem("TW994", "what is adopted is not in the output", ADOPT, place, address, allowed, fix)
            continue
        type_name, arguments = (
            whole_of(address).rpartition(".")[0].rpartition(".")[2],
            resources.get(whole_of(address), {}),
        )
        if type_name in NEVER_IMPORTED:
            fix = "leave it out: it is nothing in AWS, and is made anew"
            yield Problem(
                "TW994", "what is adopted cannot be imported", ADOPT, place, address, "what the provider imports", fix
            )
        if (form := misfit(type_name, given)) is not None:
            allowed, fix = f"{form.words}: `{form.example}`", "look it up with `aws` or in the console"
            yield Problem("TW995", f"no id of {type_name}", address, place, given, allowed, fix)
        elif strange := [*strange_places(given, account, region)]:
            fix = "give the one of this environment"
            allowed = f"account {account}, region {region}"
            yield Problem(
                "TW995", "an id of somewhere else", address, place, f"{given}, of {' and '.join(strange)}", allowed, fix
            )
        elif (name := other_name(type_name, given, arguments)) is not None:
            fix = "give the thing its present name in the environment (`name`), or adopt the one that is meant"
            yield Problem(
                "TW996",
                "what is adopted has another name: Terraform would replace it",
                address,
                place,
                given,
                name,
                fix,
            )
        if (other := taken.setdefault((type_name, given), address)) != address:
            yield Problem(
                "TW994",
                "one thing is adopted twice",
                address,
                place,
                f"{given}, also for {other}",
                "each once",
                "keep one",
            )


def _no_such(output: Mapping[str, Any], resources: Mapping[str, Any], address: str) -> tuple[str, str] | None:
    """What is allowed in place of an address that the output does not have, and the fix."""
    if address.startswith("module."):
        name = re.split(r"[.\[]", address)[1]
        modules = output.get("module", {})
        return (
            None
            if name in modules
            else (f"in a module of {', '.join(modules) or 'which there is none'}", "correct the module")
        )
    whole, key = whole_of(address), address[len(whole_of(address)) :]
    if whole not in resources:
        near = nearest(whole, resources)
        return f"one of {len(resources)} resources", f"did you mean `{near}`?" if near else "copy it from a plan"
    return _wrong_key(whole, key, resources[whole])


def _wrong_key(whole: str, key: str, arguments: Mapping[str, Any]) -> tuple[str, str] | None:
    if "count" in arguments:
        count = arguments["count"]
        fits = re.fullmatch(r"\[\d+\]", key) and (not isinstance(count, int) or int(key[1:-1]) < count)
        return None if fits else (f"`{whole}[0]` and so on, up to `count`, {count}", "give the number of one")
    if "for_each" in arguments:
        keys = arguments["for_each"]
        known = [*keys] if isinstance(keys, (dict, list)) else []
        fits = key.startswith('["') and (not known or key[2:-2] in known)
        return None if fits else (f'`{whole}["…"]`, of {", ".join(map(str, known)) or keys}', "give the key of one")
    return (f"`{whole}`: it has neither `count` nor `for_each`", "leave the key out") if key else None


def _of_moved(output: Mapping[str, Any], resources: Mapping[str, Any], declared: Declared) -> Iterator[Problem]:
    written = moves_in(output)
    targets: dict[str, str] = {}
    for former, new in declared.moved.items():
        place = declared.where(MOVED, former)

        def problem(given: str, allowed: str, fix: str, place: Any = place) -> Problem:
            return Problem("TW997", "a move that Terraform cannot make", MOVED, place, given, allowed, fix)

        if whole_of(former) in resources and former != whole_of(new) and not _changes_key(former, new):
            yield problem(
                f"{former}, which is still made",
                "a former address",
                "rename it in the stack first, or take the line out",
            )
        if _type(former) != _type(new):
            yield problem(
                f"{former} to {new}", "two addresses of one type", "adopt the new one and remove the former one"
            )
        end, ring = _end_of(former, {**written, **declared.moved})
        if ring:
            yield problem(f"{former} to {new}, which leads back to it", "a way that ends", "take one of the lines out")
        elif (missing := _no_such(output, resources, end)) is not None:
            yield problem(f"{former} to {end}, which is not in the output", *missing)
        if written.get(former, new) != new:
            yield problem(
                f"{former} to {new}", f"{written[former]}, where the stack itself moves it", "take the line out"
            )
        if (other := targets.setdefault(new, former)) != former:
            yield problem(
                f"{former} and {other} to {new}",
                "one former address for each new one",
                "keep the one that is in the state",
            )


def _changes_key(former: str, new: str) -> bool:
    """Whether a resource only gets a key, or another one: `aws_subnet.a` becomes `aws_subnet.a[0]`."""
    return whole_of(former) == whole_of(new) and former != new


def _end_of(former: str, moves: Mapping[str, str]) -> tuple[str, bool]:
    """The last address of a way, and whether it goes in a ring."""
    here, seen = former, {former}
    while here in moves:
        here = moves[here]
        if here in seen:
            return here, True
        seen.add(here)
    return here, False


def _of_removed(resources: Mapping[str, Any], declared: Declared) -> Iterator[Problem]:
    for address in declared.removed:
        place = declared.where(REMOVED, address)
        if address != whole_of(address):
            allowed, fix = whole_of(address), "leave the key out: all its instances go together"
            yield Problem("TW998", "one instance cannot be let go alone", REMOVED, place, address, allowed, fix)
        elif address in resources:
            fix = "take it out of the stack first, or the line out of the file"
            yield Problem(
                "TW998",
                "what is let go is still made",
                REMOVED,
                place,
                address,
                "an address that is no longer made",
                fix,
            )
        elif address in declared.moved:
            yield Problem(
                "TW998",
                "what is let go is moved as well",
                REMOVED,
                place,
                address,
                "one of the two",
                "take one line out",
            )


def _of_vanished(output: Mapping[str, Any], resources: Mapping[str, Any], declared: Declared) -> Iterator[Problem]:
    written = {str(block.get("from")) for block in output.get("removed") or ()}
    excused = {*moves_in(output), *declared.moved, *declared.removed, *written}
    for address in declared.stateful:
        if address in resources or address in excused or any(whole_of(one) == address for one in excused):
            continue
        same = [one for one in resources if one.partition(".")[0] == _type(address) and one not in declared.stateful]
        near = nearest(address, same)
        fix = (
            f"say `moved: {{{address}: {near or same[0]}}}`"
            if same
            else f"say `removed: [{address}]`, which leaves it in AWS"
        )
        yield Problem(
            "TW999", "what holds data is no longer made: Terraform would destroy it", STATEFUL,
            declared.where(STATEFUL, address), address, "moved, removed, or taken off this list on purpose", fix,
        )  # fmt: skip


def moves_in(output: Mapping[str, Any]) -> dict[str, str]:
    """The moves that an output asks for: the new address by the former one."""
    return {str(block.get("from")): str(block.get("to")) for block in output.get("moved") or ()}


def whole_of(address: str) -> str:
    """An address without the key of one instance."""
    return re.sub(r"\[[^\]]*\]$", "", address)


def _type(address: str) -> str:
    return whole_of(address).split(".")[-2]


BY_VERSION: Final = frozenset({"aws_secretsmanager_secret_version"})
"""Types whose address says which version it is: each rotation makes another, and the secret itself is what has to stay."""
