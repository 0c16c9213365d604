package address_test

import (
	"net/netip"
	"testing"

	"github.com/fairlead/fairlead/internal/inputs/address"
)

func TestOwnAddresses(t *testing.T) {
	for text, want := range map[string]bool{
		"127.0.0.1": true, "127.8.8.8": true, "::1": true, "0.0.0.0": true, "::": true,
		"169.254.169.254": true, "fe80::1": true, "fe80::1%eth0": true, "::ffff:169.254.169.254": true,
		"64:ff9b::a9fe:a9fe": true, "fd00:ec2::254": true, "fd20:ce::254": true, "100.100.100.200": true, "168.63.129.16": true,
		"192.0.0.192": true, "224.0.0.1": true, "ff02::1": true,
		"10.0.0.1": false, "192.168.1.1": false, "172.16.0.1": false, "8.8.8.8": false, "fd12::1": false,
		"2001:db8::1": false, "64:ff9b::a00:1": false,
	} {
		if got := address.Own(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
