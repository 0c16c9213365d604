#!/bin/sh
# Writes everything in this repository that is generated from Go types and
# .proto files: deep copies, CustomResourceDefinitions, the wire's Go code.
# Needs Go only; the generators are pinned in tools/gen/go.mod.
set -eu
cd "$(dirname "$0")/../.."

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
go -C tools/gen build -o "$tools/" \
	./crd ./proto \
	sigs.k8s.io/controller-tools/cmd/controller-gen \
	google.golang.org/protobuf/cmd/protoc-gen-go \
	connectrpc.com/connect/cmd/protoc-gen-connect-go

# Deep copies: api/**/zz_generated.deepcopy.go
"$tools/controller-gen" object paths=./api/...

# CustomResourceDefinitions: config/crd/*.yaml
mkdir "$tools/out"
"$tools/controller-gen" crd:crdVersions=v1 paths=./api/... output:crd:dir="$tools/out"
rm -f config/crd/*.yaml
"$tools/crd" -o config/crd "$tools"/out/*.yaml

# The wire: internal/delivery/deliveryv1
"$tools/proto" -plugins "$tools" -root internal/delivery deliveryv1/delivery.proto
