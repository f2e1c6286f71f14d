"""Files at a path in a container: what is written is what arrives, new content makes new pods, and nothing else changes."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.local_files import compose_of
from tests.shop import BASE, TODAY, Shop
from tests.shop_chart import chart_of
from twinstack import kubernetes
from twinstack.environment.mounted_files import LARGEST, keys_of
from twinstack.errors import ConfigurationError, Problem
from twinstack.layers.load import load_text

FILES = """\
  mounted_files:
    /etc/app/app.toml: config/app.toml
    /srv/model.bin: config/model.bin
    /etc/ssl/corporate.pem: {config_map: corporate-ca, key: ca.pem, local: config/local.pem}
    /etc/app/licence: {secret: licence, key: key}
"""
TEXT = 'name = "café $$ $(HOME) ${X} {{ y }}"\n\tindented: no, 08 y\n\n  ends without a line\'s end'
BINARY = bytes(range(256))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The product's folder."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "app.toml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "config" / "model.bin").write_bytes(BINARY)
    (tmp_path / "config" / "local.pem").write_text("local\n", encoding="utf-8")
    return tmp_path


def load(root: Path | None, files: str = FILES, **beside: Any) -> Shop:
    base = BASE.replace("worker:\n", f"worker:\n{files}")
    return load_text(Shop, "live", {"base": base, "live": ""}, TODAY, root=root, **beside).environment


def problems(root: Path | None, files: str) -> Sequence[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        load(root, f"  mounted_files: {files}\n")
    return caught.value.problems


def made(environment: Shop) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The ConfigMaps with mounted files, as an API server reads the written YAML, and the worker's pod."""
    objects = [one for text in kubernetes.render(chart_of(environment)).values() for one in yaml.safe_load_all(text)]
    maps = [
        one
        for one in objects
        if one["kind"] == "ConfigMap" and one["metadata"]["name"].startswith("shop-worker-files-")
    ]
    (pods,) = (one for one in objects if (one["kind"], one["metadata"]["name"]) == ("Deployment", "shop-worker"))
    return maps, pods["spec"]["template"]


def test_what_is_written_is_what_arrives(root: Path) -> None:
    ((found,), _) = made(load(root))
    assert found["data"] == {"etc-app-app.toml": TEXT}
    assert {key: base64.b64decode(value) for key, value in found["binaryData"].items()} == {"srv-model.bin": BINARY}
    assert found["immutable"] is True


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"a\r\nb\r\n",
        b"\xef\xbb\xbfwith a mark",
        b"\xe2\x80\xa8",
        b"\x00",
        b"\xff\xfe",
        b"trailing  \n \n",
        b"# no\n",
        b"yes",
        b"\tx",
    ],
)
def test_any_bytes_arrive(root: Path, content: bytes) -> None:
    (root / "config" / "app.toml").write_bytes(content)
    ((found,), _) = made(load(root, "  mounted_files: {/a: config/app.toml}\n"))
    texts, binary = found.get("data") or {}, found.get("binaryData") or {}
    assert (texts["a"].encode() if "a" in texts else base64.b64decode(binary["a"])) == content


def test_each_file_is_mounted_by_itself(root: Path) -> None:
    ((found,), template) = made(load(root))
    spec = template["spec"]
    assert {one["name"]: one for one in spec["volumes"] if one["name"] != "tmp" and "csi" not in one and one["name"] != "files"} == {
        "mounted-files": {"name": "mounted-files", "configMap": {"name": found["metadata"]["name"]}},
        "elsewhere-1": {
            "name": "elsewhere-1",
            "configMap": {"name": "corporate-ca", "items": [{"key": "ca.pem", "path": "ca.pem"}]},
        },
        "elsewhere-2": {
            "name": "elsewhere-2",
            "secret": {"secretName": "licence", "items": [{"key": "key", "path": "key"}]},
        },
    }  # fmt: skip
    mounts = {one["mountPath"]: one for one in spec["containers"][0]["volumeMounts"] if "subPath" in one}
    assert {path: (one["name"], one["subPath"], one["readOnly"]) for path, one in mounts.items()} == {
        "/etc/app/app.toml": ("mounted-files", "etc-app-app.toml", True),
        "/etc/app/licence": ("elsewhere-2", "key", True),
        "/etc/ssl/corporate.pem": ("elsewhere-1", "ca.pem", True),
        "/srv/model.bin": ("mounted-files", "srv-model.bin", True),
    }
    assert template["metadata"]["annotations"] == {"twinstack/kept-elsewhere": "ConfigMap corporate-ca, Secret licence"}


def test_new_content_makes_new_pods_and_the_old_ones_keep_theirs(root: Path) -> None:
    ((before,), template) = made(load(root))
    (root / "config" / "app.toml").write_text(TEXT + "\n", encoding="utf-8")
    ((after,), other) = made(load(root))
    assert before["metadata"]["name"] != after["metadata"]["name"]
    assert template != other


def test_the_local_stack_mounts_the_same_files(root: Path) -> None:
    assert compose_of(load(root))["services"]["worker"]["volumes"] == [
        "./config/app.toml:/etc/app/app.toml:ro",
        "./config/model.bin:/srv/model.bin:ro",
        "./config/local.pem:/etc/ssl/corporate.pem:ro",
    ]


@pytest.mark.parametrize(
    ("files", "code", "path", "given"),
    [
        ("{/a: config/none}", "TW623", "worker.mounted_files./a.file", "config/none: No such file or directory"),
        ("{/a: config}", "TW623", "worker.mounted_files./a.file", "config: a directory"),
        ("{/a: ../x}", "TW623", "worker.mounted_files./a.file", "../x: it lies outside of the product's folder"),
        ("{/a: config/large}", "TW623", "worker.mounted_files./a.file", f"config/large: {LARGEST + 1} bytes"),
        ("{/a: config/half, /b: config/half}", "TW624", "worker.mounted_files", f"{LARGEST + 2} bytes"),
        ("{/a: config/key.pem}", "TW105", "worker.mounted_files./a", "config/key.pem, line 2 (not shown)"),
        ("{/a: {file: x, key: k}}", "TW622", "worker.mounted_files./a", "file, key"),
        ("{/a: {secret: x}}", "TW622", "worker.mounted_files./a", "secret"),
        ("{/a: {}}", "TW622", "worker.mounted_files./a", "nothing"),
        ("{/a: config/app.toml, /a/b: config/app.toml}", "TW625", "worker.mounted_files./a/b", "/a/b, and /a"),
        ("{/tmp/a: config/app.toml}", "TW104", "worker.mounted_files./tmp/a", "/tmp/a"),
    ],
)  # fmt: skip
def test_what_cannot_be_mounted_is_refused(root: Path, files: str, code: str, path: str, given: str) -> None:
    (root / "config" / "large").write_bytes(b"x" * (LARGEST + 1))
    (root / "config" / "half").write_bytes(b"x" * (LARGEST // 2 + 1))
    (root / "config" / "key.pem").write_text(
        "\n-----BEGIN " + "RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n", encoding="utf-8"
    )
    found = problems(root, files)[0]
    assert (found.code, found.path, found.given) == (code, path, given)


def test_a_folder_to_write_into_may_hold_a_file_and_is_none_itself(root: Path) -> None:
    inside = "  writable_folders: {/app/cache: 1Mi}\n  mounted_files: {/app/cache/seed: config/app.toml}\n"
    assert load(root, inside).worker.mounted_files
    with pytest.raises(ConfigurationError) as caught:
        load(root, "  writable_folders: {/app/cache: 1Mi}\n  mounted_files: {/app: config/app.toml}\n")
    assert [one.code for one in caught.value.problems] == ["TW625"]


def test_two_paths_never_share_a_key() -> None:
    keys = keys_of(["/a/b", "/a-b", "/a/b@", "/" + "x" * 90 + "/" + "y" * 90 + "/" + "z" * 90])
    assert len(set(keys.values())) == len(keys)
    assert all(len(key) <= 253 for key in keys.values())
