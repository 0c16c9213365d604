package session

import (
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// enrollRate is how many enrolments per second one address may try, beyond
	// a burst of enrollBurst (a site may join many clusters from one address).
	enrollRate  = 0.5
	enrollBurst = 20
	// maxAddresses bounds the memory; beyond it the idle are forgotten.
	maxAddresses = 10_000
)

// addressLimit slows down callers without a certificate, per remote address.
type addressLimit struct {
	clock func() time.Time

	mu      sync.Mutex
	buckets map[netip.Prefix]*rate.Limiter
}

func newAddressLimit(clock func() time.Time) *addressLimit {
	return &addressLimit{clock: clock, buckets: map[netip.Prefix]*rate.Limiter{}}
}

// allow takes one attempt from the address's bucket. An address that cannot be
// read shares one bucket with its like.
func (l *addressLimit) allow(remote string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock()
	source := sourceOf(remote)
	bucket := l.buckets[source]
	if bucket == nil {
		if len(l.buckets) >= maxAddresses && !l.forget(now) {
			return false
		}
		bucket = rate.NewLimiter(enrollRate, enrollBurst)
		l.buckets[source] = bucket
	}
	return bucket.AllowN(now, 1)
}

// forget drops the buckets that are full again; false if there is none.
func (l *addressLimit) forget(now time.Time) bool {
	before := len(l.buckets)
	for source, bucket := range l.buckets {
		if bucket.TokensAt(now) >= enrollBurst {
			delete(l.buckets, source)
		}
	}
	return len(l.buckets) < before
}

// sourceOf is an IPv4 address, or the /64 that one IPv6 host owns whole.
func sourceOf(remote string) netip.Prefix {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return netip.Prefix{}
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}
	}
	addr = addr.Unmap().WithZone("")
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	return netip.PrefixFrom(addr, bits).Masked()
}
