#!/usr/bin/env bash
# Terraform 1.11.4 and OpenTofu 1.12.6: a removed block without lifecycle destroys the object in one, and only
# forgets it in the other.
#
# Expected: one meaning: OpenTofu took the block over from Terraform.
# Seen:     the plan of Terraform says delete, that of OpenTofu forget.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export CHECKPOINT_DISABLE=1 TF_CLI_CONFIG_FILE="$work/none.tfrc"
touch none.tfrc
terraform version | sed -n 1p | grep -qF 'v1.11.4' || {
  echo "this needs terraform 1.11.4 on the path" >&2
  exit 2
}
tofu version | sed -n 1p | grep -qF 'v1.12.6' || {
  echo "this needs tofu 1.12.6 on the path" >&2
  exit 2
}
actions() {
  "$1" show -json plan | python3 -c 'import json, sys
print(*(one["address"] + "=" + "+".join(one["change"]["actions"]) for one in json.load(sys.stdin)["resource_changes"]))'
}
planned() {
  mkdir "$1-stack" && cd "$1-stack"
  echo '{"resource": {"terraform_data": {"kept": {}, "gone": {}}}}' >main.tf.json
  { "$1" init -no-color && "$1" apply -auto-approve -no-color; } >/dev/null
  echo '{"resource": {"terraform_data": {"kept": {}}}, "removed": [{"from": "terraform_data.gone"}]}' >main.tf.json
  "$1" plan -no-color -out plan >/dev/null
  actions "$1"
  cd ..
}
terraform=$(planned terraform) tofu=$(planned tofu)
echo "Terraform: $terraform   OpenTofu: $tofu"
if ! { [[ "$terraform" == "terraform_data.gone=delete terraform_data.kept=no-op" ]] &&
  [[ "$tofu" == "terraform_data.gone=forget terraform_data.kept=no-op" ]]; }; then
  echo "this has changed" >&2
  exit 1
fi
