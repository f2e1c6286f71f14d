"""`twinstack check`, in a process of its own: what a user sees, and what it costs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_right_environments_are_shown_in_a_table(run: Run) -> None:
    result = run("check", "--date", "2026-11-24")
    assert result.stdout.splitlines() == [
        "environment  account       region        version  protected  resources  workloads  links",
        "dev          111122223333  eu-central-1  1.0.0    no         2          1          2",
        "prod         444455556666  eu-central-1  1.0.0    yes        2          1          2",
        "no problems in the environments; `twinstack synth` builds both halves of them",
    ]
    assert (result.stderr, result.returncode) == ("", 0)


def test_wrong_environments_are_refused_with_every_problem_and_no_traceback(run: Run, project: Path) -> None:
    (project / "environments/prod.yaml").write_text(
        "account: 12\nweb:\n  scale: {min: 9}\n  port: 1\nprotected: false\n"
    )
    (project / "environments/dev.yaml").write_text('account: "111122223333"\ndatabas: {}\n')
    result = run("check")
    assert (result.stdout, result.returncode) == ("", 2)
    assert (
        result.stderr
        == """\
environments/dev.yaml  1 error

error TW103: unknown key
           environments/dev.yaml:2  databas
  given    databas
  allowed  account, database, environment_value, first_contents, namespace, organization, product, protected, region, settings, state_bucket_name, suffix, tags, version, web
  fix      did you mean `database`?

environments/prod.yaml  3 errors

error TW104: the value does not fit
           environments/prod.yaml:1  account
  given    12
  allowed  twelve digits in quotes, such as '123456789012'
  fix      write the AWS account's twelve digits, quoted

error TW602: min is over max
           environments/prod.yaml:3  web.scale.min
  given    min 9, max 2
  allowed  min of at most 2
  fix      lower min or raise max

error TW106: `port` is the same in every environment
           environments/prod.yaml:4  web.port
  given    `port` in environments/prod.yaml
  allowed  only in environments/base.yaml: a difference between environments here would be found in production
  fix      move it to environments/base.yaml

4 errors
"""
    )


def test_files_that_are_no_layers_are_refused_with_no_traceback(run: Run, project: Path) -> None:
    folder = project / "environments"
    (folder / "prod.yaml").unlink()
    (folder / "prod.yaml").mkdir()
    (folder / "dev.yaml").write_bytes(b"a: \xff\n")
    (folder / "base.yaml").write_text("a: [\n")
    (folder / "Bad Name.yaml").write_text("- 1\n")
    result = run("check", "--json")
    assert (result.stderr, result.returncode) == ("", 2)
    problems = json.loads(result.stdout)["problems"]
    assert {(each["code"], each["file"], each["message"]) for each in problems} == {
        ("TW101", "environments/Bad Name.yaml", "the file holds no mapping"),
        ("TW109", "environments/Bad Name.yaml", "an environment name that cannot be part of other names"),
        ("TW101", "environments/base.yaml", "the file is not YAML"),
        ("TW101", "environments/dev.yaml", "the file is not text"),
        ("TW101", "environments/prod.yaml", "the file cannot be read"),
    }


def test_what_stands_in_base_is_said_once_with_the_environments_it_concerns(run: Run, project: Path) -> None:
    base = project / "environments/base.yaml"
    base.write_text(base.read_text().replace("min: 1", "min: 7"))
    result = run("check", "--json")
    (problem,) = json.loads(result.stdout)["problems"]
    assert problem == {
        "code": "TW602",
        "severity": "error",
        "message": "min is over max",
        "environment": "dev, prod",
        "path": "web.scale.min",
        "file": "environments/base.yaml",
        "line": 23,
        "given": "min 7, max 2",
        "allowed": "min of at most 2",
        "fix": "lower min or raise max",
    }


def test_warnings_stand_beside_the_table_and_refuse_nothing(run: Run) -> None:
    result = run("check", "prod", "--date", "2028-01-01")
    assert result.returncode == 0
    assert result.stdout.splitlines()[-1].startswith("no errors in the environments; ")
    assert (
        result.stderr
        == """\
environments/prod.yaml  1 warning

warning TW502: PostgreSQL 15 is near the end of its standard support
           environments/prod.yaml:3  database.engine_version
  given    15, which ends on 2028-02-29
  allowed  15 (to 2028-02-29), 16 (to 2029-02-28), 17 (to 2030-02-28), 18 (to 2031-02-28)
  fix      plan the upgrade

1 warning
"""
    )


def test_a_workload_that_others_link_to_is_counted_once(run: Run) -> None:
    counted = json.loads(run("check", "--json").stdout)["environments"]
    assert [(each["resources"], each["workloads"]) for each in counted] == [(2, 1), (2, 1)]


def test_a_file_of_the_product_that_is_not_python_is_refused_beside_the_rest(run: Run, project: Path) -> None:
    module = next(project.glob("shop*.py"))
    text = module.read_text().replace("environment=Shop)", 'environment=Shop, workloads="halves.workloads:Workloads")')
    module.write_text(text)
    (project / "halves").mkdir()
    (project / "halves/__init__.py").write_text("raise SystemExit('is not run')\n")
    (project / "halves/workloads.py").write_text("class Workloads:\n    def __init__(self:\n        pass\n")
    (project / "environments/prod.yaml").write_text("account: 12\n")
    result = run("check")
    assert (result.stdout, result.returncode) == ("", 2)
    assert result.stderr.startswith("environments/prod.yaml  2 errors\n")
    assert result.stderr.endswith("""\
halves/workloads.py  1 error

error TW110: the file is not Python
           halves/workloads.py:2
  given    '(' was never closed
  allowed  Python
  fix      correct this line, or the one above it

3 errors
""")


def test_environments_can_be_named(run: Run, project: Path) -> None:
    (project / "environments/prod.yaml").write_text("account: 12\n")
    assert run("check", "dev").returncode == 0
    result = run("check", "dev", "live")
    assert result.returncode == 2
    assert "error TW108: an environment that does not exist" in result.stderr
    assert "allowed  dev, prod" in result.stderr


def test_it_starts_no_node_and_loads_neither_jsii_nor_a_half(project: Path, run: Run) -> None:
    (project / "sitecustomize.py").write_text(
        "import atexit, sys\n"
        "heavy = ('jsii', 'cdktf', 'cdk8s', 'constructs', 'rich')\n"
        "atexit.register(lambda: print([name for name in heavy if name in sys.modules]))\n"
    )
    import twinstack

    library = str(Path(twinstack.__file__).parents[1])
    result = run("check", environment={"PYTHONPATH": f"{project}:{library}"})
    assert result.stdout.splitlines()[-1] == "[]"


def test_colour_is_for_those_who_ask_for_it(run: Run) -> None:
    assert "\x1b[" not in run("check").stdout
    assert "\x1b[" in run("check", environment={"FORCE_COLOR": "1"}).stdout
    assert "\x1b[" not in run("check", environment={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout


def test_reports_are_written_beside_what_is_shown(run: Run, project: Path, tmp_path: Path) -> None:
    (project / "environments/prod.yaml").write_text("account: 12\nprotected: false\n")
    result = run("check", "--sarif", str(tmp_path / "check.sarif"), "--junit", str(tmp_path / "check.xml"))
    assert result.returncode == 2
    (found,) = json.loads((tmp_path / "check.sarif").read_text())["runs"][0]["results"]
    assert found["ruleId"] == "TW104"
    place = found["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("environments/prod.yaml", 1)
    assert 'failures="1"' in (tmp_path / "check.xml").read_text()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    refused = run("check", "--date", "2026-11-24", "dev", "--junit", str(tmp_path / "link"))
    assert (refused.returncode, (tmp_path / "elsewhere").exists()) == (2, False)
    assert "is no file, and is not replaced by a report" in refused.stderr
