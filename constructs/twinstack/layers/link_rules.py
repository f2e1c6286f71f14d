"""The rules of `uses`, checked on the merged data, so that a bad link shows beside a bad port."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from twinstack.environment.base import Environment
from twinstack.environment.links import HTTPS, Access, Link, Reach, SecretValue
from twinstack.environment.placement import NetworkPlan
from twinstack.environment.spec import NAME_VARIABLE, ResourceSpec, Spec, WorkloadSpec
from twinstack.environment.uses import Use
from twinstack.errors import Problem
from twinstack.layers.document import dotted
from twinstack.layers.merge import Merged
from twinstack.layers.reasons import shown
from twinstack.layers.repair import nearest


def check_links(kinds: Mapping[str, type[Spec]], merged: Merged) -> Iterator[Problem]:
    """A problem for each link to nothing, with access nobody offers, written twice, or part of a cycle."""
    resources = {key: kind for key, kind in kinds.items() if issubclass(kind, ResourceSpec)}
    edges: dict[str, list[tuple[str, int]]] = {}
    accesses: dict[tuple[str, str], list[str]] = {}
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
                allowed = (
                    "`database`, `{exports: write}` to name the access, or `{database: {variables: {host: DB_HOST}}}` to name "
                    "variables"
                )
                yield _problem(
                    "TW104", "not a link", merged, workload, index, shown(entry), allowed, "write one link in each line"
                )
                continue
            if wrong := [*use.wrong_names]:
                allowed = "letters, digits and underscores, none of the digits first"
                yield _problem(
                    "TW104", "no variable's name", merged, workload, index, ", ".join(wrong), allowed, "rename it"
                )
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
            access = use.access or target.access_levels[0]
            every = accesses.setdefault((workload, use.key), [])
            held = [*every]
            every.append(access)
            others = {access, *held} - target.levels_beside
            if held and access not in held and (target.levels_add_up or len(others) < 2):
                continue  # one more right to the same thing
            if held:
                yield _problem(
                    "TW203",
                    f"{workload} links to {use.key} twice",
                    merged,
                    workload,
                    index,
                    f"{use.key}: {access}" if target.levels_add_up else use.key,
                    "each access once" if target.levels_add_up else "one link",
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


def _meant(raw: Any, resources: Mapping[str, type[ResourceSpec]]) -> str | dict[str, Any]:
    use = Use.read(raw) or Use("", None)
    key = use.key if use.key in resources else nearest(use.key, resources)
    use = use._replace(key=key or use.key, names=() if [*use.wrong_names] else use.names)
    if key is None or use.access is None:
        return use.written(None)
    levels = resources[key].access_levels
    most = Access.ADMIN if Access.ADMIN in levels else levels[-1]
    return use.written(use.access if use.access in levels else nearest(use.access, levels) or most)


def check_offers(environment: Environment, merged: Merged) -> Iterator[Problem]:
    """A problem for each variable that two links would set on one workload, or with two values in the ConfigMap; for each
    file of two contents; and for each way to AWS that would lead to a database too.
    """
    everywhere: dict[str, tuple[str, str]] = {}
    files: dict[str, tuple[str, str]] = {}
    for workload in environment.workloads:
        owners: dict[str, str] = dict.fromkeys((*workload.own_variables, *workload.variables_from), workload.key)
        places: dict[str, SecretValue] = {}
        places_of_links = _places(workload)
        for link in environment.links_of(workload):
            index = places_of_links[link.resource.key]
            yield from _names(link, index, merged)
            for variable in link.offer.variables:
                name = variable.name
                owner = owners.setdefault(name, link.resource.key)
                if owner == link.resource.key and variable.mounted:
                    name = variable.delivered_name  # the file's path is a variable too, and may be somebody else's
                    owner = owners.setdefault(name, link.resource.key)
                if owner != link.resource.key:
                    other = f"`{owner}`"
                elif variable.secret is None and variable.value:
                    first, value = everywhere.setdefault(variable.key, (str(link), variable.value))
                    if value == variable.value:
                        continue
                    other = f"`{first}`, with another value,"
                elif variable.secret and places.setdefault(variable.key, variable.secret) != variable.secret:
                    other = f"another secret under the key {variable.key}"
                else:
                    continue
                yield _problem(
                    "TW205",
                    f"two things set {name}",
                    merged,
                    workload.key,
                    index,
                    f"{link.resource.key} and {other} both set {name}",
                    "one source for each variable",
                    _apart(link, name, owner),
                )
            for file in link.offer.files:
                giver, content = files.setdefault(file.name, (str(link), file.content))
                if content != file.content:
                    yield _problem(
                        "TW205",
                        f"two links bring different files {file.name}",
                        merged,
                        workload.key,
                        index,
                        f"{link}, and {giver}",
                        "one content for each name: all files lie in one ConfigMap",
                        "give each file a name of its own, for example with the resource's key in it",
                    )
    yield from _too_wide(environment, merged)


def _names(link: Link, index: int, merged: Merged) -> Iterator[Problem]:
    """A problem for each part that the resource does not have, and for each name that a link gives to two of them."""
    if not link.names:
        return  # an offer has no name twice
    names, key = dict(link.names), link.resource.key
    known = [variable.part for variable in link.made.everything]
    for part in names.keys() - {*known}:
        guess = nearest(part, known)
        yield _problem(
            "TW353",
            f"{key} has no such part",
            merged,
            link.workload.key,
            index,
            part,
            ", ".join(known) or f"none: {key} delivers no variable",
            f"did you mean `{guess}`?" if guess else f"name one of these; `{key}` alone delivers what most need",
        )
    given = [name for variable in link.made.everything for name in link.made.names_of(variable, names)]
    for name in dict.fromkeys(one for one in given if given.count(one) > 1):
        yield _problem(
            "TW205",
            f"two things set {name}",
            merged,
            link.workload.key,
            index,
            f"{key} would set {name} twice",
            "one source for each variable",
            f"give each part of {key} a name of its own",
        )


def _apart(link: Link, name: str, owner: str) -> str:
    """How the two are told apart, by a field that there is."""
    workload = link.workload
    if owner == workload.key and name in workload.library_variables and name not in workload.environment_variables:
        instead = "set `environment_value`" if name == NAME_VARIABLE else "every workload that needs it has it already"
        return f"remove {name} from `{link.resource.key}`: {instead}"
    if link.names:
        return f"give {name} another name under `variables` of the link to {link.resource.key}"
    if hasattr(link.resource, "variable"):
        return f"set `{link.resource.key}.variable` to another name"
    return f"rename {name} in one of them"


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
    for workload in environment.workloads if listening else ():
        links = environment.links_of(workload)
        others = sorted(listening - {link.resource.key for link in links})
        way = next((link for link in links if link.offer.reach is Reach.AWS_API), None)
        if way is not None and others:
            yield _problem(
                "TW208",
                "a way to AWS would lead to a database too",
                merged,
                workload.key,
                _places(workload)[way.resource.key],
                f"{way.resource.key}, in a network whose database subnets are not known, beside {', '.join(others)} on {HTTPS}",
                f"a database is reached by a link: {workload.key} has none to {', '.join(others)}",
                f"say where they are: `{network.key}.existing.database_cidrs`"
                if network
                else "add the network to the environment",
            )


def _places(workload: WorkloadSpec) -> Mapping[str, int]:
    """Which entry of `uses` names a resource first."""
    places: dict[str, int] = {}
    for place, raw in enumerate(workload.uses):
        if use := Use.read(raw):
            places.setdefault(use.key, place)
    return places


def _cycles(edges: Mapping[str, list[tuple[str, int]]], merged: Merged) -> Iterator[Problem]:
    """A problem for each link that closes a circle: without those there is none."""
    left: set[str] = set()

    def walk(here: str, trail: tuple[str, ...]) -> Iterator[Problem]:
        for target, index in edges.get(here, ()):
            if target in trail:
                ring = (*trail[trail.index(target) :], target)
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
            elif target not in left:
                yield from walk(target, (*trail, target))
        left.add(here)

    for start in edges:
        if start not in left:
            yield from walk(start, (start,))


def _problem(
    code: str, message: str, merged: Merged, workload: str, index: int | None, given: Any, allowed: str, fix: str = ""
) -> Problem:
    path = (workload, "uses") if index is None else (workload, "uses", index)
    return Problem(code, message, dotted(path), merged.locate(path), str(given), allowed, fix)
