"""The variables of the shell's environment that the library reads, held to its sources by a test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final


def variable_table() -> str:
    """A row for each variable."""
    rows = [f"| `{name}` | {read} | {text} |" for name, (read, text) in sorted(VARIABLES.items())]
    return "\n".join(["| variable | read by | what it does |", "|---|---|---|", *rows])


VARIABLES: Final[Mapping[str, tuple[str, str]]] = {
    "TWINSTACK_VERSION": (
        "every command, `main.py`",
        "The release to deploy, where no `--version` says it; it wins over the layers.",
    ),
    "TWINSTACK_BINDINGS": (
        "whatever synthesizes",
        "`stock` loads the bindings as they are installed, without `imports/`: the same output, more slowly.",
    ),
    "TWINSTACK_TRACEBACK": (
        "every command",
        "Any value: a mistake in the product's own Python is shown with all lines, the library's too.",
    ),
    "KUBEBUILDER_ASSETS": (
        "`twinstack rehearse`",
        "The folder with `etcd`, `kube-apiserver` and, for rollouts, the rest of the control plane.",
    ),
    "JSII_NODE": ("whatever synthesizes", "The node program to run; otherwise the wheel's, or the one on the path."),
    "JSII_RUNTIME": ("whatever synthesizes", "jsii's own start of its kernel, instead of the quicker one."),
    "NODE_OPTIONS": ("whatever synthesizes", "Further options of node, which are kept."),
    "CDKTF_OUTDIR": ("`main.py`", "Set by `cdktf`: where Terraform JSON goes, and that only this half is wanted."),
    "CDK8S_OUTDIR": ("`main.py`", "Set by `cdk8s`: where Kubernetes YAML goes, and that only this half is wanted."),
    "NO_COLOR": ("every command", "Any value: no colours."),
    "FORCE_COLOR": ("every command", "Any value: colours, even where the output is no terminal."),
    "TERM": ("every command", "`dumb`: no colours."),
}
"""Who reads it, and what it does."""
