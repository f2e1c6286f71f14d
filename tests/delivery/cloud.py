"""A cloud on this machine for the infrastructure half: moto keeps the state, the schema provider is AWS."""

from __future__ import annotations

import json
import os
import shutil
import urllib.request
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from twinstack.delivery import State
from twinstack.delivery.infrastructure import Infrastructure
from twinstack.rehearsal.schema_provider import Cloud, SchemaProvider
from twinstack.rehearsal.terraform import cloud_for

STACK = Path(__file__).parents[1] / "golden" / "prod" / "cdk.tf.json"
BUCKET = "shadower-terraform-state"
STATE_KEY = "analytics/terraform.tfstate"
BACKEND = ("use_path_style=true", "skip_credentials_validation=true", "skip_requesting_account_id=true")
"""What moto's server wants said; the rest is the stack's own."""


@dataclass
class Told:
    """A Progress that remembers."""

    states: list[tuple[str, State, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def state(self, subject: str, state: State, detail: str = "") -> None:
        self.states.append((subject, state, detail))

    def log(self, subject: str, line: str) -> None:
        raise AssertionError(f"{subject} has no log: {line}")

    def note(self, text: str) -> None:
        self.notes.append(text)

    def of(self, subject: str) -> list[State]:
        return [state for one, state, _ in self.states if one == subject]


@dataclass(frozen=True)
class Here:
    """Terraform with a cloud, and the folder of the release's infrastructure half."""

    infrastructure: Infrastructure
    folder: Path
    cloud: Cloud

    def copy(self, name: str) -> Here:
        """The release's folder on another machine."""
        folder = self.folder.parent / name
        shutil.copytree(self.folder, folder)
        return replace(self, folder=folder)

    def change(self, change: Any) -> None:
        """Writes the stack anew, changed."""
        file = self.folder / "cdk.tf.json"
        document = json.loads(file.read_text())
        change(document)
        file.write_text(json.dumps(document))


@contextmanager
def here(
    tmp_path: Path,
    server: str,
    program: str,
    *,
    stack: Mapping[str, Any] | None = None,
    provider: type[SchemaProvider] = SchemaProvider,
    cloud: Cloud | None = None,
) -> Generator[Here]:
    """The stack in a folder of this test, with an empty state at the server."""
    document = stack or json.loads(STACK.read_text())
    folder = tmp_path / "release" / "infrastructure"
    folder.mkdir(parents=True)
    (folder / "cdk.tf.json").write_text(json.dumps(document, indent=2))
    key = f"{tmp_path.name}/{STATE_KEY}"  # a state of this test's own
    request = urllib.request.Request(
        f"{server}/{document['terraform']['backend']['s3']['bucket']}",
        method="PUT",
        data=b"<CreateBucketConfiguration><LocationConstraint>us-west-2</LocationConstraint></CreateBucketConfiguration>",
    )
    urllib.request.urlopen(request).read()
    memory = cloud or Cloud()
    with cloud_for(document, program=program, cloud=memory, provider=provider) as variables:
        environment = {
            **variables,
            "AWS_ENDPOINT_URL_S3": server,
            "TF_CLI_ARGS_init": " ".join(f"-backend-config={one}" for one in (*BACKEND, f"key={key}")),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_EC2_METADATA_DISABLED": "true",
            "TMPDIR": os.environ.get("TMPDIR", "/tmp"),
        }
        yield Here(Infrastructure(program, environment, lock_timeout_seconds=0), folder, memory)
