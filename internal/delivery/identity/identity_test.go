package identity

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

func TestIdentityURIRoundTrip(t *testing.T) {
	want := Identity{Fleet: "0f6c8a4e-1", Cluster: "edge-tokyo-1", UID: "9a7d"}
	got, err := Parse(want.URI())
	if err != nil || got != want {
		t.Fatalf("Parse(%s) = %+v, %v", want, got, err)
	}
}

func TestParseRefusesWhatItDidNotWrite(t *testing.T) {
	for name, raw := range map[string]string{
		"another scheme": "spiffe://f/cluster/a/u",
		"another kind":   "fairlead://f/hub/a/u",
		"no uid":         "fairlead://f/cluster/a",
		"empty uid":      "fairlead://f/cluster/a/",
		"extra segment":  "fairlead://f/cluster/a/u/x",
		"query":          "fairlead://f/cluster/a/u?x=1",
		"fragment":       "fairlead://f/cluster/a/u#x",
		"user":           "fairlead://me@f/cluster/a/u",
		"escaped slash":  "fairlead://f/cluster/a%2Fb/u",
		"upper case":     "fairlead://f/cluster/A/u",
		"no fleet":       "fairlead:///cluster/a/u",
		"dots":           "fairlead://f/cluster/../u",
	} {
		t.Run(name, func(t *testing.T) {
			u, err := url.Parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			if id, err := Parse(u); err == nil {
				t.Errorf("Parse(%s) = %+v, want an error", raw, id)
			}
		})
	}
}

func exampleToken() JoinToken {
	tok := JoinToken{Endpoint: "https://hub.example.com:8443", ID: "k3f9x0qa"}
	for i := range tok.Secret {
		tok.Secret[i] = byte(i)
		tok.Pin[i] = byte(255 - i)
	}
	return tok
}

func TestJoinTokenRoundTrip(t *testing.T) {
	want := exampleToken()
	got, err := ParseJoinToken(" " + want.Encode() + "\n")
	if err != nil || got != want {
		t.Fatalf("got %+v, %v", got, err)
	}
	id, secret, err := ParseCredential(want.Credential())
	if err != nil || id != want.ID || secret != want.Secret {
		t.Fatalf("credential: %s %v %v", id, secret, err)
	}
}

func TestJoinTokenErrorsAndLogsShowNoSecret(t *testing.T) {
	tok := exampleToken()
	whole := tok.Encode()
	secret := strings.Split(whole, ".")[3]
	for _, s := range []string{fmt.Sprint(tok), fmt.Sprintf("%+v %#v %s", tok, tok, tok)} {
		if strings.Contains(s, secret) || strings.Contains(s, "31 ") {
			t.Errorf("printed token shows its secret: %s", s)
		}
	}
	for name, s := range map[string]string{
		"empty":         "",
		"cut short":     whole[:len(whole)-3],
		"one field":     secret,
		"other version": "fl9" + whole[3:],
		"http endpoint": JoinToken{Endpoint: "http://hub", ID: tok.ID, Secret: tok.Secret}.Encode(),
		"userinfo":      JoinToken{Endpoint: "https://me:pw@hub", ID: tok.ID, Secret: tok.Secret}.Encode(),
		"path":          JoinToken{Endpoint: "https://hub/x", ID: tok.ID, Secret: tok.Secret}.Encode(),
		"bad id":        JoinToken{Endpoint: "https://hub", ID: "../../etc", Secret: tok.Secret}.Encode(),
		"short secret":  strings.Replace(whole, secret, secret[:20], 1),
	} {
		_, err := ParseJoinToken(s)
		if err == nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "pw@") {
			t.Errorf("%s: error repeats the secret: %v", name, err)
		}
	}
}
