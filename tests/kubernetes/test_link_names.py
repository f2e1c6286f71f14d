"""Second names and parts in a pod: read once from Secrets Manager, written once into the Secret, set under each name."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
import yaml
from cdk8s import App

from tests.rotation.secrets_driver import _files
from twinstack import kubernetes
from twinstack.environment import Environment
from twinstack.job import JobSpec
from twinstack.layers.load import load_text
from twinstack.postgres import PostgresSpec
from twinstack.redis import RedisSpec
from twinstack.secrets import SecretsSpec

TODAY = datetime.date(2026, 11, 28)
BASE = """\
organization: acme
product: shop
account: "111122223333"
region: eu-central-1
version: 1.0.0
database: {{instance_class: db.t4g.micro, storage_gib: 20, multi_az: false, backup_retention_days: 1, deletion_protection: false, database: shop, admin_user: boss, application_user: clerk, password_version: 2{}}}
cache: {{node_type: cache.t4g.micro, nodes: 1}}
credentials: {{generated: {{JWT_SECRET: {{}}}}}}
task: {{image: acme/a, resources: {{requests: {{cpu: 100m, memory: 64Mi}}, limits: {{memory: 64Mi}}}}, uses: [{}]}}
"""
ROLE = ", acknowledge: {TW709: somebody else makes the role}"
HELD = {
    "acme-shop-live/database/url": "postgresql://clerk_b:secret@db:5432/shop",
    "acme-shop-live/database/admin-url": "postgresql://boss:boss-secret@db:5432/shop",
    "acme-shop-live/database/connection": json.dumps({"host": "db", "username": "clerk_b", "password": "secret"}),
    "acme-shop-live/database/admin-connection": json.dumps(
        {"host": "db", "username": "boss", "password": "boss-secret"}
    ),
    "acme-shop-live/cache/url": "rediss://:token@redis:6379/0",
    "acme-shop-live/cache/connection": json.dumps({"host": "redis", "password": "token"}),
    "acme-shop-live/credentials/JWT_SECRET": "jwt",
}


class Shop(Environment):
    database: PostgresSpec
    cache: RedisSpec
    credentials: SecretsSpec
    task: JobSpec


class ShopWorkloads(kubernetes.Workloads[Shop]):
    def __init__(self, scope: App, environment: Shop) -> None:
        super().__init__(scope, environment)
        kubernetes.Job(self, environment.task)


def pod(uses: str) -> tuple[dict[str, str], dict[str, Any], list[dict[str, Any]]]:
    """What the container is told, the class, and what was fetched: as the driver, its provider and the kubelet do it."""
    environment = load_text(
        Shop, "live", {"base": BASE.format("" if "admin" in uses else ROLE, uses), "live": ""}, TODAY
    ).environment
    manifests = kubernetes.objects(ShopWorkloads(App(), environment))
    objects = {one["kind"]: one for one in manifests}
    config = {key: value for one in manifests if one["kind"] == "ConfigMap" for key, value in one["data"].items()}
    spec = objects["SecretProviderClass"]["spec"]
    fetched = yaml.safe_load(spec["parameters"]["objects"])
    places = [(one["objectName"], one["objectVersionLabel"]) for one in fetched]
    assert len(places) == len(set(places)), "the provider refuses a secret that it is to fetch twice"
    mounted = [file for one in fetched for file in _files(one, HELD[one["objectName"]])]
    files = dict(mounted)
    assert len(files) == len(mounted), "two values would be one file"
    synced = {key["key"]: files[key["objectName"]] for one in spec.get("secretObjects", []) for key in one["data"]}
    told: dict[str, str] = {}
    for variable in objects["Job"]["spec"]["template"]["spec"]["containers"][0]["env"]:
        source = variable.get("valueFrom", {})
        if "secretKeyRef" in source:
            told[variable["name"]] = synced[source["secretKeyRef"]["key"]]
        elif "configMapKeyRef" in source:
            told[variable["name"]] = config[source["configMapKeyRef"]["key"]]
        else:
            value = variable.get("value", "")
            told[variable["name"]] = files[value.rpartition("/")[2]] if variable["name"].endswith("_FILE") else value
    return told, spec, fetched


def test_a_pod_is_told_each_part_and_each_name() -> None:
    told, _, _ = pod(
        "database: {variables: {host: DB_HOST, port: DB_PORT, name: DB_NAME, user: [DB_USER, PGUSER], password: DB_PASSWORD}}, "
        "cache: {variables: {url: [REDIS_URL, CELERY_BROKER_URL], host: REDIS_HOST, password: REDIS_PASSWORD}}, "
        "credentials: {variables: {JWT_SECRET: [JWT_SECRET, secret_key]}}"
    )
    assert told == {
        "ENVIRONMENT": "live",
        "DATABASE_URL": HELD["acme-shop-live/database/url"],
        "DB_HOST": "db",
        "DB_PORT": "5432",
        "DB_NAME": "shop",
        "DB_USER": "clerk_b",
        "PGUSER": "clerk_b",
        "DB_PASSWORD": "secret",
        "REDIS_URL": HELD["acme-shop-live/cache/url"],
        "CELERY_BROKER_URL": HELD["acme-shop-live/cache/url"],
        "REDIS_HOST": "redis",
        "REDIS_PASSWORD": "token",
        "JWT_SECRET": "jwt",
        "secret_key": "jwt",
    }


def test_parts_are_read_of_the_version_that_the_release_is_of() -> None:
    _, _, fetched = pod("database: {variables: {url: [], user: U, password: P}}")
    assert fetched == [
        {
            "objectName": "acme-shop-live/database/connection",
            "objectType": "secretsmanager",
            "objectVersionLabel": "v2",
            "objectAlias": "database-connection.json",
            "jmesPath": [{"path": "username", "objectAlias": "u"}, {"path": "password", "objectAlias": "p"}],
        }
    ]


@pytest.mark.parametrize("url", ["[]", "APP_URL", "[APP_URL, DATABASE_URL]"])
def test_the_master_users_parts_are_files_and_the_preparation_finds_its_urls(url: str) -> None:
    told, spec, _ = pod(
        f"database: {{access: admin, variables: {{url: {url}, host: H, admin_user: U, admin_password: P}}}}"
    )
    assert (told["H"], told["U"], told["P_FILE"]) == ("db", "boss", "boss-secret")
    assert told["DATABASE_URL_FILE"] == HELD["acme-shop-live/database/url"]
    assert [key["key"] for one in spec["secretObjects"] for key in one["data"]] == ["h"]
