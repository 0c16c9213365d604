#!/usr/bin/env bash
# Builds the Kubernetes binaries that tests, the demo and the embedded hub run,
# from the Go modules in go.mod, once, and prints their directory:
#
#   ${FAIRLEAD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/fairlead}/kube/HASH
#
# HASH is the start of SHA-256 of go.sum, so another version is another folder.
# KUBEBUILDER_ASSETS, if set, is used instead and nothing is built.
#
#   build.sh              build what is missing, then print the directory
#   build.sh --print-dir  print the directory, build nothing
#
# Standard output is the directory alone; progress goes to standard error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

say() { echo "kube: $*" >&2; }
die() { say "$*"; exit 1; }

# name and package, in the order of building
readonly commands=(
  "kube-apiserver k8s.io/kubernetes/cmd/kube-apiserver"
  "etcd go.etcd.io/etcd/server/v3"
  "kube-controller-manager k8s.io/kubernetes/cmd/kube-controller-manager"
  "kube-scheduler k8s.io/kubernetes/cmd/kube-scheduler"
  "kubectl k8s.io/kubernetes/cmd/kubectl"
  "kwok sigs.k8s.io/kwok/cmd/kwok"
)
# How kwok lets nodes and pods live: files of its own module, in this order.
readonly stages=(
  node/fast/node-initialize.yaml
  node/heartbeat-with-lease/node-heartbeat-with-lease.yaml
  pod/fast/pod-ready.yaml
  pod/fast/pod-complete.yaml
  pod/fast/pod-delete.yaml
)

need() {
  command -v "$1" >/dev/null || die "$1 is needed and not installed ($2)"
}

target_dir() {
  if [[ -n ${KUBEBUILDER_ASSETS:-} ]]; then
    echo "$KUBEBUILDER_ASSETS"
    return
  fi
  need sha256sum "package coreutils"
  local cache=${FAIRLEAD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/fairlead}
  echo "$cache/kube/$(sha256sum go.sum | cut -c1-16)"
}

# complete DIR: is everything there?
complete() {
  local entry
  for entry in "${commands[@]}"; do
    [[ -x $1/${entry%% *} ]] || return 1
  done
  [[ -s $1/kwok-stages.yaml ]]
}

# The version that the binaries report is that of the module.
link_flags() {
  local version minor pkg flags="-s -w"
  version=$(go list -m -f '{{.Version}}' k8s.io/kubernetes) || return 1
  minor=${version#v1.}
  minor=${minor%%.*}
  for pkg in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    flags+=" -X $pkg.gitVersion=$version -X $pkg.gitMajor=1 -X $pkg.gitMinor=$minor"
    flags+=" -X $pkg.gitTreeState=clean -X $pkg.buildDate=1970-01-01T00:00:00Z"
  done
  echo "$flags"
}

build_commands() {
  local dir=$1 flags entry name n=0 start
  flags=$(link_flags) || die "cannot read the module list, is the Go module proxy reachable?"
  for entry in "${commands[@]}"; do
    name=${entry%% *}
    n=$((n + 1))
    [[ -x $dir/$name ]] && continue
    say "building $name ($n/${#commands[@]}), the first build takes minutes..."
    start=$SECONDS
    go build -trimpath -ldflags "$flags" -o "$dir/.$name.new" "${entry#* }" >&2 ||
      die "building $name failed, see above; run again to go on from here"
    mv "$dir/.$name.new" "$dir/$name"
    say "built $name in $((SECONDS - start)) s"
  done
}

write_stages() {
  local dir=$1 module stage
  [[ -s $dir/kwok-stages.yaml ]] && return
  go mod download sigs.k8s.io/kwok >&2 || die "cannot download the kwok module"
  module=$(go list -m -f '{{.Dir}}' sigs.k8s.io/kwok)
  for stage in "${stages[@]}"; do
    [[ -f $module/kustomize/stage/$stage ]] || die "kwok's module has no $stage any more: adapt the list in $0"
    echo "---"
    cat "$module/kustomize/stage/$stage"
  done >"$dir/.kwok-stages.yaml.new"
  mv "$dir/.kwok-stages.yaml.new" "$dir/kwok-stages.yaml"
}

main() {
  local dir
  dir=$(target_dir)
  case ${1:-} in
  --print-dir) echo "$dir"; return ;;
  "") ;;
  *) die "unknown argument $1, want none or --print-dir" ;;
  esac
  if [[ -n ${KUBEBUILDER_ASSETS:-} ]]; then
    [[ -d $dir ]] || die "KUBEBUILDER_ASSETS is $dir, which is no directory"
    complete "$dir" || say "KUBEBUILDER_ASSETS ($dir) lacks some binaries or kwok-stages.yaml; what needs them will say so"
  elif ! complete "$dir"; then
    need go "https://go.dev/dl"
    need flock "package util-linux"
    mkdir -p "$dir"
    exec 9>"$dir/.lock"
    flock -n 9 || { say "another build is running, waiting for it..."; flock 9; }
    export CGO_ENABLED=0 GOWORK=off GOFLAGS=-mod=readonly
    build_commands "$dir"
    write_stages "$dir"
    say "ready in $dir"
  fi
  echo "$dir"
}

main "$@"
