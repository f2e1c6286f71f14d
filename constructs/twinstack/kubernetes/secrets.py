"""How secret values get from Secrets Manager to a pod: a class that mounts them and keeps a Secret in step.

Two objects of one class may name one secret since the AWS provider's release 1.0.0, if alias and label differ: what has
two names, or is a part, is of one object. Sources:
Secrets Store CSI Driver, "Sync as Kubernetes Secret"; AWS Secrets and Configuration Provider, "Mount"; its
provider/secret_descriptor.go, commit a74182c, read on 2026-11-28.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from cdk8s import ApiObject
from cdk8s_plus_27 import k8s
from constructs import Construct

from twinstack.environment import SecretValue, Variable, WorkloadSpec
from twinstack.environment.dumper import dump
from twinstack.environment.folders import SECRETS_FOLDER
from twinstack.kubernetes.custom_object import custom_object
from twinstack.kubernetes.labels import workload_labels


def secret_provider_class(scope: Construct, spec: WorkloadSpec) -> ApiObject:
    """Mounts each of the workload's secret values as a file, each by the label of its version, and copies them into its
    Secret under the same keys, but for those that are to be files alone.

    One class and one Secret for each workload: the driver replaces the whole Secret, so two classes must not share one.
    """
    parameters: dict[str, str] = {
        "region": spec.context.region,
        "usePodIdentity": "true",
        "objects": dump([_objects(spec)]),
    }
    copies: list[dict[str, Any]] = [
        {
            "secretName": spec.secret,
            "type": "Opaque",
            "labels": workload_labels(spec),
            "data": [
                {"objectName": key, "key": key} for key in dict.fromkeys(one.key for one in spec.synced_variables)
            ],
        }
    ]
    return custom_object(
        scope,
        "secret-provider-class",
        api_version="secrets-store.csi.x-k8s.io/v1",
        kind="SecretProviderClass",
        name=spec.secret,
        namespace=spec.context.namespace,
        labels=workload_labels(spec),
        spec={
            "provider": "aws",
            "parameters": parameters,
            **({"secretObjects": copies} if spec.synced_variables else {}),
        },
    )


def _objects(spec: WorkloadSpec) -> list[dict[str, Any]]:
    """What the provider is to fetch: each secret once, as a file under its variable's key; of one that is a JSON object the
    parts that are asked for, each as a file, beside a file of all of it, which the provider writes as well.
    """
    objects: dict[SecretValue, dict[str, Any]] = {}
    for variable in spec.secret_variables:
        if variable.secret is None:
            continue
        whole = replace(variable.secret, entry="")
        found = objects.setdefault(
            whole,
            {
                "objectName": whole.name,
                "objectType": "secretsmanager",
                "objectVersionLabel": whole.label,
                "objectAlias": variable.key,
            },
        )
        if variable.secret.entry:
            # No variable's key ends in this.
            found["objectAlias"] = f"{'-'.join(whole.name.split('/')[-2:])}.json"
            part = {"path": variable.secret.entry, "objectAlias": variable.key}
            if part not in found.setdefault("jmesPath", []):
                found["jmesPath"].append(part)
    return list(objects.values())


def secret_volume(spec: WorkloadSpec) -> k8s.Volume:
    """The volume whose mounting makes the driver fetch the values, and keep the Secret while a pod lives."""
    return k8s.Volume(
        name=VOLUME,
        csi=k8s.CsiVolumeSource(
            driver="secrets-store.csi.k8s.io", read_only=True, volume_attributes={"secretProviderClass": spec.secret}
        ),
    )


def secret_file(variable: Variable) -> str:
    """Where the pod finds this variable's value."""
    return f"{SECRETS_FOLDER}/{variable.key}"


def secret_mount() -> k8s.VolumeMount:
    return k8s.VolumeMount(name=VOLUME, mount_path=SECRETS_FOLDER, read_only=True)


VOLUME: Final = "secrets-store"
