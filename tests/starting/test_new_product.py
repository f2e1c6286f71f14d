"""A new product is whole from its first minute: it checks, it becomes both halves, and it is written tidily."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.checkers import pyright
from tests.starting.products import COMBINATIONS, ELSEWHERE, EVERYTHING, LEAST, opened, write_product
from twinstack.environment import Half
from twinstack.errors import UsageError
from twinstack.local import files_of
from twinstack.network.usual_zones import USUAL
from twinstack.starting.new_product import NewProduct
from twinstack.starting.wishes import Wishes
from twinstack.synthesis import FEATURE_FLAGS, write

every_combination = pytest.mark.parametrize("wishes", COMBINATIONS.values(), ids=COMBINATIONS)


@every_combination
def test_it_checks_without_a_warning_and_becomes_both_halves(tmp_path: Path, wishes: Wishes) -> None:
    write_product(tmp_path, wishes)
    with opened(tmp_path) as product:
        loaded = product.load_all()
        assert [warning for one in loaded for warning in one.warnings] == []
        assert product.environments == sorted(wishes.environments)
        folders = {half: tmp_path / half for half in Half}
        made = {path.name for path in write(product, loaded, folders, tuple(Half))}
        assert {"cdk.tf.json", "00-namespace.k8s.yaml"} <= made
        assert [files_of(one.environment) for one in loaded if "compose.yaml" in map(str, files_of(one.environment))]


@pytest.mark.parametrize("region", USUAL)
def test_the_zones_of_a_region_are_written_where_it_has_others(tmp_path: Path, region: str) -> None:
    write_product(tmp_path, replace(EVERYTHING, region=region))
    with opened(tmp_path) as product:
        for one in product.load_all():
            assert [warning for warning in one.warnings if warning.path.startswith("network")] == []
            assert "".join(one.environment.specs["network"].zones) == USUAL[region][:3]


def test_its_production_keeps_every_log_for_a_year(tmp_path: Path) -> None:
    """What `twinstack scan` asks for (CKV_AWS_338): a new product passes it."""
    write_product(tmp_path, EVERYTHING)
    with opened(tmp_path) as product:
        folders = {half: tmp_path / half for half in Half}
        made = write(
            product,
            [one for one in product.load_all() if one.environment.name == "prod"],
            folders,
            (Half.INFRASTRUCTURE,),
        )
        (document,) = (json.loads(file.read_text()) for file in made if file.name == "cdk.tf.json")
    kept = {name: one["retention_in_days"] for name, one in document["resource"]["aws_cloudwatch_log_group"].items()}
    assert {"edge", "cluster"} <= kept.keys()
    assert {name: days for name, days in kept.items() if days < 365} == {}


@every_combination
def test_its_python_is_tidy(tmp_path: Path, wishes: Wishes) -> None:
    write_product(tmp_path, wishes)
    rules = "A,ANN,ARG,B,C4,D1,E,ERA,F,I,N,PERF,PIE,PT,PTH,RET,RUF,SIM,SLF,TRY,UP,W"
    checks = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--no-cache",
        "--select",
        rules,
        "--ignore",
        "D103,D104,D107,ANN401",
        ".",
    ]
    for command in (checks, [sys.executable, "-m", "ruff", "format", "--no-cache", "--check", "."]):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


@every_combination
def test_its_types_are_right_in_the_strictest_mode(tmp_path: Path, wishes: Wishes) -> None:
    write_product(tmp_path, wishes)
    with (tmp_path / "pyproject.toml").open("a", encoding="utf-8") as settings:
        settings.write('typeCheckingMode = "strict"\n')  # of the last table, pyright's
    found = pyright(cwd=tmp_path)
    assert found["summary"]["filesAnalyzed"] >= len([*tmp_path.rglob("*.py")])
    assert found["generalDiagnostics"] == []


def test_only_the_production_is_protected_and_has_the_plain_names(tmp_path: Path) -> None:
    draft = NewProduct(replace(ELSEWHERE, environments=("test", "live"))).draft(tmp_path)
    test, live = (draft.load(name) for name in ("test", "live"))
    assert (test.protected, test.context.suffix) == (False, "-test")
    assert (live.protected, live.context.suffix) == (True, "")


@pytest.mark.parametrize(
    ("environments", "protected"), [(("dev", "prod"), "prod"), (("production", "qa"), "production"), (("dev",), "")]
)
def test_the_production_is_known_by_its_usual_names(environments: tuple[str, ...], protected: str) -> None:
    assert replace(LEAST, environments=environments).protected == protected


def test_a_database_comes_with_the_job_that_makes_its_role(tmp_path: Path) -> None:
    environment = NewProduct(EVERYTHING).draft(tmp_path).load("dev")
    assert [str(link) for link in environment.links_of(environment.migration)] == ["migration -> database (admin)"]
    assert "migration" not in NewProduct(ELSEWHERE).things


def test_environments_that_share_a_cluster_have_namespaces_of_their_own(tmp_path: Path) -> None:
    draft = NewProduct(ELSEWHERE).draft(tmp_path)
    assert {name: draft.load(name).context.namespace for name in draft.environments} == {
        "test": "our-second-shop-test",
        "staging": "our-second-shop-staging",
        "live": "our-second-shop",
    }


def test_what_was_said_is_no_placeholder(tmp_path: Path) -> None:
    layers = NewProduct(replace(EVERYTHING, accounts=("dev=123456789012",))).layers
    assert 'account: "123456789012"\n' in layers["dev"]
    assert 'account: "222222222222" # placeholder: ' in layers["prod"]
    assert "host: dev.shop.example.com\n" in layers["dev"]
    assert "zone: example.com # placeholder: " in layers["prod"]
    assert "zone: dev.shop.example.com # placeholder: " in layers["dev"]


def test_the_cdktf_command_line_gets_the_flags_that_synth_uses(tmp_path: Path) -> None:
    write_product(tmp_path, LEAST)
    settings = json.loads((tmp_path / "cdktf.json").read_text())
    assert settings["context"] == dict(FEATURE_FLAGS)
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", settings["projectId"])


def test_its_own_tests_name_every_link_that_goes_over_the_network(tmp_path: Path) -> None:
    write_product(tmp_path, EVERYTHING)
    text = (tmp_path / "tests/test_product.py").read_text()
    assert 'RESOURCES = ["database", "cache", "files"]' in text
    assert '("web", "files"),' in text
    assert '("migration", "cache"),' not in text
    assert '("database.multi_az", False, "TW404"),' in text


def test_everything_that_is_wrong_with_the_wishes_is_said_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        NewProduct(
            Wishes(
                name="Shop", organization="", region="mars", environments=("dev", "dev", "base"), production="live",
                accounts=("12", "qa=123456789012"), clusters=("dev=platform",),
                resources=("postgress", "postgres", "redis:database", "bucket:node", "worker", "edge"),
                workloads=("bucket", "worker:class", "worker:config"), edge="Shop",
            )
        )  # fmt: skip
    assert str(caught.value).splitlines() == [
        '--name: "Shop" (text) does not fit: words of lower-case letters and digits, joined by single hyphens, a letter first, not one that Kubernetes or AWS keeps for itself, at most 63 characters: did you mean shop?',
        "--organization: nothing is given",
        '--region: "mars" (text) does not fit: the name of a region such as eu-central-1; not one of China, GovCloud or another partition',
        '--environments: "dev" stands twice',
        '--environments: "base" is no name of one: words of lower-case letters and digits, joined by single hyphens, a letter first; base.yaml is what all of them share',
        '--production: "live" is none of dev, dev, base',
        '--account: "qa" is none of dev, dev, base',
        '--account: "12" (text) does not fit: the twelve digits of an AWS account',
        "--existing-cluster: base has none: add `--existing-cluster base=…`",
        '--resource: there is no kind "postgress" (there are bucket, file_system, postgres, redis, secrets, settings): did you mean postgres?',
        "--resource: redis:database would be called database, as postgres is: write redis:another_name",
        '--resource: nothing can be called "node": the infrastructure half has something of this name',
        "--resource: worker is no resource: write `--workload worker`",
        "--resource: edge is no resource: every product has what it needs of it",
        "--workload: bucket is no workload: write `--resource bucket`",
        '--workload: nothing can be called "class": Python keeps this word for itself',
        '--workload: nothing can be called "config": every environment has a member of this name',
        '--edge: "Shop" is no host name in lower case, shop.example.com',
        "--edge: nothing would answer at Shop: add `--workload web_service`",
    ]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"organization": "Acme_Corp"}, '--organization: "Acme_Corp" (text) does not fit: words of lower-case letters'),
        ({"organization": "Acme_Corp"}, ": did you mean acme-corp?"),
        ({"name": "A B"}, ", at most 63 characters: did you mean a-b?"),
        (
            {"resources": ("mysql",)},
            '"mysql" (there are bucket, file_system, postgres, redis, secrets, settings): name one of these',
        ),
        (
            {"workloads": ("json",)},
            '"json" (there are cron_job, job, scheduler, web_service, worker): name one of these',
        ),
        (
            {"resources": ("clustr",)},
            '"clustr" (there are bucket, file_system, postgres, redis, secrets, settings): name one of these',
        ),
    ],
)
def test_what_an_option_may_be_is_said(given: dict[str, Any], words: str) -> None:
    (problem,) = replace(LEAST, **given).problems()
    assert words in problem


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("rehearse ENVIRONMENT=staging", "rehearse staging"),
        ("synth ENVIRONMENT=prod VERSION=1.2.3", "synth prod --version 1.2.3"),
        ("rehearse", "rehearse"),
        ("synth", "synth"),
    ],
)
def test_its_makefile_passes_on_what_is_given_to_it(tmp_path: Path, command: str, arguments: str) -> None:
    write_product(tmp_path, LEAST)
    (tmp_path / "python").write_text('#!/bin/sh\necho "$@"\n')
    (tmp_path / "python").chmod(0o755)
    surroundings = {**os.environ, "ENVIRONMENT": "of-the-shell", "VERSION": "of-the-shell"}
    done = subprocess.run(
        ["make", "--no-print-directory", *command.split(), "PYTHON=./python"],
        cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["-m", "twinstack", *arguments.split()]
