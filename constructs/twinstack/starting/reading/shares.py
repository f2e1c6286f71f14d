"""Which variables stand once for several workloads, and which secrets: nobody gets one that it has no use for."""

from __future__ import annotations

from collections.abc import Mapping

from twinstack.starting.reading.reading import Reading, Thing


def share(reading: Reading, plain: Mapping[str, dict[str, str]], secret: Mapping[tuple[str, str], list[str]]) -> None:
    """Adds settings and secrets to what was read. `secret` has, by its name and its origin, who reads each."""
    _share_settings(reading, plain)
    _share_secrets(reading, secret)


def _share_settings(reading: Reading, plain: Mapping[str, dict[str, str]]) -> None:
    """What all workloads have alike stands once; what is a workload's alone stays with it."""
    users = {key: own for key, own in plain.items() if own}
    alike = set.intersection(*(set(own.items()) for own in users.values())) if len(users) > 1 else set()
    if alike:
        first = next(iter(users.values()))
        shared = {name: value for name, value in first.items() if (name, value) in alike}
        reading.things.append(Thing("settings", "settings", {"variables": shared}))
    for key, own in users.items():
        thing = reading.by_key[key]
        rest = {name: value for name, value in own.items() if (name, value) not in alike}
        if rest:
            thing.base["environment_variables"] = rest
        if alike:
            thing.uses.append("settings")


def _share_secrets(reading: Reading, secret: Mapping[tuple[str, str], list[str]]) -> None:
    file = reading.file.rpartition("/")[2]
    groups: dict[tuple[str, ...], list[str]] = {}
    for (name, _), keys in secret.items():
        groups.setdefault(tuple(dict.fromkeys(keys)), []).append(name)
    taken = {thing.key for thing in reading.things}
    for keys, names in sorted(groups.items(), key=lambda group: -len(group[0])):
        key = "credentials" if "credentials" not in taken else f"{'_and_'.join(keys)}_secrets"
        while key in taken:
            key = f"{key}_too"
        taken.add(key)
        provided = {
            name: {"description": f"the value of {name} where {file} is used today"} for name in dict.fromkeys(names)
        }
        reading.things.append(Thing("secrets", key, {"generated": None, "provided": provided}))
        for one in keys:
            reading.by_key[one].uses.append(key)
