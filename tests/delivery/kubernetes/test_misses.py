"""What kubectl and server-side apply get wrong by themselves, each under the name of its rule, on a real control plane."""

from __future__ import annotations

import copy
import threading

from tests.delivery.kubernetes.deployer import NAMESPACE, Deployer, autoscaler, configuration, deployment, job
from twinstack.delivery.changes import ChangeKind, changes
from twinstack.delivery.live import LiveState
from twinstack.delivery.progress import State

APPS = "apps/v1"
SCALING = "autoscaling/v2"


def test_fixed_to_autoscaled_never_loses_a_pod(deployer: Deployer) -> None:
    """1: leaving `replicas` out sets it to 1 at once, where our manager owned it."""
    deployer.deploy(NAMESPACE, deployment(replicas=3))
    seen: list[int] = []
    watch = deployer.api.watch(APPS, "Deployment", deployer.namespace)
    thread = threading.Thread(target=lambda: seen.extend(one.object["spec"]["replicas"] for one in watch.events()))
    thread.start()
    assert deployer.deploy(NAMESPACE, deployment(), autoscaler(least=3)).succeeded
    deployer.until(
        "the autoscaler looked",
        lambda: deployer.get("HorizontalPodAutoscaler", "web-hpa", SCALING)["status"].get("conditions"),
    )
    watch.close()
    thread.join()
    assert seen
    assert min(seen) == 3
    assert deployer.get("Deployment", "web", APPS)["spec"]["replicas"] == 3
    assert {one.kind for one in deployer.changes(NAMESPACE, deployment(), autoscaler(least=3))} == {
        ChangeKind.UNCHANGED
    }


def test_autoscaled_to_fixed_keeps_the_larger_number_and_its_autoscaler_goes_first(deployer: Deployer) -> None:
    """2: applying `replicas` takes the number from the autoscaler without a conflict, and pods go."""
    deployer.deploy(NAMESPACE, deployment(), autoscaler(least=5))
    deployer.until("there are five", lambda: deployer.get("Deployment", "web", APPS)["spec"]["replicas"] == 5)
    assert deployer.deploy(NAMESPACE, deployment(replicas=2)).succeeded
    assert deployer.get("Deployment", "web", APPS)["spec"]["replicas"] == 5
    assert deployer.api.get(SCALING, "HorizontalPodAutoscaler", "web-hpa", deployer.namespace) is None
    subjects = [subject for subject, state, _ in deployer.told.states if state in {State.DELETED, State.CHANGED}]
    assert subjects == [
        f"HorizontalPodAutoscaler {deployer.namespace}/web-hpa",
        f"Deployment {deployer.namespace}/web",
    ]
    assert deployer.told.notes == [
        f"Deployment {deployer.namespace}/web: 5 pods run, and stay for this once (2 are declared)"
    ]
    assert deployer.deploy(NAMESPACE, deployment(replicas=2)).succeeded
    assert deployer.get("Deployment", "web", APPS)["spec"]["replicas"] == 2


def test_another_teams_autoscaler_is_not_deleted(deployer: Deployer) -> None:
    deployer.deploy(NAMESPACE, deployment())
    deployer.api.create(deployer.here(autoscaler(least=5)), manager="helm")
    deployer.until("there are five", lambda: deployer.get("Deployment", "web", APPS)["spec"]["replicas"] == 5)
    deployer.deploy(NAMESPACE, deployment(replicas=2))
    assert deployer.get("HorizontalPodAutoscaler", "web-hpa", SCALING)


def test_a_number_set_by_hand_is_put_back_and_said(deployer: Deployer) -> None:
    deployer.deploy(NAMESPACE, deployment(replicas=2))
    deployer.api.patch(
        APPS,
        "Deployment",
        "web",
        deployer.namespace,
        changes={"spec": {"replicas": 4}},
        manager="kubectl",
        subresource="scale",
    )
    assert deployer.deploy(NAMESPACE, deployment(replicas=2)).succeeded
    assert deployer.get("Deployment", "web", APPS)["spec"]["replicas"] == 2
    assert deployer.told.notes == [f"Deployment {deployer.namespace}/web: takes replicas from kubectl"]


def test_after_rollout_undo_the_next_deploy_goes_through(deployer: Deployer) -> None:
    """3: the undo's manager owns the image from then on, and a plain apply conflicts for ever."""
    deployer.deploy(NAMESPACE, deployment(replicas=1))
    undone = {
        "spec": {
            "template": {
                "spec": {
                    "containers": [{**deployment()["spec"]["template"]["spec"]["containers"][0], "image": "web:0"}]
                }
            }
        }
    }
    deployer.api.patch(APPS, "Deployment", "web", deployer.namespace, changes=undone, manager="kubectl")
    assert deployer.deploy(NAMESPACE, deployment(replicas=1, image="web:2")).succeeded
    (note,) = deployer.told.notes
    assert "takes" in note
    assert "from kubectl" in note
    assert deployer.deploy(NAMESPACE, deployment(replicas=1, image="web:3")).succeeded
    assert deployer.told.notes == []


def test_what_kubectl_apply_made_is_taken_over_whole(deployer: Deployer) -> None:
    """5: as 1 and 6, on an object that another tool has made without a strategy."""
    deployer.deploy(NAMESPACE)
    deployer.api.create(deployer.here(deployment(replicas=3)), manager="kubectl-client-side-apply")
    wanted = deployment(image="web:2", strategy={"type": "Recreate"}, replicas=3)
    assert deployer.deploy(NAMESPACE, wanted).succeeded
    assert deployer.get("Deployment", "web", APPS)["spec"]["strategy"] == {"type": "Recreate"}
    assert {one.kind for one in deployer.changes(NAMESPACE, wanted)} == {ChangeKind.UNCHANGED}


def test_recreate_goes_over_a_strategy_that_was_defaulted(deployer: Deployer) -> None:
    """6: the defaulted `rollingUpdate` belongs to nobody, and the server refuses it beside Recreate."""
    deployer.deploy(NAMESPACE, deployment(replicas=1))
    wanted = deployment(replicas=1, strategy={"type": "Recreate"})
    assert deployer.examine(NAMESPACE, wanted).problems == ()
    assert deployer.deploy(NAMESPACE, wanted).succeeded
    assert deployer.get("Deployment", "web", APPS)["spec"]["strategy"] == {"type": "Recreate"}
    back = deployment(replicas=1, strategy={"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0}})
    assert deployer.deploy(NAMESPACE, back).succeeded
    assert deployer.told.notes == []
    assert deployer.get("Deployment", "web", APPS)["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_a_failed_job_of_the_same_name_runs_once_more(deployer: Deployer) -> None:
    """7: applying it again says `serverside-applied`, and nothing runs."""
    failed = deployer.deploy(NAMESPACE, job(fails=True), deployment(replicas=1))
    assert [str(one.identity) for one in failed.failures] == [f"Job {deployer.namespace}/migration"]
    assert [str(one) for one in failed.not_applied] == [f"Deployment {deployer.namespace}/web"]
    first = deployer.get("Job", "migration", "batch/v1")["metadata"]["uid"]
    assert [one.kind for one in deployer.examine(NAMESPACE, job()).changes] == [
        ChangeKind.UNCHANGED,
        ChangeKind.RECREATED,
    ]
    assert deployer.deploy(NAMESPACE, job(), deployment(replicas=1)).succeeded
    assert deployer.get("Job", "migration", "batch/v1")["metadata"]["uid"] != first
    assert deployer.told.last()[f"Job {deployer.namespace}/migration"] is State.COMPLETE


def test_two_ports_of_one_number_lose_only_the_one_that_goes(deployer: Deployer) -> None:
    """K8: client-side apply removes both."""
    deployer.deploy(NAMESPACE, deployment(replicas=1))
    one = copy.deepcopy(deployment(replicas=1))
    one["spec"]["template"]["spec"]["containers"][0]["ports"].pop()
    assert deployer.deploy(NAMESPACE, one).succeeded
    ports = deployer.get("Deployment", "web", APPS)["spec"]["template"]["spec"]["containers"][0]["ports"]
    assert ports == [{"containerPort": 53, "protocol": "TCP"}]


def test_a_finished_job_that_is_gone_is_not_run_again(deployer: Deployer) -> None:
    """As its record says; without a record nothing is known, and it runs."""
    manifests = deployer.manifests(NAMESPACE, configuration(), job())
    live = LiveState.read(deployer.api, manifests)
    assert changes(manifests, live)[-1].kind is ChangeKind.CREATED
    assert changes(manifests, live, done={manifests[-1].identity})[-1].kind is ChangeKind.UNCHANGED
