"""A product in a folder of its own, and its command line as a person or a pipeline types it: processes, no fakes."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from tests.delivery.cloud import BACKEND
from twinstack.rehearsal.control_plane import ControlPlane
from twinstack.rehearsal.schema_provider import Cloud
from twinstack.rehearsal.terraform import cloud_for

BROKEN = "6.6.6"
"""The version whose services are never ready."""
HANGING = "6.6.7"
"""The version whose migration never ends."""


@dataclass(frozen=True)
class Ran:
    """A command that has ended."""

    status: int
    out: str
    """What it gave: results."""
    said: str
    """What it told on the way: progress, problems."""


@dataclass(frozen=True)
class Place:
    """Where commands are typed: a product's folder, and the variables that lead to its cloud and its cluster."""

    folder: Path
    variables: Mapping[str, str]

    def run(self, *arguments: str) -> Ran:
        """Types `twinstack` with these, and shows what came of it to whoever looks on."""
        sys.stdout.write(f"\n$ twinstack {' '.join(arguments)}\n")
        done = subprocess.run(
            [sys.executable, "-m", "twinstack", *arguments],
            cwd=self.folder,
            env={**self.variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        sys.stdout.write(f"{done.stderr}{done.stdout}[{done.returncode}]\n")
        assert "Traceback" not in done.stderr, done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    def ended(self, status: int, *arguments: str) -> Ran:
        """Runs it, and holds that it ends so."""
        ran = self.run(*arguments)
        assert ran.status == status, f"{arguments}: {ran.status}\n{ran.said}\n{ran.out}"
        return ran

    def told(self, **variables: str) -> Place:
        """The same with other variables."""
        return replace(self, variables={**self.variables, **variables})

    def edit(self, file: str, *changes: tuple[str, str]) -> None:
        """Changes a file as in an editor; each text has to be there."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, f"{file} has no {old}"
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")


def kubeconfig(plane: ControlPlane, file: Path, *, arn: str, server: str = "", token: str = "") -> Path:
    """What `aws eks update-kubeconfig` writes for a cluster, but for how one proves who one is."""
    document: dict[str, Any] = yaml.safe_load(plane.kubeconfig.read_text(encoding="utf-8"))
    document["clusters"][0]["name"] = document["contexts"][0]["context"]["cluster"] = arn
    if server:
        document["clusters"][0]["cluster"]["server"] = server
    if token:
        document["users"][0]["user"] = {"token": token}
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    return file


def plain_variables(kubeconfig: Path) -> dict[str, str]:
    """This machine's, without what its user has of clouds and clusters."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "KUBE", "TF_", "TWINSTACK_"))
    }
    root = Path(__file__).parents[3]
    return {
        **kept,
        "KUBECONFIG": str(kubeconfig),
        "NO_COLOR": "1",
        "USER": "ada",
        "PYTHONPATH": str(root / "constructs"),
    }


@contextmanager
def aws_variables(
    stack: Mapping[str, Any], server: str, plane: ControlPlane, program: str
) -> Generator[dict[str, str]]:
    """What leads to a cloud on this machine: moto answers for S3, STS and Secrets Manager, the schema provider is the rest.

    The cluster that Terraform makes there is this control plane.
    """
    backend = stack["terraform"]["backend"]["s3"]
    place = f"<CreateBucketConfiguration><LocationConstraint>{backend['region']}</LocationConstraint></CreateBucketConfiguration>"
    urllib.request.urlopen(
        urllib.request.Request(f"{server}/{backend['bucket']}", method="PUT", data=place.encode())
    ).read()
    with cloud_for(stack, program=program, cloud=Cloud({"aws_eks_cluster.endpoint": plane.api.url})) as variables:
        yield {
            **{name: value for name, value in variables.items() if name != "PATH"},
            "AWS_ENDPOINT_URL": server,
            "TF_CLI_ARGS_init": " ".join(f"-backend-config={one}" for one in BACKEND),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def never_ready(plane: ControlPlane) -> None:
    """From now on the pods of the broken versions start and come no further: the API server writes it on them."""
    name = "broken-version"
    about: dict[str, Any] = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {
            "matchConstraints": {
                "resourceRules": [
                    {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
                ]
            },
            "matchConditions": [{"name": "broken", "expression": f"{_of(HANGING)} || ({_of(BROKEN)} && !{OF_A_JOB})"}],
            "failurePolicy": "Fail",
            "reinvocationPolicy": "Never",
            "mutations": [
                {
                    "patchType": "ApplyConfiguration",
                    "applyConfiguration": {
                        "expression": 'Object{metadata: Object.metadata{annotations: {"rehearsal.twinstack/ready-after-seconds": "100000"}}}'
                    },
                }
            ],
        },
    }
    binding = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": {"policyName": name},
    }
    for one in (about, binding):
        answer = plane.api.create(one)
        assert not answer.refusal, answer.refusal


def _of(version: str) -> str:
    return f'object.spec.containers.exists(c, c.image.endsWith(":{version}"))'


OF_A_JOB = 'object.metadata.?ownerReferences.orValue([]).exists(owner, owner.kind == "Job")'
