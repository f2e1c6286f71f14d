"""`twinstack adopt`: what is there already becomes Terraform's, and what was told to the state goes again afterwards."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from twinstack.cli.files import put_files
from twinstack.cli.render import emit, emit_json, number, table
from twinstack.environment.spec import Half
from twinstack.errors import ConfigurationError, UsageError
from twinstack.product import Product
from twinstack.regular_file import TooLargeError, read_regular
from twinstack.state.blocks import Output, problems_of, stateful_in, whole_of
from twinstack.state.declared import ADOPT, MOVED, REMOVED, STATEFUL, Declared, file_of, pairs_in, read_declared
from twinstack.state.edited import with_entries, without_entries
from twinstack.state.known_state import addresses_in
from twinstack.synthesis import TERRAFORM_FILE, synthesized


def adopt(
    product: Product[Any], name: str, pairs: Path | None, *, state: Path | None, write: bool, as_json: bool
) -> bool:
    """Checks `address: id` pairs, those of the file `pairs` beside those that are declared, and shows what becomes of each.

    With `state` (what `terraform state pull` prints; `-` is stdin) it knows what is done. With `write` the pairs get into
    the environment's declarations, and what is done goes. Whether nothing is left to be written. Raises
    ConfigurationError with everything that does not fit.
    """
    declared = read_declared(product.root, name)
    given = pairs_in(_text(pairs), str(pairs)) if pairs else Declared(declared.document)
    output = output_of(product, name)
    (loaded,) = product.load_all([name])
    place = {"account": loaded.environment.account, "region": loaded.environment.region}
    both = {**declared.adopt, **given.adopt}
    if problems := [*problems_of(output, given, **place)]:
        raise ConfigurationError(problems)
    present = addresses_in(_text(state), str(state)) if state else frozenset[str]()
    done = _done(declared, present) if state else {}
    new = {
        address: id_
        for address, id_ in given.adopt.items()
        if address not in present and declared.adopt.get(address) != id_
    }
    rows = [*_rows(both, new, declared, present, knows_state=bool(state))]
    changed = bool(new or any(done.values()))
    if changed and write:
        path = product.root / file_of(name)
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        text = with_entries(text, ADOPT, new) if new else text
        for section, gone in done.items():
            text = without_entries(text, section, gone)
        _put(product, name, text)
    _say(name, rows, new, done, changed=changed, write=write, as_json=as_json)
    return write or not changed


def addresses(product: Product[Any], names: Sequence[str], *, write: bool, as_json: bool) -> bool:
    """Compares what holds data with what is frozen; with `write`, freezes it. Whether they agree, or do now.

    An address that goes has to be moved or let go first, or taken off the list by hand: `write` freezes none of that.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for name in names or product.environments:
        declared = read_declared(product.root, name)
        now = stateful_in(output_of(product, name))
        new, gone = sorted({*now} - {*declared.stateful}), sorted({*declared.stateful} - {*now})
        found[name] = {"stateful": [*now], "new": new, "gone": gone}
        if write and (new or gone):
            path = product.root / file_of(name)
            text = path.read_text(encoding="utf-8") if path.is_file() else ""
            text = without_entries(text, STATEFUL, gone, keep_section=bool(new))
            _put(product, name, with_entries(text, STATEFUL, new) if new else text)
    agrees = not any(one["new"] or one["gone"] for one in found.values())
    if as_json:
        emit_json(found)
        return write or agrees
    for name, one in found.items():
        table(
            ("address", "frozen"), [(address, "new" if address in one["new"] else "yes") for address in one["stateful"]]
        )
        for address in one["gone"]:
            emit([(address, "cyan"), (" has moved or was let go", "dim")])
        emit(
            [
                (f"{name}: {number(one['stateful'], 'resource')}", "bold"),
                (f", {len(one['new'])} new, {len(one['gone'])} gone", "dim"),
            ]
        )
    if not agrees:
        emit(
            [
                ("frozen", "bold green") if write else ("nothing was written", "bold yellow"),
                ("" if write else "; --write freezes them", "dim"),
            ]
        )
    return write or agrees


def output_of(product: Product[Any], name: str) -> Output:
    """What is made of an environment, as `twinstack synth` writes it."""
    loaded = product.load_all([name])
    with synthesized(product, loaded, (Half.INFRASTRUCTURE,)) as output:
        made: Output = json.loads((output.stack(loaded[0].environment) / TERRAFORM_FILE).read_bytes())
        return made


def _done(declared: Declared, present: Iterable[str]) -> dict[str, list[str]]:
    """What a state has taken in already, section by section."""
    there = {*present}
    wholes = {whole_of(one) for one in there}
    return {
        ADOPT: [one for one in declared.adopt if one in there],
        MOVED: [one for one, new in declared.moved.items() if one not in there | wholes and new in there | wholes],
        REMOVED: [one for one in declared.removed if one not in wholes],
    }


def _rows(
    both: dict[str, str], new: dict[str, str], declared: Declared, present: Iterable[str], *, knows_state: bool
) -> Iterable[Any]:
    there = {*present}
    wholes = {whole_of(one) for one in there}
    for address, given in both.items():
        status = IN_STATE if address in there else NEW if address in new else DECLARED
        yield "adopt", address, given, status
    for former, target in declared.moved.items():
        done = knows_state and former not in there | wholes and target in there | wholes
        yield "moved", former, target, IN_STATE if done else DECLARED
    for address in declared.removed:
        yield "removed", address, "", IN_STATE if knows_state and address not in wholes else DECLARED


def _say(
    name: str,
    rows: Sequence[Any],
    new: dict[str, str],
    done: dict[str, list[str]],
    *,
    changed: bool,
    write: bool,
    as_json: bool,
) -> None:
    if as_json:
        keys = ("what", "address", "to", "status")
        emit_json(
            {
                "file": file_of(name),
                "written": changed and write,
                "entries": [dict(zip(keys, row, strict=True)) for row in rows],
            }
        )
        return
    if rows:
        table(("what", "address", "id or new address", "is"), rows)
    finished = sum(map(len, done.values()))
    if not changed:
        emit(
            [
                ("nothing to write", "bold green"),
                (f": `twinstack plan {name}` shows what Terraform does with it" if rows else "", "dim"),
            ]
        )
    elif write:
        emit([(f"{file_of(name)} is written", "bold green"), (f": {len(new)} added, {finished} taken out", "dim")])
    else:
        emit([("nothing was written", "bold yellow"), (f"; --write adds {len(new)} and takes out {finished}", "dim")])


def _put(product: Product[Any], name: str, text: str) -> None:
    put_files({product.root / file_of(name): text}, product.root)


def _text(path: Path) -> str:
    if str(path) == "-":
        return sys.stdin.read()
    try:
        return read_regular(path, LARGEST_BYTES).decode("utf-8-sig")
    except (OSError, TooLargeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error


LARGEST_BYTES: Final = 64 * 1024 * 1024
NEW: Final = "new"
DECLARED: Final = "declared"
IN_STATE: Final = "done: in the state"
