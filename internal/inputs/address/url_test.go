package address

import (
	"net/http"
	"net/url"
	"testing"
)

func TestAddressesWrittenInURLs(t *testing.T) {
	for text, own := range map[string]bool{
		"http://localhost": true, "http://LOCALHOST:80": true, "http://localhost.": true, "http://[::1]/x": true,
		"https://169.254.169.254./latest": true, "https://10.0.0.1": false, "https://git.example.com": false,
	} {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if ip, written := InURL(u); (written && Own(ip)) != own {
			t.Errorf("%s: %s, %v", text, ip, written)
		}
	}
}

func TestProxiesAreKnownByHostAndPort(t *testing.T) {
	for proxy, want := range map[string]string{
		"http://127.0.0.1:3128": "127.0.0.1:3128", "http://proxy": "proxy:80", "https://proxy": "proxy:443", "socks5://[::1]": "[::1]:1080",
	} {
		got := Proxies(func(*http.Request) (*url.URL, error) { return url.Parse(proxy) })
		if len(got) != 2 || got[0] != want || got[1] != want {
			t.Errorf("%s: %v", proxy, got)
		}
	}
	if got := Proxies(func(*http.Request) (*url.URL, error) { return nil, nil }); got != nil {
		t.Errorf("without one: %v", got)
	}
}
