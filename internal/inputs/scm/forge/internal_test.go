package forge

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestRateLimitsOfProviders(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	for name, test := range map[string]struct {
		status  int
		headers map[string]string
		body    string
		wait    time.Duration
		limited bool
	}{
		"GitHub, primary":     {403, map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1800000600"}, "", 10 * time.Minute, true},
		"GitHub, secondary":   {403, map[string]string{"Retry-After": "30", "X-RateLimit-Remaining": "12"}, "", 30 * time.Second, true},
		"GitHub, unspecified": {403, nil, "You have exceeded a secondary rate limit.", time.Minute, true},
		"GitHub, no right":    {403, map[string]string{"X-RateLimit-Remaining": "12", "X-RateLimit-Reset": "1800000600"}, "Must have admin rights", 0, false},
		"GitLab":              {429, map[string]string{"RateLimit-Remaining": "0", "RateLimit-Reset": "1800000042"}, "", 42 * time.Second, true},
		"seconds to go":       {429, map[string]string{"RateLimit-Reset": "17"}, "", 17 * time.Second, true},
		"a date":              {429, map[string]string{"Retry-After": now.Add(time.Minute).UTC().Format(http.TimeFormat)}, "", time.Minute, true},
		"without a word":      {429, nil, "", time.Minute, true},
		"in the past":         {429, map[string]string{"X-RateLimit-Reset": "1700000000"}, "", 0, true},
		"absurd":              {429, map[string]string{"X-RateLimit-Reset": "9000000000000000000"}, "", 24 * time.Hour, true},
		"busy":                {503, map[string]string{"Retry-After": "2"}, "", 2 * time.Second, true},
		"broken":              {503, nil, "", 0, false},
		"another failure":     {500, map[string]string{"Retry-After": "2"}, "", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			resp := &http.Response{StatusCode: test.status, Header: http.Header{}}
			for k, v := range test.headers {
				resp.Header.Set(k, v)
			}
			if wait, limited := rateLimit(resp, []byte(test.body), now); wait != test.wait || limited != test.limited {
				t.Errorf("%v, %v", wait, limited)
			}
		})
	}
}

func TestAddressesThatAreRefused(t *testing.T) {
	for _, ip := range []string{
		"127.0.0.1", "127.8.9.10", "::1", "0.0.0.0", "::", "169.254.169.254", "169.254.0.7", "fe80::1", "fe80::1%eth0", "224.0.0.1", "ff02::1",
		"::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "fd00:ec2::254", "100.100.100.200", "192.0.0.192", "168.63.129.16",
	} {
		if refuse(netip.MustParseAddr(ip)) == nil {
			t.Errorf("%s is dialled", ip)
		}
		if at := netip.AddrPortFrom(netip.MustParseAddr(ip), 443); refuseDial("tcp", at.String(), nil) == nil {
			t.Errorf("%s is dialled", at)
		}
	}
	for _, ip := range []string{"10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "fd12::1", "140.82.121.4", "64:ff9b::a00:1"} {
		if err := refuse(netip.MustParseAddr(ip)); err != nil {
			t.Errorf("%s: %v", ip, err)
		}
	}
}

// What a name means is known when it is dialled.
func TestTheDialerRefusesToo(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	address := s.Listener.Addr().String()
	for _, allow := range []bool{true, false} {
		c, err := Dial(Config{API: &url.URL{}, Limits: Limits{AllowLoopback: allow}})
		if err != nil {
			t.Fatal(err)
		}
		conn, err := c.transport.DialContext(t.Context(), "tcp", address)
		if (err == nil) != allow {
			t.Errorf("allowed %v: %v", allow, err)
		}
		if err == nil {
			conn.Close()
		}
	}
}

func TestMessagesOfProvidersAreFound(t *testing.T) {
	for body, want := range map[string]string{
		`{"message":"Bad credentials","documentation_url":"x"}`:               "Bad credentials",
		`{"error":"invalid_token","error_description":"Token was revoked."}`:  "invalid_token",
		`{"type":"error","error":{"message":"Repository acme/x not found"}}`:  "Repository acme/x not found",
		`{"errors":[{"context":null,"message":"Project X does not exist."}]}`: "Project X does not exist.",
		`{"message":{"base":["no"]}}`:                                         "",
		`{"errors":["a","b"]}`:                                                "a",
		`[1]`:                                                                 "",
		`<html>`:                                                              "",
		`{"message":"two\nlines\u001b[31m and \u202e odd"}`:                   "two lines [31m and odd",
		`{"message":"` + strings.Repeat("ä", 150) + `"}`:                      strings.Repeat("ä", 100) + "...",
		`{"message":"x and tok-en"}`:                                          "x and ***",
		`{"errors":[[[["deep"]]]]}`:                                           "",
	} {
		c := &Conn{credential: Bearer("tok-en")}
		if got := c.statusError(400, []byte(body)).Message; got != want {
			t.Errorf("%s: %q", body, got)
		}
	}
}

func TestCredentialsPrintAsNothing(t *testing.T) {
	for _, c := range []Credential{Bearer("tok-en"), Basic("ada", "tok-en"), Header("X", "", "tok-en")} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			if text := fmt.Sprintf(verb, c); strings.Contains(text, "tok-en") {
				t.Errorf("%s: %s", verb, text)
			}
		}
	}
}

func TestBaseRefusesWhatIsNoPlainAddress(t *testing.T) {
	for api, want := range map[string]string{
		"https://ada:tok-en@git.example.com": "user or password",
		"git.example.com":                    "must begin with",
		"file:///etc/passwd":                 "must begin with",
		"https://":                           "must begin with",
		"https://x?private_token=tok-en":     "query",
		"https://x/#f":                       "query",
		"https://x\x7f:tok-en":               "not a valid address",
		"http://[::1":                        "not a valid address",
	} {
		_, err := Base(api)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "tok-en") {
			t.Errorf("%s: %v", api, err)
		}
	}
	if u, err := Base(" https://git.example.com:8443/base/ "); err != nil || u.String() != "https://git.example.com:8443/base/" {
		t.Errorf("%v, %v", u, err)
	}
}

func TestPathsStayInTheRepository(t *testing.T) {
	for _, path := range []string{"..", "../x", "a/../b", "./a", "a/."} {
		if got, err := Path(path); err == nil {
			t.Errorf("%s: %s", path, got)
		}
	}
	if got, err := Path("/a b/ü?#%2e/c"); err != nil || got != "a%20b/%C3%BC%3F%23%252e/c" {
		t.Errorf("%s, %v", got, err)
	}
}

func TestTheCacheForgetsWhatWasAskedForLeast(t *testing.T) {
	c := NewCache(4 * (overhead + 100))
	put := func(name byte, n int) { c.put(&kept{key: cacheKey{name}, body: make([]byte, n)}) }
	for _, name := range []byte{'a', 'b', 'c', 'x'} {
		put(name, 100)
	}
	c.get(cacheKey{'a'})
	put('b', 50)
	put('d', 100)
	for name, want := range map[byte]bool{'a': true, 'b': true, 'c': false, 'x': true, 'd': true} {
		if got := c.get(cacheKey{name}) != nil; got != want {
			t.Errorf("%c: %v", name, got)
		}
	}
	put('d', 1<<20)
	if c.get(cacheKey{'d'}) != nil || c.get(cacheKey{'a'}) == nil {
		t.Error("one that is too large is kept, or displaced others")
	}
	if c.size != c.order.Len()*overhead+250 || len(c.entries) != c.order.Len() {
		t.Errorf("%d bytes counted for %d entries", c.size, c.order.Len())
	}
}
