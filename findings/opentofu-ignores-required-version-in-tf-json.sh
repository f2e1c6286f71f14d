#!/usr/bin/env bash
# OpenTofu 1.12.6: terraform.required_version is read in .tofu and not in .tf.json, where it passes whatever it
# says.
#
# Expected: a refusal in both: the file says that this program is not the one it was written for.
# Seen:     `tofu validate` finds >= 99.0 valid in main.tf.json and refuses it in main.tofu. Terraform 1.11.4
#           refuses it in main.tf.json.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export CHECKPOINT_DISABLE=1 TF_CLI_CONFIG_FILE="$work/none.tfrc"
touch none.tfrc
tofu version | sed -n 1p | grep -qF 'v1.12.6' || {
  echo "this needs tofu 1.12.6 on the path" >&2
  exit 2
}
mkdir json native
echo '{"terraform": {"required_version": ">= 99.0"}}' >json/main.tf.json
echo 'terraform { required_version = ">= 99.0" }' >native/main.tofu
json=0 native=0
tofu -chdir=json validate -no-color || json=$?
tofu -chdir=native validate -no-color >said 2>&1 || native=$?
grep Error said
echo "exit status: $json for main.tf.json, $native for main.tofu"
if ! [[ "$json $native" == "0 1" ]]; then
  echo "this has changed" >&2
  exit 1
fi
