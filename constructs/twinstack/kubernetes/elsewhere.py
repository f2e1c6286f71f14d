"""What pods read of Secrets and ConfigMaps that somebody else keeps."""

from __future__ import annotations

from cdk8s_plus_27 import k8s

from twinstack.environment import WorkloadSpec
from twinstack.labels import KEPT_ELSEWHERE


def variables_elsewhere(spec: WorkloadSpec) -> list[k8s.EnvVar]:
    """The variables whose values stand there."""
    return [
        k8s.EnvVar(
            name=name,
            value_from=k8s.EnvVarSource(
                secret_key_ref=k8s.SecretKeySelector(name=one.secret, key=one.key, optional=one.optional or None)
            )
            if one.secret
            else k8s.EnvVarSource(
                config_map_key_ref=k8s.ConfigMapKeySelector(
                    name=one.object_name, key=one.key, optional=one.optional or None
                )
            ),
        )
        for name, one in spec.variables_from.items()
    ]


def prefixed_variables(spec: WorkloadSpec) -> list[k8s.EnvFromSource] | None:
    """Whole objects of which every entry is a variable; None where there are none."""
    return [
        k8s.EnvFromSource(prefix=prefix, secret_ref=k8s.SecretEnvSource(name=one.secret, optional=one.optional or None))
        if one.secret
        else k8s.EnvFromSource(
            prefix=prefix, config_map_ref=k8s.ConfigMapEnvSource(name=one.object_name, optional=one.optional or None)
        )
        for prefix, one in spec.variables_by_prefix.items()
    ] or None


def elsewhere_annotation(spec: WorkloadSpec) -> dict[str, str]:
    """Tells whoever looks at the pods which of the objects that they need nobody here makes."""
    titles = sorted({one.title for one in spec.kept_elsewhere})
    return {KEPT_ELSEWHERE: ", ".join(titles)} if titles else {}
