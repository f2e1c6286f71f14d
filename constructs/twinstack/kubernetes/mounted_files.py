"""How files get to a path in a container: a ConfigMap of the workload's own, and entries of those that somebody else keeps.

Each is mounted by itself (`subPath`), so that what the image has beside it stays. Source: Kubernetes, "Volumes", `subPath`.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from cdk8s_plus_27 import k8s

from twinstack.environment import WorkloadSpec
from twinstack.environment.content import content_name
from twinstack.environment.mounted_files import files_digest, keys_of

if TYPE_CHECKING:
    from twinstack.kubernetes.workload import Workload


def mounted_files(workload: Workload[Any]) -> k8s.KubeConfigMap | None:
    """The ConfigMap with the product's files that a workload mounts; None where it mounts none."""
    spec: WorkloadSpec = workload.spec
    contents = _contents(spec)
    if not contents:
        return None
    texts = {key: text for key, content in contents.items() if (text := _as_text(content)) is not None}
    binary = {key: base64.b64encode(content).decode("ascii") for key, content in contents.items() if key not in texts}
    return k8s.KubeConfigMap(
        workload,
        "mounted-files",
        metadata=workload.metadata(_name(spec)),
        data=texts or None,
        binary_data=binary or None,
        immutable=True,  # another content has another name
    )


def mounted_file_volumes(spec: WorkloadSpec) -> list[k8s.Volume]:
    """The volumes behind the files, one for each ConfigMap and Secret."""
    volumes = [k8s.Volume(name=VOLUME, config_map=k8s.ConfigMapVolumeSource(name=_name(spec)))]
    volumes = volumes if spec.product_files else []
    for title, name in _elsewhere(spec).items():
        entries = [one for file in spec.mounted_files.values() if (one := file.elsewhere) and one.title == title]
        items = [k8s.KeyToPath(key=key, path=key) for key in dict.fromkeys(one.key for one in entries)]
        one = entries[0]
        volumes.append(
            k8s.Volume(name=name, secret=k8s.SecretVolumeSource(secret_name=one.secret, items=items))
            if one.secret
            else k8s.Volume(name=name, config_map=k8s.ConfigMapVolumeSource(name=one.config_map, items=items))
        )
    return volumes


def mounted_file_mounts(spec: WorkloadSpec) -> list[k8s.VolumeMount]:
    """Where containers find them."""
    keys, volumes = keys_of(spec.product_files), _elsewhere(spec)
    return [
        k8s.VolumeMount(
            name=volumes[one.title] if (one := file.elsewhere) else VOLUME,
            mount_path=path,
            sub_path=one.key if one else keys[path],
            read_only=True,
        )
        for path, file in sorted(spec.mounted_files.items())
    ]


def _contents(spec: WorkloadSpec) -> dict[str, bytes]:
    keys = keys_of(spec.product_files)
    return {keys[path]: spec.environment.product_files.contents[file] for path, file in spec.product_files.items()}


def _name(spec: WorkloadSpec) -> str:
    return content_name(f"{spec.kubernetes_name}-files", files_digest(_contents(spec)), {})


def _elsewhere(spec: WorkloadSpec) -> dict[str, str]:
    """The volume of each object that somebody else keeps, by what it is."""
    titles = sorted({one.title for file in spec.mounted_files.values() if (one := file.elsewhere)})
    return {title: f"{ELSEWHERE}-{number}" for number, title in enumerate(titles, 1)}


def _as_text(content: bytes) -> str | None:
    """The content, where YAML carries it as a text that somebody can read; else it goes by Base64."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if all(character.isprintable() or character in "\n\t" for character in text) else None


VOLUME: Final = "mounted-files"
ELSEWHERE: Final = "elsewhere"
