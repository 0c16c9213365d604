// Package deliveryv1 is the generated Go code of delivery.proto, the messages
// between hub and agent. It owns nothing by hand; what the messages mean is in
// the proto file and in package delivery.
//
//go:generate ./generate.sh
package deliveryv1
