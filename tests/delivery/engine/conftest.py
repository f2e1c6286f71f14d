"""A small product, released again and again into a real control plane whose pods do as their images' names say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from tests.delivery.memory.shop_release import config, manifest, release
from tests.delivery.readiness.conftest import Told, api, client, kubelet, left_alone, told
from tests.delivery.readiness.kubelet import Kubelet
from twinstack.api_server import ApiServer
from twinstack.delivery import Manifest
from twinstack.delivery.engine import Delivery, Outcome
from twinstack.delivery.holder import Holder
from twinstack.delivery.namespace import ProductNamespace
from twinstack.delivery.records import Records

__all__ = ["api", "client", "kubelet", "left_alone", "told"]

NUMBERS = count(1)
PATIENCE_SECONDS = 300


class Shop:
    """Releases of one stack: a namespace, its configuration, a migration, a web service and what scales it."""

    def __init__(self, api: ApiServer, namespace: str, told: Told) -> None:
        self.api, self.namespace, self.told = api, namespace, told
        self.stack = release(namespace=namespace).stack

    def manifests(
        self, image: str = "good", *, migration: str = "", replicas: int = 2, settings: str = "one", extra: bool = False
    ) -> tuple[Manifest, ...]:
        """What a version wants; `image` says what its pods do, `extra` adds a Service."""
        inside = self.namespace
        labels = {"app": "web", "app.kubernetes.io/instance": self.stack}
        found = [
            manifest("Namespace", inside, "", of=inside),
            manifest("ServiceAccount", "default", inside),
            config("settings", inside, WORD=settings),
            manifest("Deployment", "web", inside, "apps/v1", spec=_deployment(labels, image, replicas)),
        ]
        if migration:
            found.append(manifest("Job", f"migration-{migration}", inside, "batch/v1", spec=job_of(migration)))
        if extra:
            found.append(manifest("Service", "web", inside, spec={"selector": labels, "ports": [{"port": 80}]}))
        return tuple(found)

    def delivery(self, version: str, manifests: tuple[Manifest, ...], **options: Any) -> Delivery:
        """One release of these on its way."""
        summary = release(version, self.namespace).summary
        return Delivery(self.api, summary, manifests, self.told, Holder.here("ada"), **options)

    def deploy(
        self, version: str, image: str = "good", *, options: dict[str, Any] | None = None, **wanted: Any
    ) -> Outcome:
        """Deploys a version."""
        return self.delivery(version, self.manifests(image, **wanted), **(options or {})).run()

    @property
    def records(self) -> Records:
        """What is remembered."""
        return Records.read(self.api, self.namespace, self.stack)

    def live(self, api_version: str, kind: str, name: str) -> dict[str, Any] | None:
        """What stands."""
        return self.api.get(api_version, kind, name, self.namespace)

    def gone(self) -> None:
        """Waits until its namespace is not there any more."""
        own = ProductNamespace(self.api, self.namespace, self.stack)
        assert own.await_end(PATIENCE_SECONDS), f"{own.identity} is still there"

    def image(self) -> str:
        """Of the web service, as it stands."""
        found = self.live("apps/v1", "Deployment", "web")
        assert found is not None
        image: str = found["spec"]["template"]["spec"]["containers"][0]["image"]
        return image

    def word(self) -> str:
        """Of the configuration, as it stands."""
        found = self.live("v1", "ConfigMap", "settings")
        assert found is not None
        word: str = found["data"]["WORD"]
        return word


@pytest.fixture
def new_shop(client: ApiServer, kubelet: Kubelet, told: Told) -> Iterator[Callable[[], Shop]]:
    """A stack of the test's own, not yet delivered."""
    made: list[Shop] = []

    def make() -> Shop:
        made.append(Shop(client, f"engine-{next(NUMBERS)}", told))
        return made[-1]

    yield make
    for shop in made:
        for api_version, kind in (("apps/v1", "Deployment"), ("batch/v1", "Job")):
            for one in client.objects(api_version, kind, shop.namespace):
                client.delete(api_version, kind, one["metadata"]["name"], shop.namespace)


@pytest.fixture
def shop(new_shop: Callable[[], Shop]) -> Shop:
    return new_shop()


def _deployment(labels: dict[str, str], image: str, replicas: int) -> dict[str, Any]:
    return {
        "replicas": replicas,
        "selector": {"matchLabels": labels},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
        "template": {
            "metadata": {"labels": labels},
            "spec": {"containers": [{"name": "web", "image": image if ":" in image else f"{image}:1"}]},
        },
    }


def job_of(image: str) -> dict[str, Any]:
    """A Job whose pod does as its image says, tried once."""
    pod = {"restartPolicy": "Never", "containers": [{"name": "migration", "image": f"{image.partition('-')[0]}:1"}]}
    return {"backoffLimit": 0, "template": {"spec": pod}}
