#!/usr/bin/env bash
# Puts the programs of a Kubernetes control plane into a folder, each checked against what its project publishes, and
# prints the folder: export KUBEBUILDER_ASSETS=$(twinstack control-plane --script | bash)
# Linux on amd64 or arm64, with curl, tar, sha256sum; with Go kwok is built from its source. About 100 MB are loaded.
set -euo pipefail
kubernetes=1.36.3 etcd=3.6.16 kwok=0.7.0
to=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/twinstack/control-plane/$kubernetes}
case "$(uname -s) $(uname -m)" in
  'Linux x86_64') machine=amd64 ;;
  'Linux aarch64') machine=arm64 ;;
  *)
    echo "Kubernetes publishes its controllers for Linux alone. The API server: setup-envtest use 1.36.x -p path" >&2
    exit 2
    ;;
esac
if [ -e "$to/.complete" ]; then
  echo "$to"
  exit
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fetch() { curl --fail --silent --show-error --location --proto '=https' --output "$1" "$2"; }

for program in kube-apiserver kube-controller-manager kube-scheduler; do
  url=https://dl.k8s.io/release/v$kubernetes/bin/linux/$machine/$program
  fetch "$program" "$url"
  fetch "$program.sha256" "$url.sha256"
  echo "$(cat "$program.sha256")  $program" | sha256sum --check --quiet >&2
done

release=https://github.com/etcd-io/etcd/releases/download/v$etcd
archive=etcd-v$etcd-linux-$machine.tar.gz
fetch "$archive" "$release/$archive"
fetch SHA256SUMS "$release/SHA256SUMS"
sha256sum --check --quiet --ignore-missing SHA256SUMS >&2
tar -xzf "$archive" --strip-components=1 "${archive%.tar.gz}/etcd"

if command -v go >/dev/null; then # Go checks the module against its public checksum database
  GOBIN=$work CGO_ENABLED=0 go install "sigs.k8s.io/kwok/cmd/kwok@v$kwok" >&2
else
  fetch kwok "https://github.com/kubernetes-sigs/kwok/releases/download/v$kwok/kwok-linux-$machine"
  echo "kwok $kwok was not checked: its project publishes no checksum. SHA-256: $(sha256sum <kwok)" >&2
fi

mkdir -p "$to"
install -m 0755 kube-apiserver kube-controller-manager kube-scheduler etcd kwok "$to"
touch "$to/.complete"
echo "$to"
