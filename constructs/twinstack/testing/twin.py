"""One environment of a product with everything that is made of it, for tests."""

from __future__ import annotations

import datetime
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import yaml

from twinstack.bindings import activate
from twinstack.cli.files import put_files
from twinstack.environment.pod_template import pod_template_of
from twinstack.environment.spec import Half, WorkloadSpec
from twinstack.errors import UsageError
from twinstack.local import files_of
from twinstack.policy.judgement import Made, problems
from twinstack.state.blocks import stateful_in
from twinstack.state.declared import STATEFUL, file_of, read_declared
from twinstack.state.edited import with_entries
from twinstack.synthesis import INDEX, write
from twinstack.testing.reach import Reachability, Reacher
from twinstack.testing.template import Template

if TYPE_CHECKING:
    from twinstack.environment import Environment
    from twinstack.layers.load import Loaded
    from twinstack.product import Product

    E = TypeVar("E", bound=Environment)
else:
    E = TypeVar("E")


class Twin(Generic[E]):
    """An environment and its outputs. Each is made when it is first asked for, as `twinstack synth` makes it."""

    def __init__(self, product: Product[E], loaded: Loaded[E]) -> None:
        self._product = product
        self._loaded = loaded

    @property
    def environment(self) -> E:
        """The environment object."""
        return self._loaded.environment

    @cached_property
    def infrastructure(self) -> Template:
        """The Terraform half."""
        (text,) = self._infrastructure_files.values()
        return Template.of_terraform(json.loads(text), f"{self.environment.stack_id}, Terraform half")

    @cached_property
    def workloads(self) -> Template:
        """The Kubernetes half."""
        manifests = [
            manifest
            for text in self._workload_files.values()
            for manifest in yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        ]
        return Template.of_kubernetes(manifests, f"{self.environment.stack_id}, Kubernetes half")

    @cached_property
    def files(self) -> Mapping[str, str]:
        """The files of both halves by name, `cdk.tf.json` and `30-backend.k8s.yaml`; of the one half that there is."""
        halves = (
            *([self._infrastructure_files] if self._product.infrastructure else []),
            *([self._workload_files] if self._product.workloads else []),
        )
        return {name: text for files in halves for name, text in files.items()}

    @cached_property
    def local(self) -> Mapping[str, str]:
        """The files of the local stack by their path in the product, `compose.yaml`."""
        return {str(path): text for path, text in files_of(self.environment).items()}

    def pods_of(self, workload: str) -> Sequence[Mapping[str, Any]]:
        """The pod specs of a workload, by its field: of a Deployment, a Job, a CronJob, or whatever else has pods.

        Raises UsageError for a name that is no workload.
        """
        spec = self.environment.specs.get(workload)
        if not isinstance(spec, WorkloadSpec):
            known = ", ".join(one.key for one in self.environment.workloads)
            raise UsageError(f"{self.environment.stack_id} has no workload {workload}: it has {known}")
        templates = (pod_template_of(entry.properties) for entry in self.workloads.entries)
        pods = [template["spec"] for template in templates if template]
        return [pod for pod in pods if pod.get("serviceAccountName") == spec.service_account]

    def can_reach(self, source: str, target: str) -> Reachability:
        """Whether the pods of a workload can reach a resource or another workload; both are named by their field.

        Read from the synthesized documents, not from the links. A database or cache: the pods' NetworkPolicies let out
        to its subnets on its port, and its security group admits the cluster. Another workload: the policies of one let
        out, those of the other let in. A resource behind an AWS API: the policies let out to AWS, and the workload's
        role is granted something on it. Routes and the groups of a shared cluster are not looked at. Raises UsageError
        for a name that is no spec, and for a resource that only delivers values; AssertionError, once it is asked
        whether it is true, where only a part of the target can be reached.
        """
        return self._reacher.ask(source, target)

    def keeps_addresses(self) -> None:
        """Raises AssertionError where something that holds data is not frozen in environments/state/.

        What was frozen and is gone never comes so far: making the output refuses it (TW999). Where nothing was frozen
        yet, the file is written, to be committed; not in CI (the variable CI), which would forget it.
        """
        __tracebackhide__ = True
        name, root = self.environment.name, self._product.root
        (text,) = self._infrastructure_files.values()
        found = stateful_in(json.loads(text))
        declared = read_declared(root, name)
        if not declared.stateful and found and not os.environ.get("CI"):
            path = root / file_of(name)
            present = path.read_text(encoding="utf-8") if path.is_file() else ""
            put_files({path: with_entries(present, STATEFUL, found)}, root)
            return
        if new := [address for address in found if address not in declared.stateful]:
            lines = "".join(f"\n  {address}" for address in new)
            raise AssertionError(
                f"not frozen in {file_of(name)}:{lines}\n`twinstack addresses {name} --write` freezes them: commit it"
            )

    def keeps_policy(self) -> None:
        """Raises AssertionError where a rule over the output finds something that is not acknowledged with a reason, warnings
        included, and for an acknowledgement that nothing needs. The rules are those of twinstack and of installed packages.

        What AWS or Kubernetes refuses for certain never comes so far: making the output refuses it (TW388).
        """
        __tracebackhide__ = True
        made = Made(
            json.loads(*self._infrastructure_files.values()) if self._product.infrastructure else None,
            [entry.properties for entry in self.workloads.entries] if self._product.workloads else None,
        )
        if found := problems([self._loaded], {self.environment.stack_id: made}):
            raise AssertionError("\n".join(map(str, found)))

    @cached_property
    def _reacher(self) -> Reacher:
        return Reacher(self.environment, self.infrastructure, self.workloads)

    @cached_property
    def _infrastructure_files(self) -> dict[str, str]:
        return self._files_of(Half.INFRASTRUCTURE)

    @cached_property
    def _workload_files(self) -> dict[str, str]:
        return self._files_of(Half.WORKLOADS)

    def _files_of(self, half: Half) -> dict[str, str]:
        if getattr(self._product, half):
            activate(self._product.root)  # before the half is imported, and once a process
        with tempfile.TemporaryDirectory(prefix="twinstack-test-") as folder:
            made = write(self._product, [self._loaded], {half: Path(folder)}, (half,))
            return {path.name: path.read_text(encoding="utf-8") for path in sorted(made) if path.name != INDEX}

    def __repr__(self) -> str:
        return f"<Twin {self.environment.stack_id}>"


class Twins:
    """Makes the Twin of an environment, once for the same arguments: `twin("prod", {"database.multi_az": False})`."""

    def __init__(self, find_product: Callable[[], Product[Any]]) -> None:
        self._find_product = find_product
        self._made: dict[str, Twin[Any]] = {}

    @cached_property
    def product(self) -> Product[Any]:
        """The product that the tests are about."""
        return self._find_product()

    def __call__(
        self,
        name: str,
        set: Mapping[str, Any] | None = None,  # noqa: A002  the word of the command line
        *,
        version: str | None = None,
        today: datetime.date | None = None,
    ) -> Twin[Any]:
        """The environment of this name, with one more layer on top. `today` is the day that ends of support are
        compared with.

        Raises ConfigurationError with every problem found, and UsageError where there is no product.
        """
        arguments = json.dumps([name, set or {}, version, today], sort_keys=True, default=repr)
        if arguments not in self._made:
            loaded = self.product.load_with_provenance(name, set=set, version=version, today=today)
            self._made[arguments] = Twin(self.product, loaded)
        return self._made[arguments]

    def __repr__(self) -> str:
        return f"<Twins, {len(self._made)} made>"
