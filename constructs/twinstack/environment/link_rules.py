"""The rules of `uses`, checked on the merged data, so that a bad link shows beside a bad port."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from twinstack.environment.base import Environment
from twinstack.environment.layers import Merged
from twinstack.environment.links import HTTPS, Link, Reach, Use
from twinstack.environment.placement import NetworkPlan
from twinstack.environment.reasons import shown
from twinstack.environment.repair import nearest
from twinstack.environment.spec import ResourceSpec, Spec, WorkloadSpec
from twinstack.environment.yaml import dotted
from twinstack.errors import Problem


def check_links(kinds: Mapping[str, type[Spec]], merged: Merged) -> Iterator[Problem]:
    """A problem for each link to nothing, with access nobody offers, written twice, or part of a cycle."""
    resources = {key: kind for key, kind in kinds.items() if issubclass(kind, ResourceSpec)}
    edges: dict[str, list[tuple[str, int]]] = {}
    for workload, kind in kinds.items():
        section = merged.data.get(workload)
        raw = section.get("uses", ()) if issubclass(kind, WorkloadSpec) and isinstance(section, Mapping) else ()
        if not isinstance(raw, list | tuple):
            fix = f"write a list: [{raw}]" if isinstance(raw, str) else "write a list, or remove the line"
            yield _problem(
                "TW104", "`uses` is no list", merged, workload, None, shown(raw), "[database, {exports: write}]", fix
            )
            continue
        for index, entry in enumerate(raw):
            use = Use.read(entry)
            if use is None:
                allowed = "`database`, or `{exports: write}` to name the access"
                yield _problem(
                    "TW104", "not a link", merged, workload, index, shown(entry), allowed, "write one link in each line"
                )
                continue
            target = resources.get(use.key)
            if target is None:
                guess = nearest(use.key, list(resources))
                yield _problem(
                    "TW201",
                    "a link to something that does not exist"
                    if use.key not in kinds
                    else "a link to something that offers nothing",
                    merged,
                    workload,
                    index,
                    use.key,
                    ", ".join(sorted(set(resources) - {workload})),
                    f"did you mean `{guess}`?" if guess else "add it to the environment class, or remove the link",
                )
                continue
            if use.access is not None and use.access not in target.access_levels:
                levels = ", ".join(target.access_levels)
                fix = f"name one of these; without one it is {target.access_levels[0]}"
                yield _problem(
                    "TW202", f"{use.key} does not offer this access", merged, workload, index, use.access, levels, fix
                )
            if use.key in (key for key, _ in edges.get(workload, ())):
                yield _problem(
                    "TW203",
                    f"{workload} links to {use.key} twice",
                    merged,
                    workload,
                    index,
                    use.key,
                    "one link",
                    "keep one",
                )
                continue
            edges.setdefault(workload, []).append((use.key, index))
    yield from _cycles(edges, merged)


def as_meant(kinds: Mapping[str, type[Spec]], merged: Merged) -> Merged:
    """With each wrong link as it was probably meant, at its place: what follows from a slip is not a mistake as well."""
    resources = {key: kind for key, kind in kinds.items() if issubclass(kind, ResourceSpec)}
    data = dict(merged.data)
    for key, kind in kinds.items():
        section = data.get(key)
        uses = section.get("uses") if issubclass(kind, WorkloadSpec) and isinstance(section, Mapping) else None
        if isinstance(section, Mapping) and isinstance(uses, list):
            data[key] = {**section, "uses": [_meant(raw, resources) for raw in uses]}
    return replace(merged, data=data)


def _meant(raw: Any, resources: Mapping[str, type[ResourceSpec]]) -> str | dict[str, str]:
    use = Use.read(raw) or Use("", None)
    key = use.key if use.key in resources else nearest(use.key, resources)
    if key is None or use.access is None:
        return key or use.key
    levels = resources[key].access_levels
    return {key: use.access if use.access in levels else nearest(use.access, levels) or levels[-1]}


def check_offers(environment: Environment, merged: Merged) -> Iterator[Problem]:
    """A problem for each variable that two links would set on one workload, or with two values in the ConfigMap; and for
    each way to AWS that would lead to a database too.
    """
    everywhere: dict[str, tuple[str, str]] = {}
    for workload in environment.workloads:
        owners: dict[str, str] = dict.fromkeys(workload.own_variables, workload.key)
        for link in environment.links_of(workload):
            index = _index(link)
            for variable in link.offer.variables:
                owner = owners.setdefault(variable.name, link.resource.key)
                first, value = everywhere.setdefault(variable.key, (link.resource.key, variable.value))
                if owner != link.resource.key:
                    other = f"`{owner}`"
                elif variable.secret is None and first != link.resource.key and value != variable.value:
                    other = f"`{first}`, with another value,"
                else:
                    continue
                yield _problem(
                    "TW205",
                    f"two things set {variable.name}",
                    merged,
                    workload.key,
                    index,
                    f"{link.resource.key} and {other} both set {variable.name}",
                    "one source for each variable",
                    f"set `{link.resource.key}.variable` to another name",
                )
    yield from _too_wide(environment, merged)


def _too_wide(environment: Environment, merged: Merged) -> Iterator[Problem]:
    """The way to AWS leads to endpoints in the network, on 443: where its database tier is not known, to that as well."""
    network = environment.find(NetworkPlan)
    if network is not None and (network.knows_database_cidrs or not network.may_have_endpoints):
        return
    listening = {
        link.resource.key
        for link in environment.links
        if (link.offer.reach, link.offer.port) == (Reach.DATABASE_TIER, HTTPS)
    }
    for workload in environment.workloads:
        links = environment.links_of(workload)
        others = sorted(listening - {link.resource.key for link in links})
        way = next((link for link in links if link.offer.reach is Reach.AWS_API), None)
        if way is not None and others:
            yield _problem(
                "TW208",
                "a way to AWS would lead to a database too",
                merged,
                workload.key,
                _index(way),
                f"{way.resource.key}, in a network whose database subnets are not known, beside {', '.join(others)} on {HTTPS}",
                f"a database is reached by a link: {workload.key} has none to {', '.join(others)}",
                f"say where they are: `{network.key}.existing.database_cidrs`"
                if network
                else "add the network to the environment",
            )


def _index(link: Link) -> int:
    """Which entry of `uses` it is."""
    return next(
        i for i, raw in enumerate(link.workload.uses) if (use := Use.read(raw)) and use.key == link.resource.key
    )


def _cycles(edges: Mapping[str, list[tuple[str, int]]], merged: Merged) -> Iterator[Problem]:
    seen: set[frozenset[str]] = set()

    def walk(here: str, trail: tuple[str, ...]) -> Iterator[Problem]:
        for target, index in edges.get(here, ()):
            if target in trail:
                ring = (*trail[trail.index(target) :], target)
                if frozenset(ring) not in seen:
                    seen.add(frozenset(ring))
                    yield _problem(
                        "TW204",
                        "links in a circle",
                        merged,
                        here,
                        index,
                        " -> ".join(ring),
                        "no workload waits for itself",
                        "remove one link",
                    )
            else:
                yield from walk(target, (*trail, target))

    for start in edges:
        yield from walk(start, (start,))


def _problem(
    code: str, message: str, merged: Merged, workload: str, index: int | None, given: Any, allowed: str, fix: str = ""
) -> Problem:
    path = (workload, "uses") if index is None else (workload, "uses", index)
    return Problem(code, message, dotted(path), merged.locate(path), str(given), allowed, fix)
