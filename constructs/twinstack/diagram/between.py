"""What a change makes of the picture of who uses what: both sides in one, with what comes, what goes and what changes; of a
planned release the side that comes, with what deploying it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from twinstack.changes.difference import LOUD
from twinstack.changes.places import Places
from twinstack.delivery.infrastructure_plan import Action
from twinstack.delivery.manifest import identity_of
from twinstack.diagram.drawing import Flow, Frame, Icon, Mark, Node
from twinstack.diagram.links import links
from twinstack.diagram.made import Made
from twinstack.edge.spec import EdgeSpec
from twinstack.errors import TwinstackError

if TYPE_CHECKING:
    from twinstack.changes.difference import Change, Difference
    from twinstack.changes.former import Outputs
    from twinstack.environment.base import Environment
    from twinstack.layers.load import Loaded
    from twinstack.product import Product


def flow_between(
    product: Product[Any], loaded: Loaded[Any], before: Outputs, after: Outputs, difference: Difference
) -> Flow:
    """Today's picture with the former one in it. Where the former layers cannot be read any more, only what changes is marked."""
    environment = loaded.environment
    now = links(environment, Made(after.stack, after.manifests))
    then = _former(product, environment.name, before)
    title = f"{environment.stack_id}: what changes since {difference.before}"
    return replace(both(then or now, now, _risks(environment, difference)), title=title)


def flow_of_plan(environment: Environment, made: Made, difference: Difference) -> Flow:
    """The picture of a release with what it does to what stands, which has no picture of its own: a thing is new where all
    that is made of it is, and one that is no field any more goes.
    """
    now, risks = links(environment, made), _risks(environment, difference)
    things = difference.by_thing
    new = {key for key in risks if key in things and _is_new(key, things[key], made, environment)}
    nodes = _nodes({}, {node.key: node for node in now.nodes if node.key in new}, {})
    marked = {node.key: node for node in nodes}
    there = {node.key: node for node in now.nodes if node.key not in new}
    marked |= {node.key: node for node in _nodes(there, there, risks)}
    gone = {key for key in risks if key not in environment.specs and _goes(things.get(key, ()))}
    beside = [
        replace(node, mark=Mark.REMOVED, lines=("goes",)) if node.key in gone else node
        for node in _elsewhere({node.key: node for node in now.nodes}, risks, now.frames[1].last)
    ]
    arrows = [replace(one, mark=Mark.ADDED) if {one.source, one.target} & new else one for one in now.arrows]
    title = f"{environment.stack_id}: what deploying {environment.context.version} changes"
    return Flow(title, [*(marked[node.key] for node in now.nodes), *beside], arrows, now.frames)


def both(then: Flow, now: Flow, risks: Mapping[str, str]) -> Flow:
    """One picture of two; `risks` is the worst class of whatever changes, by its key."""
    first = max(flow.frames[0].first for flow in (then, now))
    last = first + max(flow.frames[0].last - flow.frames[0].first for flow in (then, now))
    sides = [{node.key: _moved(node, flow, first, last + 1) for node in flow.nodes} for flow in (then, now)]
    nodes = [*_nodes(sides[0], sides[1], risks), *_elsewhere(sides[1], risks, last + 1)]
    rank = {node.key: node.rank for node in nodes}
    had, has = ({(one.source, one.target, one.label): one for one in flow.arrows} for flow in (then, now))
    arrows = [one if key in had else replace(one, mark=Mark.ADDED) for key, one in has.items()]
    gone = [replace(one, mark=Mark.REMOVED) for key, one in had.items() if key not in has]
    frames = (Frame(now.frames[0].title, first, last), Frame(now.frames[1].title, last + 1, last + 1))
    # A link that turned round cannot be drawn beside the one it was: what is new tells enough.
    return Flow(now.title, nodes, [*arrows, *(one for one in gone if rank[one.source] < rank[one.target])], frames)


def _former(product: Product[Any], name: str, before: Outputs) -> Flow | None:
    if before.root is None:
        return None
    try:
        environment = product.load_former(before.root, name).environment
    except TwinstackError:
        return None
    return links(environment, Made(before.stack, before.manifests))


def _risks(environment: Environment, difference: Difference) -> dict[str, str]:
    risks = {thing: changes[0].risk for thing, changes in difference.by_thing.items() if thing}
    edge = environment.find(EdgeSpec)
    if edge is not None and edge.key in risks:
        found = risks.pop(edge.key)
        risks |= dict.fromkeys((host.name for host in edge.hosts), found)
    return risks


def _is_new(key: str, changes: Sequence[Change], made: Made, environment: Environment) -> bool:
    """Whether nothing of a thing stands: each address and each object of it is made."""
    if {one.action for one in changes} != {Action.CREATED}:
        return False
    places = Places.of_stacks({}, made.document, environment.specs)
    there = {one.address for one in made.resources if places.of(one.address) == key}
    there |= {str(identity_of(one)) for one in made.manifests if places.of_object(one) == key}
    return there <= {one.subject for one in changes}


def _goes(changes: Sequence[Change]) -> bool:
    return {one.action for one in changes} <= {Action.DESTROYED, Action.FORGOTTEN, Action.LEFT}


def _nodes(then: Mapping[str, Node], now: Mapping[str, Node], risks: Mapping[str, str]) -> Iterator[Node]:
    for key, node in now.items():
        if key not in then:
            yield replace(node, mark=Mark.ADDED, lines=("new", *node.lines))
        elif key in risks:
            yield replace(node, mark=_mark(risks[key]), lines=(risks[key], *node.lines))
        else:
            yield node
    for key, node in then.items():
        if key not in now:
            yield replace(node, mark=Mark.REMOVED, lines=("goes", *node.lines))


def _elsewhere(drawn: Mapping[str, Node], risks: Mapping[str, str], rank: int) -> Iterator[Node]:
    """What changes and has no place in the picture otherwise: the network, the cluster."""
    for key, risk in risks.items():
        if key not in drawn:
            yield Node(key, key, Icon.THING, rank, (risk,), _mark(risk))


def _mark(risk: str) -> Mark:
    return Mark.LOST if risk in LOUD else Mark.CHANGED


def _moved(node: Node, flow: Flow, first: int, resources: int) -> Node:
    """The node in the column that it has where both pictures fit in one."""
    inside = flow.frames[0]
    if node.rank > inside.last:
        return replace(node, rank=resources)
    return replace(node, rank=node.rank + first - inside.first) if node.rank >= inside.first else node
