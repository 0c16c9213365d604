#!/bin/sh
# Regenerates the Go code beside delivery.proto. Needs protoc (3.21 or later),
# protoc-gen-go (google.golang.org/protobuf v1.36.12) and
# protoc-gen-connect-go (connectrpc.com/connect v1.21.1) on PATH.
set -eu
root=$(cd "$(dirname "$0")/../../.." && pwd)
exec protoc --proto_path="$root/internal/delivery" \
	--go_out="$root" --go_opt=module=github.com/fairlead/fairlead \
	--connect-go_out="$root" --connect-go_opt=module=github.com/fairlead/fairlead,simple \
	deliveryv1/delivery.proto
