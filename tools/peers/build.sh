#!/usr/bin/env bash
# Builds programs that tests run beside Fairlead, from the Go modules in the
# folders here, once, and prints their directories, one per line:
#
#   ${FAIRLEAD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/fairlead}/peers/NAME-HASH
#
# HASH is the start of SHA-256 of the folder's go.sum and of this script.
#
#   build.sh NAME...              build what is missing, then print directories
#   build.sh --print-dir NAME...  print directories, build nothing
#
# rollouts    Argo Rollouts' controller `rollouts-controller`, its CRDs in crds/
# prometheus  `prometheus` without its web interface and with two kinds of
#             service discovery, file and http; static targets need none
#
# Standard output is the directories alone; progress goes to standard error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

say() { echo "peers: $*" >&2; }
die() { say "$*"; exit 1; }

target_dir() {
  local cache=${FAIRLEAD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/fairlead}
  echo "$cache/peers/$1-$(cat "$1/go.sum" build.sh | sha256sum | cut -c1-16)"
}

compile() { # DIR NAME PACKAGE [FLAG...]
  local dir=$1 name=$2 package=$3
  shift 3
  go build -trimpath -ldflags "-s -w" "$@" -o "$dir/.$name.new" "$package" >&2 || die "building $name failed, see above"
  mv "$dir/.$name.new" "$dir/$name"
}

build_rollouts() {
  local dir=$1 module
  (
    cd rollouts
    go mod download github.com/argoproj/argo-rollouts >&2 || die "cannot download Argo Rollouts, is the Go module proxy reachable?"
    module=$(go list -m -f '{{.Dir}}' github.com/argoproj/argo-rollouts)
    rm -rf "$dir/crds" && mkdir "$dir/crds"
    cp "$module"/manifests/crds/*-crd.yaml "$dir/crds/"
    chmod -R u+w "$dir/crds"
    compile "$dir" rollouts-controller github.com/argoproj/argo-rollouts/cmd/rollouts-controller
  )
}

# Prometheus links the clients of every cloud for service discovery. The module
# is copied to leave those out: its own list of plugins is a file of its own.
build_prometheus() {
  local dir=$1 work
  work=$(mktemp -d)
  cp prometheus/go.mod prometheus/go.sum "$work/"
  (
    cd "$work"
    go mod vendor >&2 || die "cannot download Prometheus, is the Go module proxy reachable?"
    echo "package plugins" >vendor/github.com/prometheus/prometheus/plugins/plugins.go
    compile "$dir" prometheus github.com/prometheus/prometheus/cmd/prometheus -mod=vendor
  )
  rm -rf "$work"
}

build() {
  local name=$1 dir=$2 start=$SECONDS
  [[ -e $dir/.complete ]] && return
  command -v go >/dev/null || die "go is needed and not installed (https://go.dev/dl)"
  command -v flock >/dev/null || die "flock is needed and not installed (package util-linux)"
  mkdir -p "$dir"
  exec 9>"$dir/.lock"
  flock -n 9 || { say "another build is running, waiting for it..."; flock 9; }
  [[ -e $dir/.complete ]] && return
  say "building $name, the first build takes minutes..."
  CGO_ENABLED=0 GOWORK=off "build_$name" "$dir"
  touch "$dir/.complete"
  say "built $name in $((SECONDS - start)) s"
}

main() {
  local print=false name
  if [[ ${1:-} == --print-dir ]]; then
    print=true
    shift
  fi
  (($#)) || die "name what to build: rollouts, prometheus"
  for name in "$@"; do
    [[ -f $name/go.sum ]] || die "unknown program $name, want rollouts or prometheus"
    $print || build "$name" "$(target_dir "$name")"
    target_dir "$name"
  done
}

main "$@"
