"""What goes wrong during a deployment. Each fault is prepared before it, strikes while it runs, and is healed after it."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from success_metrics.api import at
from success_metrics.cluster import Cluster
from success_metrics.deployers import Command, Deployer
from success_metrics.images import Image, Migration


@dataclass
class Scene:
    """One deployment, and what a fault needs to know of it."""

    cluster: Cluster
    deployer: Deployer
    version: str
    random: random.Random
    usual_seconds: float
    """How long a deployment takes without a fault."""
    values: dict[str, object] = field(default_factory=dict)
    """What this version has other than the product's own values."""
    command: Command | None = None
    others: dict[str, Command] = field(default_factory=dict)
    """Commands that the fault started, by their version."""
    over: threading.Event = field(default_factory=threading.Event)
    """Set once the command has ended."""
    told: str = ""
    """What was drawn, for the list: `SIGKILL after 2.1 s`."""

    harm: Callable[[], str] = str
    """Says what the deployment did to somebody else's object; empty where it left it alone."""

    @property
    def namespace(self) -> str:
        """Where the product runs."""
        return self.deployer.namespace

    def rest(self, seconds: float) -> bool:
        """Waits; whether the command ended meanwhile."""
        return self.over.wait(seconds)


def nothing(_scene: Scene) -> None:
    """The default of each step."""


@dataclass(frozen=True)
class Fault:
    """One kind of fault."""

    title: str
    prepare: Callable[[Scene], None] = nothing
    """Before the version is prepared: what it is like, what stands in its way."""
    strike: Callable[[Scene], None] = nothing
    """Beside the command, in a thread of its own."""
    heal: Callable[[Scene], None] = nothing
    """After the command has ended."""
    healed_first: bool = True
    """Whether it is over before the state is judged: a node that is lost leaves no state whole, whoever deploys."""
    needs: str = ""
    """What the way of deploying must have for it to strike: `migration`, `plan`, `new objects`."""


def client_killed(scene: Scene) -> None:
    """SIGKILL at a random moment, to the command and to all it started."""
    after = scene.random.uniform(0.05, scene.usual_seconds)
    scene.told = f"after {after:.2f} s"
    if not scene.rest(after) and scene.command:
        scene.command.kill()


def api_server_restarted(scene: Scene) -> None:
    after = scene.random.uniform(0, scene.usual_seconds / 2)
    scene.told = f"after {after:.2f} s"
    scene.rest(after)
    scene.cluster.restart("kube-apiserver")


def etcd_slow(scene: Scene) -> None:
    """Etcd stands still for moments, up to 3 s each, while the command runs."""
    number, moments = scene.cluster.process("etcd"), 0
    while not scene.over.is_set() and moments < _MOST_MOMENTS:
        still = scene.random.uniform(0.3, 3.0)
        os.kill(number, signal.SIGSTOP)
        try:
            threading.Event().wait(still)
        finally:
            os.kill(number, signal.SIGCONT)
        moments += 1
        scene.rest(scene.random.uniform(0.3, 1.0))
    scene.told = f"{moments} times"


def node_lost(scene: Scene) -> None:
    scene.rest(scene.random.uniform(0, scene.usual_seconds / 2))
    node = scene.random.choice(scene.cluster.nodes())
    scene.told = node
    scene.cluster.lose(node, at_once=True)
    scene.rest(scene.random.uniform(5, 20))
    scene.cluster.give_back(node)


def nodes_given_back(scene: Scene) -> None:
    for node in list(scene.cluster.kubelets.lost_nodes):
        scene.cluster.give_back(node)


def webhook_down(scene: Scene) -> None:
    """A webhook that must agree to each change in the namespace, and that nobody answers for."""
    rule = {"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["CREATE", "UPDATE"], "scope": "Namespaced",
            "resources": ["deployments", "services", "configmaps", "horizontalpodautoscalers"]}  # fmt: skip
    webhook = {
        "name": "policy.success-metrics.example",
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "failurePolicy": "Fail",
        "timeoutSeconds": 1,
        "clientConfig": {"url": f"https://127.0.0.1:{_CLOSED_PORT}/"},
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": scene.namespace}},
        # The simulated controllers and kubelets are not what is tried here.
        "matchConditions": [{"name": "people", "expression": '!request.userInfo.username.startsWith("system:")'}],
        "rules": [rule],
    }
    data = {"apiVersion": _ADMISSION, "kind": "ValidatingWebhookConfiguration", "metadata": {"name": _WEBHOOK}}
    scene.cluster.api.apply(_WEBHOOK_PATH, {**data, "webhooks": [webhook]})


def webhook_answers_again(scene: Scene) -> None:
    seconds = scene.random.uniform(1, 12)
    scene.told = f"for {seconds:.1f} s"
    scene.rest(seconds)
    webhook_gone(scene)


def webhook_gone(scene: Scene) -> None:
    scene.cluster.api.delete(_WEBHOOK_PATH)


def quota_hit(scene: Scene) -> None:
    """As many pods as there are, and not one more; half of the time for a while only."""
    pods = len(scene.cluster.pods(scene.namespace))
    data = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": _QUOTA, "namespace": scene.namespace}}
    path = at("v1", "resourcequotas", scene.namespace, _QUOTA)
    scene.cluster.api.apply(path, {**data, "spec": {"hard": {"pods": str(pods)}}})


def quota_raised(scene: Scene) -> None:
    if scene.random.random() < _HALF:
        seconds = scene.random.uniform(2, 8)
        scene.told = f"for {seconds:.1f} s"
        scene.rest(seconds)
        quota_gone(scene)
    else:
        scene.told = "and stays"


def quota_gone(scene: Scene) -> None:
    scene.cluster.api.delete(at("v1", "resourcequotas", scene.namespace, _QUOTA))


def edited_by_hand(scene: Scene) -> None:
    """Somebody changed in the cluster what the manifests declare, by `kubectl edit`."""
    path = at("apps/v1", "deployments", scene.namespace, "analytics-backend")
    containers = [{"name": "backend", "resources": {"limits": {"memory": "640Mi"}, "requests": {"cpu": "300m"}}}]
    scene.cluster.api.apply(
        path,
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "analytics-backend"},
         "spec": {"template": {"spec": {"containers": containers}}}},
        "kubectl-edit",
    )  # fmt: skip
    scaler = at("autoscaling/v2", "horizontalpodautoscalers", scene.namespace, "analytics-backend-hpa")
    scene.cluster.api.merge(scaler, {"spec": {"maxReplicas": 7}}, "kubectl-edit")


def second_deploy(scene: Scene) -> None:
    """Another version goes out a moment later."""
    after = scene.random.uniform(0, 2)
    other = f"{scene.version}-second"
    scene.deployer.prepare(other)
    scene.told = f"after {after:.2f} s"
    scene.rest(after)
    scene.others[other] = scene.deployer.begin(other)


def of_image(image: Image) -> Callable[[Scene], None]:
    """The version's images are these."""

    def prepare(scene: Scene) -> None:
        scene.cluster.registry.push(scene.version, image)

    return prepare


def secret_withheld(scene: Scene) -> None:
    """The version reads a secret whose value nobody provided."""
    scene.values.update(scene.deployer.lose_secret())


def secret_provided(scene: Scene) -> None:
    scene.deployer.give_secret()


def foreign_object(scene: Scene) -> None:
    """The version needs a ConfigMap of a new name, and somebody else's of that name is there."""
    scene.values.update({"settings.variables.RATE_LIMIT_PER_MINUTE": 100 + scene.random.randrange(1, 10**6)})
    scene.deployer.prepare(scene.version, scene.values)
    scene.harm = lambda: foreign_object_harmed(scene)
    for name in scene.deployer.new_configmaps(scene.version):
        scene.told = name
        metadata = {
            "name": name,
            "namespace": scene.namespace,
            "labels": {"app.kubernetes.io/managed-by": "another-team"},
        }
        scene.cluster.api.apply(
            at("v1", "configmaps", scene.namespace, name),
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": metadata,
                "data": {"theirs": "kept"},
                "immutable": True,
            },
            "another-team",
        )


def foreign_object_harmed(scene: Scene) -> str:
    """What became of it, unless it is as its owner made it."""
    found = scene.cluster.api.get(at("v1", "configmaps", scene.namespace, scene.told)) if scene.told else {}
    if scene.told and (found is None or found["data"] != {"theirs": "kept"}):
        return f"another team's ConfigMap {scene.told} was taken"
    return ""


def foreign_object_gone(scene: Scene) -> None:
    if scene.told:
        scene.cluster.api.delete(at("v1", "configmaps", scene.namespace, scene.told))


FAULTS: Final[Mapping[str, Fault]] = {
    "client-killed": Fault("client killed at a random moment", strike=client_killed),
    "api-server-restarted": Fault("API server restarted", strike=api_server_restarted),
    "etcd-slow": Fault("etcd slow", strike=etcd_slow),
    "node-lost": Fault("node lost, and back", strike=node_lost, heal=nodes_given_back),
    "webhook-down": Fault("webhook down for a while", webhook_down, webhook_answers_again, webhook_gone),
    "quota-hit": Fault("quota of pods hit", quota_hit, quota_raised, quota_gone, healed_first=False),
    "conflict": Fault("fields edited by hand", edited_by_hand),
    "stale-plan": Fault("another version deployed since the plan was made", needs="plan"),
    "second-deploy": Fault("second deploy at once", strike=second_deploy),
    "broken-image": Fault("image does not exist", of_image(Image(exists=False)), healed_first=False),
    "never-ready": Fault("version that never becomes ready", of_image(Image(becomes_ready=False)), healed_first=False),
    "migration-fails": Fault(
        "migration fails", of_image(Image(migration=Migration.FAILS)), healed_first=False, needs="migration"
    ),
    "migration-hangs": Fault(
        "migration hangs", of_image(Image(migration=Migration.HANGS)), healed_first=False, needs="migration"
    ),
    "missing-secret": Fault("secret without a value", secret_withheld, heal=secret_provided, healed_first=False),
    "foreign-object": Fault(
        "a foreign object in the way",
        foreign_object,
        heal=foreign_object_gone,
        healed_first=False,
        needs="new objects",
    ),
}
_ADMISSION: Final = "admissionregistration.k8s.io/v1"
_WEBHOOK: Final = "success-metrics"
_WEBHOOK_PATH: Final = at(_ADMISSION, "validatingwebhookconfigurations", "", _WEBHOOK)
_QUOTA: Final = "success-metrics"
_CLOSED_PORT: Final = 9
_MOST_MOMENTS: Final = 12
_HALF: Final = 0.5
