"""The example of each command on the page of the command line, in the order in which a reader could type them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Runs(StrEnum):
    """When an example is run. Its words are understood by the command line in any case, which a test holds."""

    ALWAYS = "whenever the page is written"
    RECORDED = "by `python -m docs_generator --record`, and by a slow test"
    NEVER = "it would write into the library itself, or ask AWS or a cluster"


@dataclass(frozen=True, slots=True)
class Example:
    """What is typed, and how much of the answer is shown."""

    words: str
    command: str
    shows: str = ""
    """`first N, last M`: as many lines of the answer."""
    runs: Runs = Runs.ALWAYS
    before: tuple[str, ...] = ()
    """What is done first, and not shown."""


EXAMPLES: Final = (
    Example(
        "twinstack init",
        "twinstack init shop --organization acme --region eu-central-1 --resource postgres --workload web_service:api "
        "--edge shop.example.org --existing-cluster platform",
        "first 7, last 6",
    ),
    Example("twinstack add", "twinstack add redis cache --uses api", "first 11, last 5", before=("cd shop",)),
    Example("twinstack check", "twinstack check --date 2030-09-15"),
    Example("twinstack explain", "twinstack explain dev database.multi_az --set database.multi_az=true"),
    Example("twinstack bootstrap", "twinstack bootstrap prod --commands", "first 2"),
    Example("twinstack adopt", "twinstack adopt prod buckets.yaml --write", runs=Runs.NEVER),
    Example("twinstack addresses", "twinstack addresses prod", "first 3, last 2", runs=Runs.RECORDED),
    Example("twinstack list", "twinstack list"),
    Example("twinstack bindings", "twinstack bindings", runs=Runs.RECORDED),
    Example(
        "twinstack synth",
        "twinstack synth prod --half workloads --version 1.4.2 --set api.scale.max=12",
        runs=Runs.RECORDED,
    ),
    Example(
        "twinstack diff",
        "twinstack diff prod --against kept --set database.storage_gib=200",
        runs=Runs.RECORDED,
        before=("twinstack synth prod", "mkdir kept", "cp -r cdktf.out dist kept"),
    ),
    Example("twinstack cost", "twinstack cost prod", "first 12, last 4", runs=Runs.RECORDED),
    Example("twinstack local", "twinstack local dev"),
    Example("twinstack workflows", "twinstack workflows"),
    Example("twinstack rehearse", "twinstack rehearse dev --only terraform", "first 12, last 1", runs=Runs.RECORDED),
    Example("twinstack control-plane", "twinstack control-plane"),
    Example("twinstack doctor", "twinstack doctor prod", runs=Runs.NEVER),
    Example("twinstack plan", "twinstack plan prod --version 1.5.0 --out release", runs=Runs.NEVER),
    Example("twinstack gate", "twinstack gate release --up-to interrupts", runs=Runs.NEVER),
    Example("twinstack deploy", "twinstack deploy --release release", runs=Runs.NEVER),
    Example("twinstack status", "twinstack status prod", runs=Runs.NEVER),
    Example("twinstack releases", "twinstack releases prod", runs=Runs.NEVER),
    Example("twinstack rollback", "twinstack rollback prod 1.4.2", runs=Runs.NEVER),
    Example("twinstack destroy", "twinstack destroy dev", runs=Runs.NEVER),
    Example("twinstack scan", "twinstack scan prod", "first 6, last 2", runs=Runs.RECORDED),
    Example("twinstack schemas environments", "twinstack schemas environments"),
    Example(
        "twinstack schemas provider",
        "twinstack schemas provider cdktf_cdktf_provider_aws-21.22.1-py3-none-any.whl 6.25.0",
        runs=Runs.NEVER,
    ),
    Example("twinstack diagram", "twinstack diagram prod", "first 12"),
)
