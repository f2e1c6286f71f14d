"""What an image is known to be: something that AWS keeps, a tool of developers, or a program to run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Image:
    """An image's name, taken apart."""

    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def name(self) -> str:
        """Its last part, `postgres`."""
        return self.repository.rpartition("/")[2]

    @property
    def major(self) -> str:
        """The first number of its tag."""
        found = re.match(r"(?:pg|v)?(\d+)", self.tag)
        return found[1] if found else ""


def image_of(text: str) -> Image:
    """`registry:5000/acme/shop:1.2@sha256:…` as repository, tag and digest."""
    rest, _, digest = text.partition("@")
    folder, slash, last = rest.rpartition("/")
    name, _, tag = last.partition(":")
    return Image(f"{folder}{slash}{name}", tag, digest)


def resource_of(image: Image) -> str | None:
    """The kind of resource that AWS keeps in the place of this image."""
    return _RESOURCES.get(image.name)


def reason_of(image: Image) -> str | None:
    """Why a service of this image is no workload; None for a program like any other."""
    return _LEFT_OUT.get(image.name)


_RESOURCES: Final[Mapping[str, str]] = {
    "postgres": "postgres", "postgresql": "postgres", "pgvector": "postgres", "postgis": "postgres",
    "redis": "redis", "valkey": "redis",
    "minio": "bucket",
}  # fmt: skip
_NO_ROOM: Final = "there is no such resource: run it elsewhere and provide its address, or write a resource type"
_OF_DEVELOPERS: Final = "a tool for developers; it belongs into compose.override.yaml"
_WATCHES: Final = "monitoring is made from the environment itself"
_PROXY: Final = "the edge serves the routes; what its configuration says is not read"
_LEFT_OUT: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "mysql", "mariadb", "mongo", "mongodb", "rabbitmq", "kafka", "cp-kafka", "zookeeper", "elasticsearch", "opensearch",
            "memcached", "nats", "clickhouse", "clickhouse-server", "timescaledb", "timescaledb-ha", "redis-stack", "meilisearch",
            "typesense", "qdrant", "weaviate", "neo4j", "influxdb", "vault", "consul", "etcd", "keycloak-db", "cassandra", "dynamodb-local",
            "localstack", "percona", "couchdb", "solr", "redpanda",
        ),
        _NO_ROOM,
    ),
    **dict.fromkeys(
        (
            "adminer", "pgadmin4", "mailhog", "mailpit", "maildev", "mailcatcher", "redis-commander", "redisinsight", "redis-insight",
            "phpmyadmin", "mongo-express", "watchtower", "portainer-ce", "dozzle", "smtp4dev", "pgweb",
        ),
        _OF_DEVELOPERS,
    ),
    **dict.fromkeys(
        (
            "prometheus", "grafana", "alertmanager", "node-exporter", "cadvisor", "loki", "promtail", "tempo", "all-in-one", "zipkin",
            "opentelemetry-collector", "opentelemetry-collector-contrib", "postgres-exporter", "redis_exporter", "pushgateway", "jaeger",
        ),
        _WATCHES,
    ),
    **dict.fromkeys(("nginx", "traefik", "caddy", "haproxy", "nginx-proxy", "httpd", "acme-companion", "certbot", "envoy"), _PROXY),
    **dict.fromkeys(("pgbouncer", "pgbouncer-bitnami"), "links lead to the database itself"),
    **dict.fromkeys(("mc",), "buckets are made by Terraform"),
}  # fmt: skip
