"""The definitions of a real cluster: how they are read, what is refused, and what a cluster will lack."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from twinstack.api_server.answer import JsonObject
from twinstack.errors import ConfigurationError, Problem, UsageError
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane
from twinstack.rehearsal.kubernetes import Definition, KubernetesReport, read_definitions, rehearse_on
from twinstack.rehearsal.kubernetes.definitions import all_built_in, install

needs_assets = pytest.mark.skipif(
    not os.environ.get(ASSETS_VARIABLE), reason=f"{ASSETS_VARIABLE} is not set: no API server to ask"
)
_NUMBERS = itertools.count()


def crd(kind: str = "Store", group: str = "example.com", **spec: Any) -> JsonObject:
    """A definition, small and whole."""
    plural = f"{kind.lower()}s"
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"size": {"type": "integer", "maximum": 9}}}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.lower(), "listKind": f"{kind}List"},
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": schema}],
            **spec,
        },
    }


def folder(tmp_path: Path, **files: str) -> Path:
    """A folder of files: `a_yaml="…"` is a.yaml, `deep__a_json="…"` deep/a.json."""
    for name, text in files.items():
        path = tmp_path / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def refused(path: Path) -> Problem:
    with pytest.raises(ConfigurationError) as raised:
        read_definitions(path)
    (problem,) = raised.value.problems
    return problem


def test_what_kubectl_prints_is_read(tmp_path: Path) -> None:
    printed = crd()
    printed["metadata"] |= {"uid": "1", "resourceVersion": "7", "creationTimestamp": "2026-11-28T00:00:00Z"}
    printed["status"] = {"storedVersions": ["v1"]}
    text = yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": [printed, crd("Shelf")]})
    found = read_definitions(folder(tmp_path, all_yaml=text))
    assert [one.name for one in found] == ["stores.example.com", "shelfs.example.com"]
    assert found[0].manifest == crd()


def test_nested_folders_several_documents_and_json_are_read_and_other_files_are_not(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        a__many_yml=yaml.safe_dump_all([crd("One"), {"apiVersion": "v1", "kind": "Namespace"}, None, crd("Two")]),
        a__b__one_json=json.dumps(crd("Three")),
        README_md="# Not YAML: [",
    )
    assert sorted(one.kind for one in read_definitions(path)) == ["One", "Three", "Two"]


def test_an_equals_sign_and_a_date_are_texts_as_kubernetes_reads_them(tmp_path: Path) -> None:
    text = yaml.safe_dump(crd()).replace("maximum: 9", "enum: [=, 2026-11-28]")
    (found,) = read_definitions(folder(tmp_path, a_yaml=text))
    schema = found.data["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    assert schema["properties"]["size"]["enum"] == ["=", "2026-11-28"]


def test_what_only_the_cluster_can_answer_is_left_out(tmp_path: Path) -> None:
    data = crd(conversion={"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"]}})
    data["metadata"]["annotations"] = {"api-approved.kubernetes.io": "unapproved", "other": "x"}
    (found,) = read_definitions(folder(tmp_path, a_json=json.dumps(data)))
    assert "conversion" not in found.manifest["spec"]
    assert found.manifest["metadata"]["annotations"] == {"api-approved.kubernetes.io": "unapproved"}


@pytest.mark.parametrize("text", ["{a: b: c}", "\x00", "a:\n\t- b"])
def test_a_file_that_is_no_yaml_is_refused(text: str, tmp_path: Path) -> None:
    problem = refused(folder(tmp_path, a_yaml=text))
    assert (problem.code, problem.message) == ("TW834", "the file cannot be read as YAML or JSON")
    assert problem.location is not None
    assert problem.location.file.endswith("a.yaml")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe\x00")
    assert refused(tmp_path).code == "TW834"


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("", "nothing"),
        ("just words", "nothing with a kind"),
        ("[1, 2]", "nothing with a kind"),
        ("apiVersion: v1\nkind: Service", "Service"),
        ("kind: List\nitems: [{kind: Pod}, 3, null]", "Pod, nothing with a kind"),
        ("kind: List\nitems: null", "nothing"),
    ],
)
def test_a_file_without_a_definition_is_refused(text: str, given: str, tmp_path: Path) -> None:
    problem = refused(folder(tmp_path, a_yaml=text))
    assert (problem.code, problem.given) == ("TW835", given)


def test_two_definitions_of_one_kind_are_refused(tmp_path: Path) -> None:
    path = folder(tmp_path, a_yaml=yaml.safe_dump(crd()), b__c_json=json.dumps(crd()))
    problem = refused(path)
    assert (problem.code, problem.path) == ("TW836", "stores.example.com")
    assert problem.message == "two definitions of Store.example.com, and a cluster has only one"
    assert problem.given == f"also in {path / 'a.yaml'}"


def test_a_definition_that_serves_no_version_is_refused(tmp_path: Path) -> None:
    problem = refused(folder(tmp_path, a_json=json.dumps(crd(versions=[{"name": "v1alpha1", "served": False}]))))
    assert (problem.code, problem.given) == ("TW837", "v1alpha1: served False")


def test_a_definition_of_v1beta1_is_refused(tmp_path: Path) -> None:
    old = crd() | {"apiVersion": "apiextensions.k8s.io/v1beta1"}
    problem = refused(folder(tmp_path, a_json=json.dumps(old)))
    assert (problem.code, problem.given) == ("TW838", "apiextensions.k8s.io/v1beta1")


@pytest.mark.parametrize(
    ("change", "given"),
    [
        ({"metadata": None}, "no metadata.name"),
        ({"metadata": {"name": 3}}, "no metadata.name"),
        ({"spec": []}, "no spec.group and no spec.names.kind and no spec.names.plural and no spec.versions"),
        ({"spec": crd()["spec"] | {"versions": []}}, "no spec.versions"),
        ({"spec": crd()["spec"] | {"versions": ["v1"]}}, "no spec.versions"),
        ({"spec": crd()["spec"] | {"names": "stores"}}, "no spec.names.kind and no spec.names.plural"),
    ],
)
def test_half_a_definition_is_refused(change: JsonObject, given: str, tmp_path: Path) -> None:
    problem = refused(folder(tmp_path, a_json=json.dumps(crd() | change)))
    assert (problem.code, problem.given) == ("TW839", given)


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        a_yaml="{a: b: c}",
        b_yaml="kind: Pod",
        c_json=json.dumps(crd()),
        d_json=json.dumps(crd()),
        e_json=json.dumps(crd("Shelf", versions=[{"name": "v1"}])),
    )
    with pytest.raises(ConfigurationError) as raised:
        read_definitions(path)
    assert [one.code for one in raised.value.problems] == ["TW834", "TW835", "TW836", "TW837"]


def test_a_folder_that_is_none_or_empty_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no folder: --definitions takes one"):
        read_definitions(tmp_path / "none")
    with pytest.raises(UsageError, match=r"holds no file of \.json, \.yaml, \.yml"):
        read_definitions(tmp_path)


def test_the_command_refuses_before_it_synthesizes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from twinstack.cli import main

    monkeypatch.chdir(tmp_path)  # No product here: the folder is looked at first.
    for arguments, said in (
        (["--definitions", str(folder(tmp_path / "d", a_yaml="kind: Pod"))], "error TW835: the file holds no"),
        (["--definitions", "none"], "none is no folder"),
        (["--definitions", "none", "--only", "terraform"], "--definitions is for the Kubernetes part"),
    ):
        monkeypatch.setattr("sys.argv", ["twinstack", "rehearse", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 2
        assert said in capsys.readouterr().err


STORE = """
apiVersion: example.com/v1
kind: Store
metadata: {name: a, namespace: NAMESPACE}
size: 3
"""


def rehearsed(
    plane: ControlPlane, tmp_path: Path, *documents: str, definitions: Sequence[Definition] = ()
) -> KubernetesReport:
    namespace = f"definitions-{next(_NUMBERS)}"
    text = "\n---\n".join(["{apiVersion: v1, kind: Namespace, metadata: {name: NAMESPACE}}", *documents])
    (tmp_path / "0000-all.yaml").write_text(text.replace("NAMESPACE", namespace))
    return rehearse_on(plane, tmp_path, definitions=definitions, progress=lambda _: None)


def given(tmp_path: Path, *definitions: JsonObject) -> tuple[Definition, ...]:
    return read_definitions(folder(tmp_path / "given", all_json=json.dumps({"kind": "List", "items": definitions})))


@needs_assets
def test_a_kind_that_nothing_defines_is_named_once(api_server: ControlPlane, tmp_path: Path) -> None:
    lacking = STORE.replace("Store", "Nowhere")
    report = rehearsed(api_server, tmp_path, lacking, lacking.replace("name: a", "name: b"))
    (problem,) = report.problems
    assert (problem.code, problem.given) == ("TW923", "Nowhere in example.com/v1")
    assert problem.message == "no definition of this kind is given or built in: a cluster without it refuses the object"
    assert not report.passed
    assert report.definitions == {}


@needs_assets
def test_a_lacking_kind_of_eks_itself_is_said_to_be_in_its_clusters_only(
    api_server: ControlPlane, tmp_path: Path
) -> None:
    one = "{apiVersion: eks.amazonaws.com/v1, kind: NodeDiagnostic, metadata: {name: a}}"
    (problem,) = rehearsed(api_server, tmp_path, one).problems
    assert problem.code == "TW923"
    assert problem.fix.startswith("EKS publishes none of its own")


@needs_assets
def test_a_misspelt_kind_of_kubernetes_itself_is_the_servers_affair(api_server: ControlPlane, tmp_path: Path) -> None:
    one = "{apiVersion: networking.k8s.io/v1beta1, kind: Ingress, metadata: {name: a, namespace: NAMESPACE}}"
    (problem,) = rehearsed(api_server, tmp_path, one).problems
    assert (problem.code, problem.given) == ("TW902", "the cluster has no kind Ingress in networking.k8s.io/v1beta1")


@needs_assets
def test_a_given_definition_is_what_counts(api_server: ControlPlane, tmp_path: Path) -> None:
    definitions = given(tmp_path, crd())
    report = rehearsed(api_server, tmp_path, STORE, definitions=definitions)
    assert report.problems == ()
    assert report.definitions == {"stores.example.com": str(tmp_path / "given" / "all.json")}
    assert any("checked against the definitions given" in one for one in report.simulated)
    (problem,) = rehearsed(api_server, tmp_path, STORE.replace("3", "10"), definitions=definitions).problems
    assert (problem.code, "less than or equal to 9" in problem.given) == ("TW902", True)


@needs_assets
def test_a_given_definition_without_the_version_is_a_fault(api_server: ControlPlane, tmp_path: Path) -> None:
    (problem,) = rehearsed(
        api_server, tmp_path, STORE.replace("/v1", "/v2"), definitions=given(tmp_path, crd())
    ).problems
    assert (problem.code, problem.given, problem.allowed) == ("TW923", "example.com/v2", "example.com/v1")


@needs_assets
def test_a_kind_that_was_not_given_is_checked_by_the_built_in_one_with_a_warning(
    api_server: ControlPlane, tmp_path: Path
) -> None:
    ours = """
apiVersion: secrets-store.csi.x-k8s.io/v1
kind: SecretProviderClass
metadata: {name: a, namespace: NAMESPACE}
spec: {provider: aws, syncEvery: 5m}
"""
    of_eks = "{apiVersion: eks.amazonaws.com/v1, kind: IngressClassParams, metadata: {name: a}, spec: {}}"
    report = rehearsed(api_server, tmp_path, ours, of_eks, definitions=given(tmp_path, crd()))
    assert sorted(one.code for one in report.problems) == ["TW902", "TW924"]
    refusal, warning = report.problems
    assert warning.given == (
        "SecretProviderClass in secrets-store.csi.x-k8s.io/v1, checked against the built-in definition"
    )
    assert "--definitions" in refusal.fix
    assert any("EKS publishes no definition of ingressclassparams.eks.amazonaws.com" in one for one in report.simulated)


@needs_assets
def test_a_definition_among_the_manifests_needs_no_other(api_server: ControlPlane, tmp_path: Path) -> None:
    report = rehearsed(api_server, tmp_path, json.dumps(crd("Shelf")), STORE.replace("Store", "Shelf"))
    assert report.problems == ()


@needs_assets
def test_a_definition_that_the_server_refuses_is_a_wrong_input(api_server: ControlPlane, tmp_path: Path) -> None:
    broken = crd("Broken", scope="Everywhere")
    with pytest.raises(ConfigurationError) as raised:
        rehearsed(api_server, tmp_path, STORE.replace("Store", "Broken"), definitions=given(tmp_path, broken))
    (problem,) = raised.value.problems
    assert (problem.code, problem.path) == ("TW839", "brokens.example.com")
    assert "Everywhere" in problem.given


@needs_assets
def test_all_built_in_definitions_can_be_installed_together(api_server: ControlPlane) -> None:
    install(api_server.api, all_built_in())
