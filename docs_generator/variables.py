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
        "The [engine](../engines.md): `native` works in Python, without node and `imports/`, and refuses what it does not "
        "do; `node`; `stock` loads the bindings as they are installed. Unless it is set, a command begins on `native` and "
        "goes over to `node` by itself, and so does pytest. The output is the same.",
    ),
    "TWINSTACK_TRUSTED_FOLDERS": (
        "every command",
        "Absolute paths, parted by `:`: folders whose code is run whoever owns them; `*` is every folder.",
    ),
    "SUDO_UID": ("every command", "Set by `sudo`: whose folders root runs the code of besides its own."),
    "TWINSTACK_TRACEBACK": (
        "every command",
        "Any value: a mistake in the product's own Python is shown with all lines, the library's too.",
    ),
    "KUBEBUILDER_ASSETS": (
        "`twinstack rehearse`",
        "The folder with `etcd`, `kube-apiserver` and, for rollouts, the rest of the control plane.",
    ),
    "TWINSTACK_TERRAFORM": (
        "`twinstack rehearse` and whatever delivers",
        "The program, or its path, where both are there: `tofu` instead of the first of `terraform` and `tofu`.",
    ),
    "KUBECONFIG": (
        "`twinstack deploy` and what else reaches a cluster",
        "The kubeconfig, or several parted by `:`, as for kubectl; otherwise `~/.kube/config`.",
    ),
    "DOCKER_CONFIG": (
        "`twinstack doctor`",
        "The folder of Docker's `config.json`, whose credentials it asks registries with; otherwise `~/.docker`.",
    ),
    "KUBERNETES_SERVICE_HOST": (
        "`twinstack deploy` and what else reaches a cluster",
        "Set in a pod: without a kubeconfig, its own cluster is reached by its service account.",
    ),
    "KUBERNETES_SERVICE_PORT": (
        "`twinstack deploy` and what else reaches a cluster",
        "Set in a pod, beside the host; 443 unless set.",
    ),
    "XDG_CACHE_HOME": (
        "Terraform's plugins, the native engine",
        "The folder of caches; otherwise `~/.cache`. What lies there is made anew where it is gone.",
    ),
    "JSII_NODE": ("whatever synthesizes", "The node program to run; otherwise the wheel's, or the one on the path."),
    "JSII_RUNTIME": ("whatever synthesizes", "jsii's own start of its kernel, instead of the quicker one."),
    "JSII_RUNTIME_PACKAGE_CACHE": (
        "whatever synthesizes",
        "`disabled`: node keeps no unpacked packages. Where neither the home nor the product can be written it is set so.",
    ),
    "JSII_RUNTIME_PACKAGE_CACHE_ROOT": (
        "whatever synthesizes",
        "Where node keeps unpacked packages; otherwise in the home, or in the product where the home cannot be written.",
    ),
    "CDKTF_CONTEXT_JSON": ("`main.py`, `twinstack synth`", "Set by `cdktf`: the context, a mapping in JSON."),
    "NODE_OPTIONS": ("whatever synthesizes", "Further options of node, which are kept."),
    "CDKTF_OUTDIR": ("`main.py`", "Set by `cdktf`: where Terraform JSON goes, and that only this half is wanted."),
    "CDK8S_OUTDIR": ("`main.py`", "Set by `cdk8s`: where Kubernetes YAML goes, and that only this half is wanted."),
    "CI": (
        "`Twin.keeps_addresses`",
        "Any value: a product whose stateful addresses are frozen nowhere fails its test, which otherwise writes them.",
    ),
    "NO_COLOR": ("every command", "Any value: no colours."),
    "FORCE_COLOR": ("every command", "Any value: colours, even where the output is no terminal."),
    "TERM": ("every command", "`dumb`: no colours."),
}
"""Who reads it, and what it does."""
