"""No client loads HTTP/2, and nobody is kept from loading it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_http_2_is_loaded_by_no_client_and_can_be_loaded_after_it(tmp_path: Path) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(
        "current-context: one\nclusters: [{name: one, cluster: {server: 'https://127.0.0.1:1'}}]\n"
        "contexts: [{name: one, context: {cluster: one, user: one}}]\nusers: [{name: one, user: {token: t}}]\n"
    )
    (tmp_path / "h2.py").write_text("")  # stands for the package, which other programs of an environment may bring
    program = (
        "import sys; sys.path.insert(0, '.')\n"
        "from pathlib import Path; from twinstack.api_server import ApiServer\n"
        "with ApiServer.from_kubeconfig(Path('kubeconfig')): print('httpcore2' in sys.modules, 'h2' in sys.modules)\n"
        "import h2; print('h2' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["True", "False", "True"]
