"""An API server is reached as kubectl would reach it, or it is said why not."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from twinstack.api_server import ApiServer
from twinstack.errors import ClusterError, UsageError
from twinstack.rehearsal.control_plane import ControlPlane

V1 = "client.authentication.k8s.io/v1"


@pytest.fixture
def content(plane: ControlPlane) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(plane.kubeconfig.read_text(encoding="utf-8"))
    return read


def written(folder: Path, content: dict[str, Any], name: str = "config") -> Path:
    path = folder / name
    path.write_text(yaml.safe_dump(content), "utf-8")
    return path


@pytest.fixture(scope="module")
def token(plane: ControlPlane) -> str:
    """A token of a service account, as a credential program would print one."""
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "exec", "namespace": "default"}}
    assert not plane.api.apply(account).refusal
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 3600}}
    response = plane.api._send(
        "POST",
        "/api/v1/namespaces/default/serviceaccounts/exec/token",
        content=json.dumps(body),
        content_type="application/json",
    )
    made: str = json.loads(response.content)["status"]["token"]
    return made


def plugin(folder: Path, version: str, *tokens: str) -> dict[str, Any]:
    """A program that prints these tokens one after the other, and notes what it was told."""
    program = folder / "plugin.py"
    program.write_text(
        f"""
import json, os, pathlib
folder = pathlib.Path({str(folder)!r})
calls = folder / "calls"
number = len(calls.read_text().splitlines()) if calls.exists() else 0
with calls.open("a") as file:
    print(os.environ["KUBERNETES_EXEC_INFO"], file=file)
token = {list(tokens)!r}[min(number, {len(tokens) - 1})]
print(json.dumps({{"apiVersion": {version!r}, "kind": "ExecCredential", "status": {{"token": token}}}}))
""",
        "utf-8",
    )
    return {"exec": {"apiVersion": version, "command": sys.executable, "args": [str(program)]}}


def as_user(content: dict[str, Any], user: dict[str, Any]) -> dict[str, Any]:
    return {**content, "users": [{"name": "administrator", "user": user}]}


@pytest.mark.parametrize("version", [V1, "client.authentication.k8s.io/v1beta1"])
def test_a_credential_program_is_asked_once_for_all_threads(
    version: str, tmp_path: Path, content: dict[str, Any], token: str
) -> None:
    path = written(tmp_path, as_user(content, plugin(tmp_path, version, token)))
    with ApiServer.from_kubeconfig(path) as api, ThreadPoolExecutor(8) as threads:
        assert {found["gitVersion"] for found in threads.map(lambda _: api._read("/version"), range(16))}
    (told,) = (tmp_path / "calls").read_text().splitlines()
    assert json.loads(told) == {"apiVersion": version, "kind": "ExecCredential", "spec": {"interactive": False}}


def test_a_token_that_has_run_out_is_asked_for_anew(tmp_path: Path, content: dict[str, Any], token: str) -> None:
    path = written(tmp_path, as_user(content, plugin(tmp_path, V1, "run-out", token)))
    with ApiServer.from_kubeconfig(path) as api:
        assert api.version()
        assert api.version()
    assert len((tmp_path / "calls").read_text().splitlines()) == 2


def test_a_watch_that_is_opened_with_a_token_that_has_run_out_asks_for_another(
    tmp_path: Path, content: dict[str, Any], token: str
) -> None:
    path = written(tmp_path, as_user(content, plugin(tmp_path, V1, "run-out", token)))
    with ApiServer.from_kubeconfig(path) as api, pytest.raises(ClusterError, match="cannot watch"):
        next(api.watch("v1", "ConfigMap", "default", since="1").events())
    assert len((tmp_path / "calls").read_text().splitlines()) == 2


def test_a_program_whose_tokens_are_all_refused_is_not_asked_for_ever(tmp_path: Path, content: dict[str, Any]) -> None:
    path = written(tmp_path, as_user(content, plugin(tmp_path, V1, *(f"wrong-{number}" for number in range(9)))))
    with ApiServer.from_kubeconfig(path) as api, pytest.raises(ClusterError, match="Unauthorized"):
        api.version()
    assert len((tmp_path / "calls").read_text().splitlines()) == 3


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ({"exec": {"apiVersion": "client.authentication.k8s.io/v2", "command": "x"}}, "speaks client.*/v2; twinstack"),
        ({"exec": {"apiVersion": V1, "command": "no-such-program"}}, "no-such-program.*cannot be run"),
        ({"exec": {"apiVersion": V1, "command": "false"}}, "ended with status 1"),
        ({"exec": {"apiVersion": V1, "command": "true"}}, "printed no ExecCredential"),
        ({"as": "somebody", "token": "x"}, "the user administrator has as, which twinstack does not speak"),
        ({"auth-provider": {"name": "gcp"}}, "has auth-provider, which twinstack does not speak"),
        ({"client-certificate": "none.crt", "client-key": "none.key"}, "context rehearsal cannot be used"),
    ],
)
def test_a_user_that_cannot_be_is_said(
    user: dict[str, Any], words: str, tmp_path: Path, content: dict[str, Any]
) -> None:
    path = written(tmp_path, as_user(content, user))
    with pytest.raises(UsageError, match=words), ApiServer.from_kubeconfig(path) as api:
        api.version()


def test_a_context_that_is_not_there_is_said_with_those_that_are(tmp_path: Path, content: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="'nowhere' is not there; the contexts there are: rehearsal"):
        ApiServer.from_kubeconfig(written(tmp_path, content), "nowhere")


@pytest.mark.parametrize("text", ["[", "- a list", "a: 1", "clusters: 1"])
def test_what_is_no_kubeconfig_is_said(text: str, tmp_path: Path) -> None:
    (tmp_path / "config").write_text(text, "utf-8")
    with pytest.raises(UsageError, match="config"):
        ApiServer.from_kubeconfig(tmp_path / "config")
    with pytest.raises(UsageError, match="there is no kubeconfig at"):
        ApiServer.from_kubeconfig(tmp_path / "nowhere")


def test_several_files_are_one_and_paths_are_relative_to_their_own(
    tmp_path: Path, content: dict[str, Any], plane: ControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
    for name in ("authority.crt", "administrator.crt", "administrator.key"):
        (two / name).symlink_to(plane.kubeconfig.parent / name)
    cluster = {**content["clusters"][0]["cluster"], "certificate-authority": "authority.crt"}
    user = {"client-certificate": "administrator.crt", "client-key": "administrator.key"}
    first = written(one, {"current-context": "rehearsal", "contexts": content["contexts"]})
    second = written(
        two,
        {"clusters": [{"name": "rehearsal", "cluster": cluster}], "users": [{"name": "administrator", "user": user}]},
    )
    monkeypatch.setenv("KUBECONFIG", f"{first}:{tmp_path / 'nowhere'}:{second}")
    with ApiServer.from_kubeconfig() as api:
        assert api.version().startswith("v1.")
        assert (api.context, api.url, api.namespace) == ("rehearsal", cluster["server"], "default")


def test_a_certificate_may_bear_another_name_than_the_address(tmp_path: Path, content: dict[str, Any]) -> None:
    cluster = content["clusters"][0]["cluster"]
    other = {**content, "clusters": [{"name": "rehearsal", "cluster": {**cluster, "tls-server-name": "localhost"}}]}
    with ApiServer.from_kubeconfig(written(tmp_path, other)) as api:
        assert api.version()
    wrong = {**content, "clusters": [{"name": "rehearsal", "cluster": {**cluster, "tls-server-name": "example.org"}}]}
    with ApiServer.from_kubeconfig(written(tmp_path, wrong)) as api:
        assert not api.is_ready()
