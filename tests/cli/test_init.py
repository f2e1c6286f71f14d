"""`twinstack init`, run as a person and as a pipe would."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import twinstack
from tests.starting.lent import Lend
from tests.starting.products import COMBINATIONS, ELSEWHERE, EVERYTHING, LEAST
from twinstack.starting.wishes import Wishes

LIBRARY = Path(twinstack.__file__).parents[1]
Start = Callable[..., subprocess.CompletedProcess[str]]
LEAST_OPTIONS = ("--organization", "acme", "--region", "eu-central-1")


def surroundings(**more: str) -> dict[str, str]:
    """A developer's: where `CI` is set, a new product's addresses have to be frozen already."""
    hidden = {"NO_COLOR", "FORCE_COLOR", "CI"}
    inherited = {name: value for name, value in os.environ.items() if name not in hidden}
    return {**inherited, "PYTHONPATH": str(LIBRARY), "PYTHONDONTWRITEBYTECODE": "1", **more}


def start(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env=surroundings(**more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def options(wishes: Wishes) -> list[str]:
    several = {
        "--account": wishes.accounts,
        "--resource": wishes.resources,
        "--workload": wishes.workloads,
        "--existing-cluster": wishes.clusters,
    }
    single = {
        "--name": wishes.name,
        "--organization": wishes.organization,
        "--region": wishes.region,
        "--environments": ",".join(wishes.environments),
        "--production": wishes.production,
        "--edge": wishes.edge,
    }
    return [
        *(part for option, value in single.items() if value for part in (option, value)),
        *(part for option, values in several.items() for value in values for part in (option, value)),
    ]


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_new_product_checks_at_once_and_says_what_is_left_to_do(tmp_path: Path) -> None:
    made = start(
        tmp_path, "twinstack", "init", "shop", *LEAST_OPTIONS, "--resource", "postgres", "--account", "123456789012"
    )
    assert (made.stderr, made.returncode) == ("", 0)
    assert made.stdout.splitlines() == [
        f"shop is made in {tmp_path / 'shop'}: 18 files",
        "",
        "field      kind         what it is",
        "network    network      Where everything runs.",
        "cluster    cluster      An EKS cluster: private endpoint, all control plane logs, encrypted secrets, access entries, Pod Identity.",
        "database   postgres     A PostgreSQL instance on RDS, its parameters, its keys and its two credentials.",
        "web        web_service  A web service: Deployment, Service, autoscaler, disruption budget.",
        "migration  job          A Job: one pod that runs to its end, once per release, before the new version serves or after. Added for database.",
        "",
        "7 values are for you to put in, and marked `placeholder:`:",
        "place                      value                                               what belongs there",
        "environments/base.yaml:15  administrators: [platform-admin]                    IAM roles of the account that administer the cluster",
        "environments/base.yaml:16  private_access_cidrs: [10.0.0.0/16]                 where kubectl runs: the network of a VPN, bastion or runner",
        "environments/base.yaml:25  image: ghcr.io/acme/shop                            the image, without a tag",
        "environments/base.yaml:26  port: 8000                                          where the container listens",
        "environments/base.yaml:27  health: {live: /health/live, ready: /health/ready}  the paths that answer for its health",
        "environments/base.yaml:35  image: ghcr.io/acme/shop                            the image, without a tag",
        "environments/base.yaml:36  command: [python, -m, migration]                    what it runs, once for each release",
        "",
        "next",
        "  cd shop             everything else is run there",
        "  twinstack check     says whether the environments are right",
        "  twinstack synth     writes Terraform JSON and Kubernetes YAML",
        "  python -m pytest    runs the product's tests",
        "  twinstack rehearse  proves both halves against the real tools, offline",
    ]
    assert files(tmp_path / "shop") == [
        ".gitignore", "Makefile", "README.md", "cdk8s.yaml", "cdktf.json", "environments/base.schema.json",
        "environments/base.yaml", "environments/dev.yaml", "environments/environment.schema.json",
        "environments/prod.yaml", "main.py", "pyproject.toml", "requirements.txt", "stacks/__init__.py",
        "stacks/environment.py", "stacks/infrastructure.py", "stacks/workloads.py", "tests/test_product.py",
    ]  # fmt: skip
    checked = start(tmp_path / "shop", "twinstack", "check")
    assert checked.stderr == ""
    assert checked.stdout.splitlines()[-1].startswith("no problems in the environments; ")


def test_the_name_is_the_folders_unless_given(tmp_path: Path) -> None:
    folder = tmp_path / "My Shop_2"
    folder.mkdir()
    made = start(folder, "twinstack", "init", *LEAST_OPTIONS)
    assert made.stdout.startswith(f"my-shop-2 is made in {folder}: ")
    assert "  cd " not in made.stdout
    assert "product: my-shop-2\n" in (folder / "environments/base.yaml").read_text()


def test_a_repository_and_a_virtual_environment_may_be_there_already(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".venv").mkdir()
    assert start(tmp_path, "twinstack", "init", "--name", "shop", *LEAST_OPTIONS).returncode == 0


@pytest.mark.parametrize("arguments", [LEAST_OPTIONS, ("--region", "nowhere")])
def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path, arguments: Sequence[str]) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "src").mkdir()
    refused = start(tmp_path, "twinstack", "init", *arguments)
    assert (refused.stderr, refused.returncode) == (
        "error: . is not empty, so nothing was written: notes.txt, src\n",
        2,
    )
    assert files(tmp_path) == ["notes.txt"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("mine")
    refused = start(tmp_path, "twinstack", "init", "shop", *LEAST_OPTIONS)
    assert (refused.stderr, refused.returncode) == ("error: shop is a file: name a folder; nothing was written\n", 2)


def test_a_pipe_is_asked_nothing_and_told_everything_at_once(tmp_path: Path) -> None:
    refused = start(tmp_path, "twinstack", "init", "shop", "--resource", "postgress", "--account", "12")
    assert refused.returncode == 2
    assert [line.partition(":")[0] for line in refused.stderr.removeprefix("error: ").splitlines()] == [
        "--organization",
        "--region",
        "--account",
        "--resource",
    ]
    assert files(tmp_path) == []


def test_a_product_that_would_not_load_is_not_written(tmp_path: Path) -> None:
    name = "a-product-with-a-name-that-is-far-too-long-for-the-roles-of-aws"
    refused = start(tmp_path, "twinstack", "init", "shop", *LEAST_OPTIONS, "--name", name)
    assert refused.returncode == 2
    assert "error TW301: the IAM role name is too long" in refused.stderr
    assert refused.stderr.startswith(f"--name {name}  3 errors\n")
    assert refused.stderr.endswith("3 errors\nnothing was written\n")
    assert [*tmp_path.iterdir()] == []


def test_what_an_option_causes_is_said_at_the_option_and_once(tmp_path: Path) -> None:
    bucket, worker = f"bucket:{'a' * 72}", f"worker:{'b' * 79}"
    refused = start(tmp_path, "twinstack", "init", "f3", *LEAST_OPTIONS, "--resource", bucket, "--workload", worker)
    assert refused.returncode == 2
    assert refused.stderr.count("error TW301: the S3 bucket name is too long") == 1
    assert f"  --resource {bucket}  {'a' * 72}.name\n" in refused.stderr
    assert f"  --workload {worker}  {'b' * 79}.name\n" in refused.stderr
    assert "choose a name that is 21 characters shorter" in refused.stderr
    assert "environments/" not in refused.stderr


def test_a_region_that_is_not_known_is_warned_of_and_the_product_made(tmp_path: Path) -> None:
    made = start(tmp_path, "twinstack", "init", "shop", "--organization", "acme", "--region", "eu-central-9")
    assert made.returncode == 0
    assert made.stderr.startswith("--region eu-central-9  1 warning\n\nwarning TW506: ")
    assert "did you mean `eu-central-2`?" in made.stderr
    assert (tmp_path / "shop/main.py").is_file()


@pytest.mark.parametrize(
    ("more", "said"),
    [(["staging,live"], True), (["staging,live", "--production", "live"], False), (["dev,prod"], False)],
)
def test_a_product_without_a_production_is_told_of_it(tmp_path: Path, more: Sequence[str], said: bool) -> None:
    made = start(tmp_path, "twinstack", "init", "shop", *LEAST_OPTIONS, "--environments", *more)
    assert ("\nnone is protected: --production live makes it the production\n" in made.stdout) is said


def test_a_folder_with_blanks_is_quoted_in_what_to_type(tmp_path: Path) -> None:
    made = start(tmp_path, "twinstack", "init", "My Shop!", *LEAST_OPTIONS)
    assert "\n  cd 'My Shop!' " in made.stdout


def test_a_folder_that_cannot_be_written_is_a_mistake_and_no_bug(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused = start(tmp_path, "twinstack", "init", "file/shop", *LEAST_OPTIONS)
    assert refused.returncode == 2
    assert "cannot be written: Not a directory: nothing was written" in refused.stderr
    assert files(tmp_path) == ["file"]


def test_an_edge_and_no_edge_exclude_each_other(tmp_path: Path) -> None:
    refused = start(tmp_path, "twinstack", "init", "shop", *LEAST_OPTIONS, "--edge", "a.example.com", "--no-edge")
    assert (refused.stderr, refused.returncode) == ("error: --edge and --no-edge exclude each other: keep one\n", 2)


def test_an_existing_and_a_new_cluster_exclude_each_other(tmp_path: Path) -> None:
    refused = start(tmp_path, "twinstack", "init", "shop", *LEAST_OPTIONS, "--existing-cluster", "eks", "--new-cluster")
    assert refused.returncode == 2
    assert refused.stderr == "error: --existing-cluster and --new-cluster exclude each other: keep one\n"


PATIENCE_SECONDS = 600
"""After which a command that asks for something else, or for nothing, is given up."""


END_OF_INPUT = b"\x04"


def converse(folder: Path, answers: Sequence[tuple[str, str]], *arguments: str) -> str:
    """Runs a command on a terminal, and answers each question once it stands there; what nobody expects ends it."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "twinstack", *arguments],
        cwd=folder, env=surroundings(TERM="dumb", COLUMNS="200"), stdin=theirs, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    seen, unread, end = "", "", time.monotonic() + PATIENCE_SECONDS
    waiting = [*answers]
    while time.monotonic() < end:
        if not select.select([ours], [], [], 0.2)[0]:
            continue
        try:
            text = os.read(ours, 4096).decode()
        except OSError:  # the other side has ended
            break
        seen, unread = seen + text, unread + text
        if unread.endswith(": "):
            asked = bool(waiting) and waiting[0][0] in unread
            os.write(ours, f"{waiting.pop(0)[1]}\n".encode() if asked else END_OF_INPUT)
            unread = ""
    os.close(ours)
    assert process.wait(PATIENCE_SECONDS) == 0, seen
    assert waiting == []
    return seen


def test_a_person_is_asked_for_what_no_option_says_until_it_fits(tmp_path: Path) -> None:
    seen = converse(
        tmp_path,
        [
            ("Product [shop]", ""),
            ("Organization", "ACME"),
            ("Organization", "acme"),
            ("Environments [dev, prod]", "staging, live"),
            ("Production, the protected one of staging, live", "prod"),
            ("Production, the protected one of staging, live", "live"),
            ("Resources, of bucket, file_system, postgres, redis, secrets, settings", "postgres:orders redis"),
            ("Workloads, of cron_job, job, scheduler, web_service, worker [web_service]", "worker, web_service"),
            ("Host by which", "shop.example.com"),
            ("Existing cluster to run in", ""),
            ("AWS account of staging", "1"),
            ("AWS account of staging", "111122223333"),
            ("AWS account of live", ""),
        ],
        "init", "shop", "--region", "eu-central-1",
    )  # fmt: skip
    assert '"ACME" (text) does not fit: words of lower-case letters' in seen
    assert '"prod" is none of staging, live' in seen
    assert '"1" (text) does not fit: the twelve digits of an AWS account' in seen
    base, dev, prod = (tmp_path / f"shop/environments/{name}.yaml" for name in ("base", "staging", "live"))
    assert "protected: true\n" in prod.read_text()
    assert "organization: acme\nproduct: shop\nregion: eu-central-1\n" in base.read_text()
    assert "uses: [orders: admin]" in base.read_text()
    assert 'account: "111122223333"\n' in dev.read_text()
    assert 'account: "222222222222" # placeholder: ' in prod.read_text()
    assert "host: shop.example.com\n" in prod.read_text()


def test_a_question_that_nobody_expects_ends_the_conversation(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"Organization"):
        converse(tmp_path, [("Product [shop]", ""), ("Another question", "")], "init", "shop")


def test_a_person_who_has_said_everything_is_asked_nothing(tmp_path: Path) -> None:
    converse(
        tmp_path, [], "init", "shop", "--name", "shop", *LEAST_OPTIONS, "--account", "123456789012",
        "--resource", "bucket", "--workload", "worker", "--no-edge", "--environments", "dev,prod", "--new-cluster",
    )  # fmt: skip
    assert (tmp_path / "shop/main.py").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("wishes", [EVERYTHING, ELSEWHERE, LEAST], ids=["everything", "elsewhere", "least"])
def test_a_new_product_synthesizes_passes_its_tests_and_has_a_local_stack(
    tmp_path: Path, wishes: Wishes, lend_bindings: Lend
) -> None:
    assert start(tmp_path, "twinstack", "init", "product", *options(wishes)).returncode == 0
    folder = tmp_path / "product"
    lend_bindings(folder)
    synthesized = start(folder, "twinstack", "synth")
    assert (synthesized.stderr, synthesized.returncode) == ("", 0)
    for name in wishes.environments:
        assert (folder / f"cdktf.out/stacks/{wishes.name}-{name}/cdk.tf.json").is_file()
        assert (folder / f"dist/{wishes.name}-{name}/00-namespace.k8s.yaml").is_file()
    tested = start(folder, "pytest", "-q", "-p", "no:cacheprovider")
    assert tested.returncode == 0, tested.stdout
    assert " passed" in tested.stdout.splitlines()[-1]
    assert "skipped" not in tested.stdout.splitlines()[-1]
    assert start(folder, "twinstack", "local", wishes.environments[0]).returncode == 0
    assert start(folder, "main").returncode == 0


@pytest.mark.slow
def test_the_tests_of_a_new_product_fail_where_a_link_is_lost(tmp_path: Path, lend_bindings: Lend) -> None:
    assert start(tmp_path, "twinstack", "init", "product", *options(EVERYTHING)).returncode == 0
    lend_bindings(tmp_path / "product")
    base = tmp_path / "product/environments/base.yaml"
    base.write_text(base.read_text().replace("[database, cache, files, media", "[database, files, media", 1))
    tested = start(tmp_path / "product", "pytest", "-q", "-p", "no:cacheprovider")
    assert tested.returncode == 1
    assert "test_a_workload_reaches_what_it_uses_and_nothing_else[cache-web-dev]" in tested.stdout


@pytest.mark.slow
def test_a_new_product_is_rehearsed(tmp_path: Path, lend_bindings: Lend) -> None:
    if not shutil.which("terraform") and not shutil.which("tofu"):
        pytest.skip("neither terraform nor tofu is on the path")
    assert start(tmp_path, "twinstack", "init", "product", *options(EVERYTHING)).returncode == 0
    lend_bindings(tmp_path / "product")
    rehearsed = start(tmp_path / "product", "twinstack", "rehearse", "prod")
    assert rehearsed.returncode == 0, rehearsed.stdout
    assert rehearsed.stdout.splitlines()[-1] == "passed"


def test_every_combination_can_be_said_on_the_command_line() -> None:
    assert all("--workload" in options(wishes) for wishes in COMBINATIONS.values())
