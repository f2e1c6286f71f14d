"""The rules of `uses`, checked on the merged data, so that a bad link shows beside a bad port."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from twinstack.environment.base import Environment
from twinstack.environment.layers import Merged
from twinstack.environment.links import Use
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


def check_variables(environment: Environment, merged: Merged) -> Iterator[Problem]:
    """A problem for each variable that two links would set on one workload, or with two values in the ConfigMap."""
    everywhere: dict[str, tuple[str, str]] = {}
    for workload in environment.workloads:
        owners: dict[str, str] = dict.fromkeys(workload.own_variables, workload.key)
        for link in environment.links_of(workload):
            index = next(
                i for i, raw in enumerate(workload.uses) if (use := Use.read(raw)) and use.key == link.resource.key
            )
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
