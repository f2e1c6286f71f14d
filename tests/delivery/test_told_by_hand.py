"""Whoever applies by hand tells the cluster by the command in Terraform's output, and a later deployment goes on from there."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from tests.delivery.cloud import Told
from tests.file_system.test_file_system import document, manifests
from twinstack.delivery.live import LiveState
from twinstack.delivery.manifest import Manifest
from twinstack.delivery.told import telling
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane

pytestmark = [
    pytest.mark.skipif(not os.environ.get(ASSETS_VARIABLE), reason="no control plane"),
    pytest.mark.skipif(not shutil.which("kubectl"), reason="no kubectl"),
]


def test_the_command_can_be_run_twice_and_before_or_after_a_deployment(bare_plane: ControlPlane) -> None:
    api, told = bare_plane.api, Told()
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    config = Manifest(manifests()["ConfigMap", "shop-media"])
    command = document().outputs()["media_tell_cluster"]

    def by_hand(made: str) -> None:
        typed = command.replace("${aws_efs_file_system.media.id}", made)
        subprocess.run(["sh", "-ec", typed], check=True, env={**os.environ, "KUBECONFIG": str(bare_plane.kubeconfig)})

    def by_deployment(made: str) -> str:
        live = LiveState.read(api, [config])
        outputs = {"media_file_system_id": made}
        telling([config], live, lambda: outputs, is_applied=True).tell(api, live, told)
        found = LiveState.read(api, [config]).get(config.identity)
        assert found is not None
        return str(found["data"]["file-system-id"])

    by_hand("fs-1")
    by_hand("fs-1")
    assert (by_deployment("fs-1"), told.notes) == ("fs-1", [])
    assert by_deployment("fs-2") == "fs-2", "what twinstack's own command has put there is no stranger's"
    by_hand("fs-2")
    assert not api.apply(config.data).refusal
    assert by_deployment("fs-2") == "fs-2", "a release that declares no such key takes none away"
    api.delete("v1", "Namespace", "shop")
