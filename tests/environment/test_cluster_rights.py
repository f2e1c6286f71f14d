"""What pods may ask of the API server: what is refused, what needs a reason, and in which group a kind is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tests.shop import BASE, Shop
from twinstack.environment import ClusterRight
from twinstack.errors import Problem
from twinstack.layers.load import Loaded


def rights(*entries: str, reason: str = "") -> str:
    acknowledge = f"  acknowledge: {{TW636: '{reason}'}}\n" if reason else ""
    return BASE.replace("worker:\n", f"worker:\n{acknowledge}  cluster_rights: [{', '.join(entries)}]\n")


def test_the_group_of_kubernetes_own_kinds_is_known_and_that_of_others_given() -> None:
    own = ClusterRight.model_validate({"kinds": ("pods", "pods/log", "deployments", "leases"), "verbs": ("get",)})
    assert own.resources == {
        "": ["pods", "pods/log"],
        "apps": ["deployments"],
        "coordination.k8s.io": ["leases"],
    }
    brought = ClusterRight.model_validate({"kinds": ("workflows",), "verbs": ("get",), "api_group": "argoproj.io"})
    assert brought.resources == {"argoproj.io": ["workflows"]}
    newer = ClusterRight.model_validate({"kinds": ("events",), "verbs": ("create",), "api_group": "events.k8s.io"})
    assert newer.resources == {"events.k8s.io": ["events"]}
    assert ClusterRight.model_validate({"kinds": ("events",), "verbs": ("create",)}).resources == {"": ["events"]}


@pytest.mark.parametrize(
    ("entry", "code", "path", "fix"),
    [
        ("{kinds: [pod], verbs: [get]}", "TW633", "kinds[0]", "write pods"),
        ("{kinds: [Deployment], verbs: [get]}", "TW633", "kinds[0]", "write deployments"),
        ("{kinds: [workflows], verbs: [get]}", "TW633", "kinds[0]", "give the `api_group` of its definition"),
        ("{kinds: [pods/logs], verbs: [get]}", "TW633", "kinds[0]", "write one of these"),
        ("{kinds: [pods], verbs: [get], api_group: apps}", "TW633", "kinds[0]", "write pods"),
        ("{kinds: [pods, nodes], verbs: [get]}", "TW634", "kinds[1]", "put it into an entry with `cluster_wide: true`"),
        (
            "{kinds: [pods], verbs: [get], cluster_wide: true}",
            "TW634",
            "kinds[0]",
            "put it into an entry without `cluster_wide`",
        ),
        (
            "{kinds: [configmaps], verbs: [get, create], names: [lock]}",
            "TW635",
            "verbs[1]",
            "give `create` in an entry of its own without `names`",
        ),
    ],
)
def test_what_gives_no_right_is_refused_where_it_stands(
    entry: str, code: str, path: str, fix: str, refuse: Callable[..., Sequence[Problem]]
) -> None:
    (found,) = refuse(base=rights(entry))
    assert (found.code, found.path, found.fix) == (code, f"worker.cluster_rights[0].{path}", fix)


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        ("{kinds: ['*'], verbs: [get]}", "kinds[0]"),
        ("{kinds: [pods/*], verbs: [get]}", "kinds[0]"),
        ("{kinds: [pods], verbs: ['*']}", "verbs[0]"),
        ("{kinds: [roles], verbs: [escalate]}", "verbs[0]"),
        ("{kinds: [roles], verbs: [bind]}", "verbs[0]"),
        ("{kinds: [users], verbs: [impersonate]}", "verbs[0]"),
        ("{kinds: [pods], verbs: [get], names: ['*']}", "names[0]"),
        ("{kinds: [pods], verbs: [get], api_group: '*'}", "api_group"),
        ("{kinds: [], verbs: [get]}", "kinds"),
        ("{kinds: [pods], verbs: []}", "verbs"),
    ],
)
def test_everything_at_once_and_other_peoples_rights_cannot_be_said(
    entry: str, path: str, refuse: Callable[..., Sequence[Problem]]
) -> None:
    found = [one for one in refuse(base=rights(entry)) if one.code == "TW104"]
    assert [one.path for one in found] == [f"worker.cluster_rights[0].{path}"]


WIDER = [
    ("{kinds: [secrets], verbs: [list]}", "every Secret of the namespace is read"),
    ("{kinds: [secrets], verbs: [get]}", "every Secret of the namespace is read"),
    ("{kinds: [jobs], verbs: [create]}", "a pod that it writes may run as any service account"),
    ("{kinds: [pods/exec], verbs: [create]}", "other pods are entered"),
    ("{kinds: [serviceaccounts/token], verbs: [create]}", "one becomes another service account"),
    ("{kinds: [networkpolicies], verbs: [patch]}", "ways are opened that no link has"),
    ("{kinds: [nodes], verbs: [patch], cluster_wide: true}", "what belongs to everybody in the cluster is changed"),
    ("{kinds: [nodes/proxy], verbs: [get], cluster_wide: true}", "every pod of every node is entered"),
]


@pytest.mark.parametrize(("entry", "reason"), WIDER)
def test_what_gives_more_than_it_says_needs_a_reason(
    entry: str, reason: str, refuse: Callable[..., Sequence[Problem]], accept: Callable[..., Loaded[Shop]]
) -> None:
    (found,) = refuse(base=rights(entry))
    assert (found.code, found.path) == ("TW636", "worker.cluster_rights[0].kinds[0]")
    assert reason in found.given
    accepted = accept(base=rights(entry, reason="it is what the program is for"))
    assert accepted.environment.worker.cluster_rights


@pytest.mark.parametrize(
    "entry",
    [
        "{kinds: [pods, pods/log, services, endpointslices], verbs: [get, list, watch]}",
        "{kinds: [secrets], verbs: [get], names: [licence]}",
        "{kinds: [secrets], verbs: [create]}",
        "{kinds: [leases], verbs: [get, create, update]}",
        "{kinds: [deployments/scale], verbs: [get, patch]}",
        "{kinds: [jobs], verbs: [get, list, watch, delete]}",
        "{kinds: [nodes, namespaces], verbs: [get, list, watch], cluster_wide: true}",
        "{kinds: [nodes/metrics], verbs: [get], cluster_wide: true}",
        "{kinds: [pods], verbs: [get, list], api_group: metrics.k8s.io}",
        "{kinds: [workflows, workflowtasksets/status], verbs: [patch], api_group: argoproj.io}",
        "{kinds: [clusterworkflowtemplates], verbs: [get], api_group: argoproj.io, cluster_wide: true}",
        "{kinds: [configmaps], verbs: [get, watch, update], names: [lock]}",
    ],
)
def test_what_programs_ask_for_is_taken(entry: str, accept: Callable[..., Loaded[Shop]]) -> None:
    assert not accept(base=rights(entry)).warnings
