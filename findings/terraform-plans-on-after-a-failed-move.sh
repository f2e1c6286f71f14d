#!/usr/bin/env bash
# Terraform 1.11.4: a move whose place is taken is a warning, the object that should have moved is destroyed,
# and the plan's JSON knows of no move.
#
# Expected: an error, or at least something in `terraform show -json` by which a gate can tell.
# Seen:     exit status as of any plan with changes, a delete with the usual reason
#           delete_because_no_resource_config, no previous_address, no word of the move among the plan's
#           changes.
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
actions() {
  "$1" show -json plan | python3 -c 'import json, sys
print(*(one["address"] + "=" + "+".join(one["change"]["actions"]) for one in json.load(sys.stdin)["resource_changes"]))'
}
echo '{"resource": {"terraform_data": {"old": {}, "new": {}}}}' >main.tf.json
{ terraform init -no-color && terraform apply -auto-approve -no-color; } >/dev/null
cat >main.tf.json <<'EOF'
{"resource": {"terraform_data": {"new": {}}}, "moved": [{"from": "terraform_data.old", "to": "terraform_data.new"}]}
EOF
status=0
terraform plan -no-color -detailed-exitcode -out plan >said || status=$?
grep Warning said
changes=$(actions terraform)
told=$(terraform show -json plan | python3 -c 'import json, sys
plan = json.load(sys.stdin)
parts = {name: held for name, held in plan.items() if name != "configuration"}
print("moved" in json.dumps(parts) or "previous_address" in json.dumps(parts), plan["errored"], plan["applyable"])')
echo "status $status: $changes; told of the move, errored, applyable: $told"
if ! { grep -q 'Warning: Unresolved resource instance address changes' said &&
  [[ "$status $changes" == "2 terraform_data.new=no-op terraform_data.old=delete" && "$told" == "False False True" ]]; }; then
  echo "this has changed" >&2
  exit 1
fi
