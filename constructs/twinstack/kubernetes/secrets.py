"""How secret values get from Secrets Manager to a pod: a class that mounts them and keeps a Secret in step.

Sources: Secrets Store CSI Driver, "Sync as Kubernetes Secret"; AWS Secrets and Configuration Provider, "Mount".
"""

from __future__ import annotations

from typing import Any, Final

from cdk8s import ApiObject
from cdk8s_plus_27 import k8s
from constructs import Construct

from twinstack.environment import WorkloadSpec
from twinstack.environment.dumper import dump
from twinstack.kubernetes.custom_object import custom_object
from twinstack.kubernetes.labels import workload_labels


def secret_provider_class(scope: Construct, spec: WorkloadSpec) -> ApiObject:
    """Mounts each of the workload's secret values as a file, and copies them into its Secret under the same keys.

    One class and one Secret for each workload: the driver replaces the whole Secret, so two classes must not share one.
    """
    variables = spec.secret_variables
    files = [
        {"objectName": variable.secret.name, "objectType": "secretsmanager", "objectAlias": variable.key}
        for variable in variables
        if variable.secret
    ]
    parameters: dict[str, str] = {
        "region": spec.context.region,
        "usePodIdentity": "true",
        "objects": dump([files]),
    }
    copies: list[dict[str, Any]] = [
        {
            "secretName": spec.secret,
            "type": "Opaque",
            "labels": workload_labels(spec),
            "data": [{"objectName": variable.key, "key": variable.key} for variable in variables],
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
        spec={"provider": "aws", "parameters": parameters, "secretObjects": copies},
    )


def secret_volume(spec: WorkloadSpec) -> k8s.Volume:
    """The volume whose mounting makes the driver fetch the values, and keep the Secret while a pod lives."""
    return k8s.Volume(
        name=VOLUME,
        csi=k8s.CsiVolumeSource(
            driver="secrets-store.csi.k8s.io", read_only=True, volume_attributes={"secretProviderClass": spec.secret}
        ),
    )


def secret_mount() -> k8s.VolumeMount:
    return k8s.VolumeMount(name=VOLUME, mount_path=MOUNT_PATH, read_only=True)


VOLUME: Final = "secrets-store"
MOUNT_PATH: Final = "/mnt/secrets-store"
