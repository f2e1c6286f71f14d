"""What `import` blocks take over: things that were there before, just as the stack describes them.

An import knows nothing but an id, and nobody has been asked what stands in AWS. So the best case is rehearsed: what is
taken over is what its block says, and whatever the plan changes all the same would be changed in AWS, too. An argument
that refers to something which is not taken over as well cannot agree with it, and is not set.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from twinstack.rehearsal.schema_provider.values import Account, Inventor
from twinstack.rehearsal.schema_provider.wire import UNKNOWN, is_unknown

if TYPE_CHECKING:
    from twinstack.rehearsal.schema_provider.cloud import Cloud
    from twinstack.rehearsal.schema_provider.schema import Attribute, Block


class Existing:
    """The things that a stack takes over: its parsed cdk.tf.json, of one release or of one and the next."""

    def __init__(self, *configurations: Mapping[str, Any]) -> None:
        self._configurations = configurations
        self._states: dict[str, dict[str, Any]] = {}

    @cached_property
    def _ids(self) -> Mapping[str, str]:
        """The id that each resource is taken over by."""
        blocks = [block for each in self._configurations for block in each.get("import") or []]
        return {_whole(str(block.get("to"))): str(block.get("id")) for block in blocks}

    def _arguments(self, type_name: str, name: str) -> Mapping[str, Any]:
        """What the newest that has the resource says of it."""
        said = (each.get("resource", {}).get(type_name, {}).get(name) for each in reversed(self._configurations))
        return next((one for one in said if one), {})

    def state(self, type_name: str, given: str, blocks: Mapping[str, Block], account: Account, cloud: Cloud) -> Any:
        """The state of what has this id."""
        address = next(
            (one for one, id_ in self._ids.items() if id_ == given and one.startswith(f"{type_name}.")), f"{type_name}."
        )
        return self._state(address, given, blocks, account, cloud)

    def _state(
        self, address: str, given: str, blocks: Mapping[str, Block], account: Account, cloud: Cloud
    ) -> dict[str, Any]:
        if address in self._states:
            return self._states[address]
        type_name, _, name = address.partition(".")
        self._states[address] = {}  # whoever refers to himself on the way finds nothing
        arguments = self._arguments(type_name, name)

        def resolved(text: str) -> Any:
            reference = _REFERENCE.fullmatch(text)
            other = reference[1] if reference else ""
            if reference is None or other not in self._ids:
                return None
            return self._state(other, self._ids[other], blocks, account, cloud).get(reference[2])

        block = blocks[type_name]
        said = _block(arguments, block, resolved)
        said |= {
            key: value for key, value in _told(given, block).items() if said.get(key) is None or is_unknown(said[key])
        }
        if "region" in block.attributes and arguments.get("region") is None:
            said["region"] = account.region
        if "tags_all" in block.attributes:
            said["tags_all"] = {**account.default_tags, **(said.get("tags") or {})}
        known = {key: value for key, value in said.items() if value is not None and not is_unknown(value)}
        inventor = Inventor(type_name, known, account, chosen=cloud.chosen)
        self._states[address] = inventor.fill(said, block.value_type)
        return self._states[address]


def _told(given: str, block: Block) -> dict[str, str]:
    """What the id of an import says of the thing's results."""
    return {key: given for key in ("id", *(("arn",) if given.startswith("arn:") else ())) if key in block.attributes}


def _block(arguments: Mapping[str, Any], block: Block, resolved: Any) -> dict[str, Any]:
    made = {name: _argument(arguments.get(name), one, resolved) for name, one in block.attributes.items()}
    for name, nested in block.blocks.items():
        inner = arguments.get(name)
        each = [inner] if isinstance(inner, Mapping) else list(inner or ())
        filled = [_block(one, nested.block, resolved) for one in each]
        made[name] = (filled[0] if filled else None) if nested.nesting == "single" else filled
        if nested.nesting == "map":
            made[name] = {key: _block(one, nested.block, resolved) for key, one in (inner or {}).items()}
    return made


def _argument(value: Any, one: Attribute, resolved: Any) -> Any:
    if one.write_only or one.value_type == "dynamic":
        return None
    plain = _plain(value, resolved)
    return UNKNOWN if plain is None and one.computed else plain


def _plain(value: Any, resolved: Any) -> Any:
    """A literal; None for what is not known, also for a collection of which a part is not."""
    if isinstance(value, str):
        return resolved(value) if _TEMPLATE.search(value) else value.replace("$${", "${").replace("%%{", "%{")
    if isinstance(value, Mapping):
        inner = {key: _plain(item, resolved) for key, item in value.items()}
        return None if None in inner.values() else inner
    if isinstance(value, list):
        items = [_plain(item, resolved) for item in value]
        return None if None in items else items
    return value


def _whole(address: str) -> str:
    return re.sub(r"\[[^\]]*\]$", "", address)


_REFERENCE: Final = re.compile(r"\$\{([a-z][a-z0-9_]*\.[\w-]+)\.(\w+)\}")
_TEMPLATE: Final = re.compile(r"(?<!\$)\$\{|(?<!%)%\{")
