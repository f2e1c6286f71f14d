"""Charts: the objects of one application."""

from __future__ import annotations

import os
import tempfile
from typing import Any, Final

from twinstack.bindings.native.engine import EngineObject
from twinstack.bindings.native.kubernetes.names import dns_label
from twinstack.bindings.native.structs import given_to, path_below, struct_of
from twinstack.bindings.native.tree import Construct
from twinstack.bindings.native.unsupported import meant, refuse, require_nothing_refused


class App(Construct):
    """The root of a program's tree."""

    def __init__(self, *, outdir: str | None = None, **others: Any) -> None:
        if others:
            refuse(f"cdk8s.App({', '.join(others)})")
        super().__init__(None, "")
        self._outdir = outdir or os.environ.get("CDK8S_OUTDIR") or "dist"

    @property
    def outdir(self) -> str:
        return self._outdir


class Chart(Construct):
    """The objects of one application."""

    _hooks = Construct._hooks | {"to_json"}

    def __init__(self, scope: Construct, id_: str, /, **given: Any) -> None:
        values = given_to(type(self), struct_of("cdk8s", "ChartProps"), given, path_below(scope, id_))
        super().__init__(scope, id_)
        self._with_hashes = not values.get("disableResourceNameHashes")
        self._namespace: str | None = values.get("namespace")
        self._labels: dict[str, str] = values.get("labels", {})

    @staticmethod
    def of(construct: Construct) -> Chart:
        """The chart that a construct is in."""
        for one in reversed(construct.node.scopes):
            if isinstance(one, Chart):
                return one
        raise meant(RuntimeError("Error: cannot find a parent chart (directly or indirectly)"))

    @staticmethod
    def is_chart(value: object) -> bool:
        return isinstance(value, Chart)

    @property
    def namespace(self) -> str | None:
        return self._namespace

    @property
    def labels(self) -> dict[str, str]:
        return dict(self._labels)

    @property
    def api_objects(self) -> list[Any]:
        """Those right below it."""
        from twinstack.bindings.native.kubernetes.objects import ApiObject

        return [one for one in self.node.children if isinstance(one, ApiObject)]

    def generate_object_name(self, api_object: Any) -> str:
        """The name of an object that was given none."""
        return dns_label(api_object.node, with_hash=self._with_hashes, longest=LONGEST.get(api_object.kind, 63))

    def to_json(self) -> list[Any]:
        """The manifests, in the order in which they were declared."""
        if any(one.node.dependencies for one in self.node.find_all()):
            refuse(f"{self.node.path}: manifests in the order of their dependencies")
        from twinstack.bindings.native.kubernetes.objects import ApiObject

        for one in self.node.root.node.find_all():
            if one.node.validate():
                refuse(f"{one.node.path}: a validation that finds fault")
        made = [one.to_json() for one in self.node.find_all() if isinstance(one, ApiObject) and one.chart is self]
        require_nothing_refused()
        return made


class Testing(EngineObject):
    """What cdk8s has for tests."""

    @staticmethod
    def app(*, outdir: str | None = None, **others: Any) -> App:
        return App(outdir=outdir or tempfile.mkdtemp(prefix="cdk8s.outdir."), **others)

    @staticmethod
    def chart() -> Chart:
        return Chart(Testing.app(), "test")

    @staticmethod
    def synth(chart: Chart) -> list[Any]:
        """The manifests of a chart."""
        return chart.to_json()


LONGEST: Final = {"CronJob": 52}
"""Names of other lengths: Kubernetes makes longer ones of them."""
