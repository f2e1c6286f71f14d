"""What a program uses is read from its sources, however it imports it."""

from __future__ import annotations

from pathlib import Path

import pytest

from twinstack.bindings.scan import Usage, python_files, scan


def usage(folder: Path, text: str) -> Usage:
    (folder / "program.py").write_text(text, encoding="utf-8")
    return scan([folder / "program.py"])


@pytest.mark.parametrize(
    "text",
    [
        "from cdktf_cdktf_provider_aws.db_instance import DbInstance",
        "from cdktf_cdktf_provider_aws import db_instance",
        "import cdktf_cdktf_provider_aws.db_instance as db",
        "def late():\n    from cdktf_cdktf_provider_aws.db_instance import DbInstance",
    ],
)
def test_a_provider_module_is_found(tmp_path: Path, text: str) -> None:
    assert usage(tmp_path, text) == Usage(frozenset({"db_instance"}))


@pytest.mark.parametrize(
    "text",
    ["from cdk8s_plus_27 import k8s\nk8s.KubeService(None, 'x')", "from cdk8s_plus_27.k8s import KubeService"],
)
def test_a_kubernetes_class_is_found(tmp_path: Path, text: str) -> None:
    assert usage(tmp_path, text) == Usage(kubernetes_classes=frozenset({"KubeService"}))


@pytest.mark.parametrize(
    "text",
    [
        "import cdk8s_plus_27",
        "import cdk8s_plus_27.k8s as k",
        "from cdk8s_plus_27 import Deployment",
        "from cdk8s_plus_27 import k8s as k",
        "from cdk8s_plus_27.k8s import *",
        "from cdk8s_plus_27 import *",
    ],
)
def test_an_import_that_does_not_tell_the_classes_keeps_the_whole_of_cdk8s_plus(tmp_path: Path, text: str) -> None:
    assert usage(tmp_path, text).whole_kubernetes


@pytest.mark.parametrize("text", ["import cdktf_cdktf_provider_aws", "from cdktf_cdktf_provider_aws import *"])
def test_an_import_that_does_not_tell_the_modules_keeps_the_whole_provider(tmp_path: Path, text: str) -> None:
    assert usage(tmp_path, text).whole_provider


@pytest.mark.parametrize("text", ["import cdk8s_plus_27 oops", "import cdk8s_plus_27\0"])
def test_a_file_that_is_no_python_is_passed_over(tmp_path: Path, text: str) -> None:
    assert usage(tmp_path, text) == Usage()


def test_a_project_s_outputs_and_tests_are_not_read_but_a_package_of_that_name_is(tmp_path: Path) -> None:
    for name in ("tests/a.py", "imports/a.py", ".venv/a.py", "product/tests/a.py", "product/constructs/a.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = {str(path.relative_to(tmp_path)) for path in python_files([tmp_path])}
    assert found == {"product/tests/a.py", "product/constructs/a.py"}
