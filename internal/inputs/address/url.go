package address

import (
	"cmp"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// InURL is the address that a URL's host is written as, which a proxy would
// dial; false for a name, of which the dialler sees what it means.
func InURL(u *url.URL) (netip.Addr, bool) {
	host := strings.TrimSuffix(u.Hostname(), ".")
	if strings.EqualFold(host, "localhost") {
		host = "127.0.0.1"
	}
	ip, err := netip.ParseAddr(host)
	return ip, err == nil
}

// Proxies are the hosts and ports of the proxies for other hosts: they may
// stand anywhere, this machine too.
func Proxies(proxy func(*http.Request) (*url.URL, error)) []string {
	var out []string
	ports := map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}
	for _, scheme := range []string{"http", "https"} {
		u, err := proxy(&http.Request{URL: &url.URL{Scheme: scheme, Host: "other.example.com"}})
		if err != nil || u == nil {
			continue
		}
		out = append(out, net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), ports[u.Scheme])))
	}
	return out
}
