"""A product that has each text in every place where a user can write one."""

from __future__ import annotations

import datetime
from functools import cache
from typing import Any

from twinstack import aws, kubernetes
from twinstack.environment import Environment
from twinstack.layers.load import load_text
from twinstack.secrets import SecretsSpec
from twinstack.settings import SettingsSpec
from twinstack.worker import WorkerSpec

TODAY = datetime.date(2026, 11, 28)
TOP = """\
organization: acme
product: letters
account: "111122223333"
region: eu-central-1
version: 1.0.0
"""
WORKER = """\
worker:
  image: registry.example/worker
  task_limit_seconds: 60
  resources:
    requests: {cpu: 100m, memory: 128Mi}
    limits: {cpu: 200m, memory: 256Mi}
  scale: {min: 1, max: 1}
  uses: [settings, keys]
"""


class Letters(Environment):
    settings: SettingsSpec
    keys: SecretsSpec
    worker: WorkerSpec


def environment(texts: list[str]) -> Letters:
    """The product with these texts as settings, variables, arguments, arguments of the probe and examples."""
    layer = (
        "settings:\n  variables:\n    LOG_LEVEL: info\n"
        + "".join(f"    SETTING_{n}: {quoted(text)}\n" for n, text in enumerate(texts))
        + "keys:\n  provided:\n    FIRST: {description: one}\n"
        + "".join(f"    GIVEN_{n}: {{description: one, example: {quoted(text)}}}\n" for n, text in enumerate(texts))
        + f"{WORKER}  environment_variables:\n    A: one\n"
        + "".join(f"    OWN_{n}: {quoted(text)}\n" for n, text in enumerate(texts))
        + f"  command: [work, {', '.join(map(quoted, texts))}]\n"
        + f"  health: {{command: [look, {', '.join(map(quoted, texts))}]}}\n"
    )
    return load_text(Letters, "live", {"base": TOP + layer, "live": ""}, TODAY).environment


class Described(Environment):
    keys: SecretsSpec


@cache
def described(texts: tuple[str, ...]) -> Described:
    """A product with these texts as descriptions, which end in Terraform."""
    layer = "keys:\n  provided:\n" + "".join(
        f"    GIVEN_{n}: {{description: {quoted(text)}}}\n" for n, text in enumerate(texts)
    )
    return load_text(Described, "live", {"base": TOP + layer, "live": ""}, TODAY).environment


class Workloads(kubernetes.Workloads[Letters]):
    def __init__(self, scope: Any, environment: Letters) -> None:
        super().__init__(scope, environment)
        kubernetes.Worker(self, environment.worker)
        self.close()


class Infrastructure(aws.Infrastructure[Described]):
    def __init__(self, scope: Any, environment: Described) -> None:
        super().__init__(scope, environment)
        aws.Secrets(self, environment.keys)


def quoted(text: str) -> str:
    """The text in YAML, by the escapes of YAML's own grammar, and not by a library that might share a mistake."""
    return '"' + "".join(map(_character, text)) + '"'


def _character(one: str) -> str:
    if one in '"\\':
        return f"\\{one}"
    return one if one.isascii() and one.isprintable() else f"\\U{ord(one):08x}"
