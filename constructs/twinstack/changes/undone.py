"""The environment with one edit of its layers undone: what changes without it as well, something else has made."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from twinstack.changes.compare import compare
from twinstack.changes.edits import ABSENT, Edit
from twinstack.changes.former import Outputs, outputs_of
from twinstack.environment.spec import Half
from twinstack.errors import TwinstackError
from twinstack.layers.document import parse
from twinstack.layers.load import load
from twinstack.product import BASE

if TYPE_CHECKING:
    from twinstack.changes.difference import Difference
    from twinstack.layers.load import Loaded
    from twinstack.product import Product


@dataclass(frozen=True)
class Undone:
    """Undoes edits of an environment, one at a time, and holds what comes of it against the former outputs."""

    product: Product[Any]
    loaded: Loaded[Any]
    before: Outputs
    halves: Sequence[Half] = tuple(Half)

    def __call__(self, edit: Edit) -> Difference | None:
        """None where the rest of the edits cannot do without it: no rule takes it, or no half can be made."""
        from twinstack.synthesis import synthesized

        environment = self.loaded.environment
        text = yaml.safe_dump(without(self.loaded.merged.data, edit), sort_keys=False)
        try:
            day, root = environment.context.today, self.product.root
            one = load(type(environment), environment.name, [(BASE, parse(text, BASE))], day, root)
            with synthesized(self.product, [one], self.halves) as output:
                stack, manifests = output.stack(environment), output.manifests(environment)
                made = outputs_of(edit.dotted, stack, manifests, self.halves)
        except TwinstackError:
            return None
        return compare(self.before, made, fields=environment.specs, halves=self.halves)


def without(data: dict[str, Any], edit: Edit) -> dict[str, Any]:
    """What the layers say together, but for this edit."""
    whole = copy.deepcopy(data)
    here: Any = whole
    for part in edit.path[:-1]:
        here = here[part] if isinstance(here, list) else here.setdefault(part, {})
    last = edit.path[-1]
    if isinstance(here, list) and edit.after is ABSENT:
        here.insert(int(last), copy.deepcopy(edit.before))
    elif edit.before is ABSENT:
        del here[last]
    else:
        here[last] = copy.deepcopy(edit.before)
    return whole
