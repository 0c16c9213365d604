// Package address tells which addresses no generator and no source may lead the
// hub or an agent to.
//
// Whoever may write an ApplicationSet names hosts that are then dialled. This
// machine, its link and the metadata services of clouds are refused, because
// they answer to the machine and not to the author. Private networks are not: that
// is where many providers stand.
package address

import (
	"net/netip"
	"slices"
)

// metadata are addresses at which clouds tell machines their credentials, where
// those are not link-local anyway.
var metadata = []netip.Addr{
	netip.MustParseAddr("fd00:ec2::254"),   // Amazon
	netip.MustParseAddr("100.100.100.200"), // Alibaba
	netip.MustParseAddr("192.0.0.192"),     // Oracle
	netip.MustParseAddr("168.63.129.16"),   // Azure
	netip.MustParseAddr("fd20:ce::254"),    // Google
}

// nat64 is the well-known prefix whose last four bytes are an IPv4 address,
// RFC 6052.
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// Own is true for an address of this machine, of its link, or of a cloud's
// metadata service, in whatever form it is written.
func Own(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if nat64.Contains(ip) {
		bytes := ip.As16()
		ip = netip.AddrFrom4([4]byte(bytes[12:]))
	}
	return ip.IsLoopback() || ip.IsUnspecified() || ip.IsMulticast() || ip.IsLinkLocalUnicast() ||
		slices.Contains(metadata, ip)
}
