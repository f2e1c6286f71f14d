"""API objects: the manifest that each becomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from twinstack.bindings.native.engine import EngineObject
from twinstack.bindings.native.kubernetes.charts import Chart
from twinstack.bindings.native.kubernetes.patches import JsonPatch, apply
from twinstack.bindings.native.structs import Struct, given_to, path_below, struct_of
from twinstack.bindings.native.tree import Construct
from twinstack.bindings.native.unsupported import refuse
from twinstack.bindings.native.values import anything, known_key, numbers_first, text, without_tokens


class Metadata(EngineObject):
    """The metadata of one object, which may still take labels and annotations."""

    def __init__(self, given: dict[str, Any], kind: str = "") -> None:
        """`kind` is one of Kubernetes' own, whose class drops what it does not know."""
        self._given, self._kind = given, kind

    @property
    def name(self) -> str | None:
        return self._given.get("name")

    @property
    def namespace(self) -> str | None:
        return self._given.get("namespace")

    def add_label(self, key: str, value: str) -> None:
        self._given.setdefault("labels", {})[known_key(key)] = text(value, "add_label")

    def add_annotation(self, key: str, value: str) -> None:
        self._given.setdefault("annotations", {})[known_key(key)] = text(value, "add_annotation")

    def get_label(self, key: str) -> str | None:
        found: str | None = self._given.get("labels", {}).get(text(key, "get_label"))
        return found

    def add(self, key: str, value: Any) -> None:
        if known_key(key) in KNOWN or value is None or self._kind:
            refuse(f"metadata.add({key!r}, …)")
        self._given[key] = without_tokens(anything(value), "metadata.add")

    def to_json(self) -> Any:
        return in_order(_without_empties(self._given) or {})


class ApiObject(Construct):
    """One manifest."""

    def __init__(self, scope: Construct, id_: str, /, **given: Any) -> None:
        path = path_below(scope, id_)
        super().__init__(scope, id_)
        self._begin(given_to(type(self), struct_of("cdk8s", "ApiObjectProps"), given, path))

    def _begin(self, given: dict[str, Any]) -> None:
        """`given` is what the manifest has."""
        self._api_version, self._kind = given.pop("apiVersion"), given.pop("kind")
        metadata = given.pop("metadata", {})
        self._body = given
        self._chart = Chart.of(self)
        if metadata.get("name") is None:
            metadata["name"] = self._chart.generate_object_name(self)
        if self._chart.namespace is not None:
            metadata.setdefault("namespace", self._chart.namespace)
        metadata["labels"] = {**self._chart._labels, **metadata.get("labels", {})}
        self._metadata = Metadata(metadata, self._kind if isinstance(self, KubeObject) else "")
        self._patches: list[JsonPatch] = []

    @property
    def name(self) -> str:
        return self._metadata.name or ""

    @property
    def api_version(self) -> str:
        return self._api_version

    @property
    def kind(self) -> str:
        return self._kind

    @property
    def metadata(self) -> Metadata:
        return self._metadata

    @property
    def chart(self) -> Chart:
        return self._chart

    @staticmethod
    def is_api_object(value: object) -> bool:
        return isinstance(value, ApiObject)

    def add_json_patch(self, *patches: JsonPatch) -> None:
        """Changes the manifest once it is made, in the order in which patches were given."""
        self._patches += patches

    def to_json(self) -> Any:
        """The manifest."""
        made = {"apiVersion": self._api_version, "kind": self._kind, "metadata": self._metadata.to_json()}
        made |= in_order(self._body)
        self._require_patchable()
        apply(made, self._patches)
        return without_tokens(made, self.node.path)

    def _require_patchable(self) -> None:
        """Refuses patches that this engine does not carry out as cdk8s does."""


class KubeObject(ApiObject):
    """An object of one of Kubernetes' own kinds, whose arguments are those of a generated data type."""

    _made_in: ClassVar[str] = ""
    _about: ClassVar[Mapping[str, str]] = {}
    _config: ClassVar[str] = ""

    def __init__(self, scope: Construct, id_: str, /, **given: Any) -> None:
        config: type[Struct] = struct_of(self._made_in, self._config)
        values = given_to(type(self), config, given, path_below(scope, id_))
        Construct.__init__(self, scope, id_)
        self._begin({**values, **self._about})

    def _require_patchable(self) -> None:
        """cdk8s 2.70 drops what its class of the kind does not know once it is patched in."""
        if self._patches:
            refuse(f"{self.node.path}: a patch of {self._kind}")


def _without_empties(value: Any) -> Any:
    """Without empty mappings and lists at any depth; None for what is nothing else. In a list they would leave a hole."""
    if isinstance(value, dict):
        kept = {key: made for key, one in value.items() if (made := _without_empties(one)) is not None}
        return kept or None
    if isinstance(value, list):
        made = [_without_empties(one) for one in value]
        return (refuse("metadata with nothing in a list") if None in made else made) or None
    return value


def in_order(value: Any) -> Any:
    """Keys sorted at every depth, numbers first, as cdk8s 2.70 gives what is not patched."""
    if isinstance(value, dict):
        return numbers_first({key: in_order(value[key]) for key in sorted(value)})
    return [in_order(one) for one in value] if isinstance(value, list) else value


KNOWN: Final = frozenset({"annotations", "finalizers", "labels", "name", "namespace", "ownerReferences"})
"""What cdk8s 2.70 keeps in a place of its own, whatever is added under its name."""
