"""Text that the kubelet has to hand on as it stands.

Before a container starts, the kubelet replaces `$(NAME)` in `env[].value`, `command`, `args` and the commands of probes by
the value of a variable of the container, and `$$` by `$`; `$(…)` that names none it leaves alone, with all that is in it, and
so it does with what comes from a ConfigMap or a Secret. Nodes of 1.34 and 1.35 without the fix of February 2026 break a letter
outside ASCII that follows a `$`, and the container does not start. Sources: k8s.io/kubernetes,
third_party/forked/golang/expansion/expand.go; pkg/kubelet/container/helpers.go; pkg/kubelet/prober/prober.go;
kubernetes/kubernetes#136323, read on 2026-11-28.
"""

from __future__ import annotations

import re
from typing import Final


def literal(text: str) -> str:
    """The text with each `$` doubled that the kubelet would not leave as it is."""
    return _READ.sub(_doubled, text)


def _doubled(found: re.Match[str]) -> str:
    inside = found["inside"]
    return found[0] if inside is not None and not _NAME.fullmatch(inside) else f"${found[0]}"


_READ: Final = re.compile(r"\$\((?P<inside>[^)]*)\)|\$(?=\$|[^\x00-\x7f])")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""What a variable of a pod may be called here, and those are that Kubernetes adds for its Services."""
