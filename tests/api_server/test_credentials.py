"""How a user of a kubeconfig shows who he is: by certificates in the file, by a token, by a file that is written anew."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.api_server.test_kubeconfig import as_user, content, token, written
from twinstack.api_server import ApiServer
from twinstack.errors import ClusterError, UsageError

__all__ = ["content", "token"]


def inline(entry: dict[str, Any], *names: str) -> dict[str, Any]:
    """The same with what the files hold, as `aws eks update-kubeconfig` and minikube write it."""
    given = {f"{name}-data": base64.b64encode(Path(entry[name]).read_bytes()).decode() for name in names}
    return {key: held for key, held in entry.items() if key not in names} | given


def test_certificates_may_stand_in_the_file_itself(tmp_path: Path, content: dict[str, Any]) -> None:
    cluster = inline(content["clusters"][0]["cluster"], "certificate-authority")
    user = inline(content["users"][0]["user"], "client-certificate", "client-key")
    whole = {**as_user(content, user), "clusters": [{"name": "rehearsal", "cluster": cluster}]}
    with ApiServer.from_kubeconfig(written(tmp_path, whole)) as api:
        assert api.version().startswith("v1.")


def test_a_server_whose_certificate_nobody_vouches_for_is_asked_nothing(
    tmp_path: Path, content: dict[str, Any]
) -> None:
    cluster = {"server": content["clusters"][0]["cluster"]["server"]}
    unknown = {**content, "clusters": [{"name": "rehearsal", "cluster": cluster}]}
    with (
        ApiServer.from_kubeconfig(written(tmp_path, unknown)) as api,
        pytest.raises(ClusterError, match="did not answer"),
    ):
        api.version()
    careless = {
        **content,
        "clusters": [{"name": "rehearsal", "cluster": {**cluster, "insecure-skip-tls-verify": True}}],
    }
    with ApiServer.from_kubeconfig(written(tmp_path, careless)) as api:
        assert api.version()


def test_a_token_is_shown_with_each_request(tmp_path: Path, content: dict[str, Any], token: str) -> None:
    with ApiServer.from_kubeconfig(written(tmp_path, as_user(content, {"token": token}))) as api:
        assert api.version()
    wrong = written(tmp_path, as_user(content, {"token": "run-out"}))
    with ApiServer.from_kubeconfig(wrong) as api, pytest.raises(ClusterError, match="Unauthorized"):
        api.version()


def test_a_file_of_a_token_is_read_anew_once_the_server_refuses_it(
    tmp_path: Path, content: dict[str, Any], token: str
) -> None:
    file = tmp_path / "token"
    file.write_text(token)
    with ApiServer.from_kubeconfig(written(tmp_path, as_user(content, {"tokenFile": "token"}))) as api:
        assert api.version()
        file.write_text("run-out")
        assert api.version()
    with ApiServer.from_kubeconfig(written(tmp_path, as_user(content, {"tokenFile": "token"}))) as api:
        file.write_text(token)
        assert api.version()


@pytest.mark.parametrize(
    "user",
    [
        {"client-certificate-data": "no base64"},
        {"tokenFile": "nowhere"},
        {"client-certificate-data": "bm8gY2VydGlmaWNhdGU="},
    ],
)
def test_what_cannot_be_used_is_said(user: dict[str, Any], tmp_path: Path, content: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="context rehearsal cannot be used"):
        ApiServer.from_kubeconfig(written(tmp_path, as_user(content, user)))


def test_in_a_pod_its_own_account_is_taken(
    tmp_path: Path, content: dict[str, Any], token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = yaml.safe_load(yaml.safe_dump(content["clusters"][0]["cluster"]))
    host, port = cluster["server"].removeprefix("https://").split(":")
    (tmp_path / "ca.crt").write_bytes(Path(cluster["certificate-authority"]).read_bytes())
    (tmp_path / "token").write_text(token)
    (tmp_path / "namespace").write_text("shop")
    monkeypatch.setattr("twinstack.kubeconfig._SERVICE_ACCOUNT", tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    with pytest.raises(UsageError, match="there is no kubeconfig"):
        ApiServer.from_kubeconfig()
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", host)
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", port)
    with ApiServer.from_kubeconfig() as api:
        assert api.version().startswith("v1.")
        assert (api.namespace, api.context) == ("shop", "")
