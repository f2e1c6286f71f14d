"""One product that is released, changed and taken back, on simulated AWS and a real control plane, watched all the while.

Real: the files of the library, Terraform, the API server and its controllers and scheduler, kubectl with the commands of
the page "Deploy", PostgreSQL, the role script. Simulated: what AWS does with what Terraform applies (account.py), the
secrets driver (secrets_driver.py), the kubelets (kubelet.py), Redis (cache.py).
"""

from __future__ import annotations

import json
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.rotation import database as postgres
from tests.rotation.account import Account, LivingProvider
from tests.rotation.cluster import Cluster
from tests.rotation.containers import Programs
from tests.rotation.documented import release_commands, return_commands
from tests.rotation.kubelet import Kubelets
from tests.rotation.release import Release, Releases
from tests.rotation.sampler import Record, Sampler, is_ready
from tests.rotation.secrets_driver import SecretsDriver
from tests.rotation.terminal import Terminal
from twinstack.api_server.answer import JsonObject
from twinstack.rehearsal.control_plane import ControlPlane
from twinstack.rehearsal.kubernetes.definitions import built_in, install
from twinstack.rehearsal.terraform.workspace import Workspace, workspace


@dataclass
class Run:
    """A product in a namespace of its own. Made by `running`."""

    terminal: Terminal
    cluster: Cluster
    namespace: str
    releases: Releases
    account: Account
    terraform: Workspace
    driver: SecretsDriver
    programs: Programs
    kubelets: Kubelets
    sampler: Sampler
    patience_seconds: float
    """How long something may take, in seconds of this machine, before it counts as stuck."""
    random: random.Random
    first_values: Mapping[str, Any]
    is_calm: bool
    """Whether nothing happens to pods but what the release itself does to them."""
    problems: list[str]
    """What went wrong, in the order in which it did."""
    _provided: set[str] = field(default_factory=set)

    @property
    def record(self) -> Record:
        """What was seen."""
        return self.sampler.record

    def values(self, **values: Any) -> dict[str, Any]:
        """Values of prod, in this run's namespace; `__` stands for the dot of a path."""
        return {"namespace": self.namespace, **{name.replace("__", "."): value for name, value in values.items()}}

    def first(self) -> Release:
        """The first release, up to the moment from which on it is watched: all pods ready, all secrets provided."""
        release = self.releases.of({"namespace": self.namespace, **self.first_values})
        self.apply_terraform(release)
        self.provide_all()
        self.apply_manifests(release, is_first=True)
        self.wait("the first release is settled", self.is_settled)
        self.sampler.start()
        self.sampler.mark("settled")
        return release

    def change(self, release: Release, *, provide: Callable[[], None] | None = None) -> None:
        """The next release, in the page's order, with something that happens to a pod after each step.

        `provide` puts values in place between Terraform, which makes their places, and the manifests.
        """
        self.change_infrastructure(release)
        if provide:
            provide()
        self.apply_manifests(release)
        self.wait("the change is settled", self.is_settled)

    def change_infrastructure(self, release: Release) -> None:
        """Terraform's half of a change."""
        self.sampler.mark("terraform")
        self.apply_terraform(release)
        self.poll()
        self.disturb("after terraform")

    def back(self, release: Release) -> None:
        """The release before, by the page's commands: its manifests without its Job. Terraform stays as it is."""
        self.sampler.mark("return")
        self.terminal.deploy(return_commands(), release, {"rollout": lambda: self.disturb("while it returns")})
        self.wait("the return is settled", self.is_settled)
        self.poll()
        self.disturb("after the return")

    def apply_terraform(self, release: Release) -> None:
        """Plans and applies, and asks for a second plan that has nothing to do."""
        shutil.copy(release.stack / "cdk.tf.json", self.terraform.configuration_file)
        for arguments in (("init", "-no-color"), ("apply", "-auto-approve", "-no-color")):
            outcome = self.terraform.run(*arguments)
            if outcome.status:
                self.problems.append(f"terraform {arguments[0]}: {outcome.output[-2000:]}")
                return
        again = self.terraform.run("plan", "-detailed-exitcode", "-no-color")
        if again.status:
            self.problems.append(f"a second plan is not empty: {again.output[-2000:]}")

    def provide_all(self) -> None:
        """Puts a value into every provided secret to which none was given yet."""
        for name, command in self.outputs().items():
            if "_provide_" in name and name not in self._provided:
                self.provide(name, command)

    def provide(self, output: str, command: str | None = None, value: str = "") -> None:
        """Runs the command of an output, as the page says, and types a value."""
        self._provided.add(output)
        text = value or f"https://{output.replace('_', '-')}.example/{self.random.getrandbits(64):016x}"
        for call in self.terminal.aws(command or self.outputs()[output], text):
            self._answer_aws(call)

    def outputs(self) -> dict[str, Any]:
        """The outputs of Terraform."""
        return {name: one["value"] for name, one in json.loads(self.terraform.run("output", "-json").output).items()}

    def apply_manifests(self, release: Release, *, is_first: bool = False, waits: bool = True) -> bool:
        """The page's commands after Terraform, with something that happens to a pod at each step; whether they came to
        the rollouts and saw them end. Without `waits` they are ended there.
        """
        reached = {"rollout": False}

        def rollout() -> None:
            reached["rollout"] = True
            self.sampler.mark("rollout")
            if not is_first:
                self.disturb("while it rolls out")

        def rest() -> None:
            self.sampler.mark("the rest")
            if not is_first:
                self.disturb("after the migration")

        self.sampler.mark("migration")
        ended = self.terminal.deploy(release_commands(), release, {"rest": rest, "rollout": rollout}, waits=waits)
        if not is_first:
            self.poll()
            self.disturb("after the rollout" if waits else "while it waits")
        return ended and reached["rollout"]

    def delivered(self, workload: str, variable: str) -> set[str]:
        """The values of a variable in the containers of a workload that run now."""
        return {one.variable(variable) for one in self.kubelets.running() if one.workload == workload}

    def poll(self) -> None:
        """The rotation poll falls due."""
        self.driver.poll()

    def disturb(self, when: str) -> None:
        """One pod of each workload with secrets is drained, or its container restarts; each has to come back."""
        if self.is_calm:
            return
        how = self.random.choice(("drained", "restarted"))
        self.sampler.draining.set()
        hit: list[JsonObject] = []
        for workload in DISTURBED:
            pods = sorted(self._pods_of(workload), key=lambda pod: pod["metadata"]["creationTimestamp"])
            ready = [pod for pod in pods if is_ready(pod)]
            if not ready:
                continue
            pod = self._oldest_revision(ready)
            if how == "drained":
                if refused := self.cluster.evict(pod):
                    self.problems.append(f"{when}: {pod['metadata']['name']} could not be drained: {refused}")
                    continue
            else:
                self.kubelets.restart(pod["metadata"]["name"])
            hit.append(pod)
        waiting = [pod for pod in hit if not self.wait_for(lambda pod=pod: self._is_back(pod, how))]
        for pod in waiting:
            why = "; ".join(sorted({text for name, text in self.kubelets.troubles().items() if _family(pod) in name}))
            self.problems.append(f"{when}: {pod['metadata']['labels']['app']}, {how}, did not come back: {why}")
        self.sampler.draining.clear()

    def is_settled(self) -> bool:
        """Whether every Deployment has all its pods, of its newest revision, ready."""
        deployments = self.cluster.deployments(self.namespace)
        return bool(deployments) and all(
            one["status"].get("observedGeneration") == one["metadata"]["generation"]
            and one["status"].get("updatedReplicas") == one["status"].get("readyReplicas") == self._wanted(one)
            and one["status"].get("replicas") == self._wanted(one)
            for one in deployments
        )

    def wait(self, what: str, condition: Callable[[], bool]) -> None:
        """Waits for something that has to come; if it does not, that is a problem."""
        if not self.wait_for(condition):
            self.problems.append(f"waited in vain until {what}: {self.kubelets.troubles()}")

    def wait_for(self, condition: Callable[[], bool]) -> bool:
        """Whether something comes in time."""
        end = time.monotonic() + self.patience_seconds
        while not condition():
            if time.monotonic() > end:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def _wanted(self, deployment: JsonObject) -> int:
        scaler = self.cluster.get(
            "autoscaling/v2", "HorizontalPodAutoscaler", f"{deployment['metadata']['name']}-hpa", self.namespace
        )
        least = scaler["spec"]["minReplicas"] if scaler else 1
        return max(int(deployment["spec"].get("replicas", 1)), least)

    def _pods_of(self, workload: str) -> list[JsonObject]:
        return [
            pod for pod in self.cluster.pods(self.namespace)
            if (pod["metadata"].get("labels") or {}).get("app") == workload
            and not pod["metadata"].get("deletionTimestamp")
        ]  # fmt: skip

    def _oldest_revision(self, ready: Sequence[JsonObject]) -> JsonObject:
        """One of the oldest revision that has a pod ready: what a release that goes on would not look after any more."""
        oldest = min(ready, key=lambda pod: self._revision(pod))
        return self.random.choice([pod for pod in ready if _hash(pod) == _hash(oldest)])

    def _revision(self, pod: JsonObject) -> int:
        owner = self._replica_set(pod)
        return int(owner["metadata"]["annotations"]["deployment.kubernetes.io/revision"]) if owner else 0

    def _replica_set(self, pod: JsonObject) -> JsonObject | None:
        return self.cluster.get("apps/v1", "ReplicaSet", pod["metadata"]["ownerReferences"][0]["name"], self.namespace)

    def _is_back(self, pod: JsonObject, how: str) -> bool:
        owner = self._replica_set(pod)
        if owner is None or not owner["spec"]["replicas"]:
            return True
        alive = [one for one in self._pods_of(pod["metadata"]["labels"]["app"]) if _hash(one) == _hash(pod)]
        uid = pod["metadata"]["uid"]
        same = next((one for one in alive if one["metadata"]["uid"] == uid), None)
        if how == "drained" and same is not None:
            return False
        if how == "restarted" and same is not None and _restarts(same) <= _restarts(pod):
            return False
        return len(alive) >= owner["spec"]["replicas"] and all(is_ready(one) for one in alive)

    def _answer_aws(self, call: tuple[list[str], str]) -> None:
        arguments, typed = call
        options = _options(arguments[2:])
        secret = options["--secret-id"][0]
        if arguments[:2] == ["secretsmanager", "put-secret-value"]:
            (given,) = options["--secret-string"]
            version = f"{self.random.getrandbits(128):032x}"
            labels = options.get("--version-stages", [])
            self.account.secrets.put(secret, version, typed if given == "file:///dev/stdin" else given, labels)
        else:
            raise NotImplementedError(f"no such call of aws is known here: {arguments[:2]}")


@contextmanager
def control_plane() -> Generator[ControlPlane]:
    """A control plane whose pods are left to the kubelets of the runs; several runs may share it."""
    with ControlPlane.start(kubelets=False, autoscaler_sync_seconds=1) as plane:
        wanted = built_in("secrets-store.csi.x-k8s.io/v1", "SecretProviderClass")
        assert wanted
        install(plane.api, [wanted])
        yield plane


@contextmanager
def running(
    plane: ControlPlane,
    namespace: str,
    releases: Releases,
    first: Mapping[str, Any],
    *,
    patience_seconds: float,
    is_calm: bool = False,
) -> Generator[Run]:
    """A run in a namespace of its own, whose first release has the values `first`."""

    def seconds(product_seconds: float) -> float:
        return product_seconds / releases.pace

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rotation-")))
        account = Account(stack.enter_context(postgres.running()))
        start = releases.of({"namespace": namespace, **first})
        terraform = stack.enter_context(workspace(start.stack, cloud=account, provider=LivingProvider))
        cluster = stack.enter_context(Cluster.of(plane.kubeconfig))
        driver = SecretsDriver(cluster, account, seconds=seconds)
        programs = Programs(account, seconds=seconds)
        kubelets = Kubelets(cluster, namespace, driver, programs, folder / "pods", seconds=seconds)
        sampler = Sampler(
            cluster, namespace, kubelets, programs, product_seconds=lambda measured: measured * releases.pace
        )
        driver.start()
        stack.callback(driver.stop)
        kubelets.start()
        stack.callback(kubelets.stop)
        problems: list[str] = []
        terminal = Terminal(folder, plane.kubeconfig, namespace, patience_seconds, problems)
        run = Run(
            terminal, cluster, namespace, releases, account, terraform, driver, programs, kubelets, sampler,
            patience_seconds, random.Random(namespace), first, is_calm, problems,
        )  # fmt: skip
        stack.callback(cluster.delete, "v1", "Namespace", namespace)
        yield run


def _options(arguments: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    name = ""
    for argument in arguments:
        if argument.startswith("--"):
            name = argument
            found[name] = []
        else:
            found[name].append(argument)
    return found


def _hash(pod: JsonObject) -> str:
    return str(pod["metadata"]["labels"]["pod-template-hash"])


def _family(pod: JsonObject) -> str:
    return str(pod["metadata"]["ownerReferences"][0]["name"])


def _restarts(pod: JsonObject) -> int:
    return sum(one["restartCount"] for one in pod["status"].get("containerStatuses") or [])


DISTURBED: Final = ("analytics-backend", "analytics-worker", "analytics-scheduler")
"""The workloads that hold secrets."""
_POLL_SECONDS: Final = 0.5
