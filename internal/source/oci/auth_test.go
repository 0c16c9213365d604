package oci_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/source/blobs"
)

func TestARegistryIsShownItsOwnCredentialOnly(t *testing.T) {
	elsewhere := newServer(t)
	s := newServer(t)
	data := packed(t, false, "a", "1")
	digest := s.push("config", emptyConfig, []layer{{plainLayer, data}}, "latest")
	elsewhere.handle = func(w http.ResponseWriter, _ *http.Request) bool {
		_, _ = w.Write(data)
		return true
	}
	s.handle = func(w http.ResponseWriter, r *http.Request) bool {
		if user, password, _ := r.BasicAuth(); user != "me" || password != "hunter2" {
			w.Header().Set("WWW-Authenticate", `Basic realm="here"`)
			w.WriteHeader(http.StatusUnauthorized)
			return true
		}
		if strings.HasSuffix(r.URL.Path, blobs.Digest(data)) {
			http.Redirect(w, r, "http://"+elsewhere.Host+"/store", http.StatusTemporaryRedirect)
			return true
		}
		return false
	}
	pin := source.Pin{Spec: source.Spec{Kind: source.KindOCI, RepoURL: "oci://" + s.Host + "/config"}, Revision: digest, Digest: digest}
	me := source.Credential{Username: "me", Password: "hunter2"}
	if _, err := open(t, s, t.TempDir(), source.Limits{}, me).Fetch(t.Context(), pin); err != nil {
		t.Fatal(err)
	}
	if requests, auth := elsewhere.seen(); len(requests) != 1 || auth[0] != "" {
		t.Errorf("the store was asked %q with %q", requests, auth)
	}
	for _, c := range []source.Credential{{}, {Username: "me", Password: "hunter3"}, {Username: "me"}, {Bearer: "hunter4"}} {
		_, err := open(t, s, t.TempDir(), source.Limits{}, c).Fetch(t.Context(), pin)
		if !errors.Is(err, source.ErrDenied) || strings.Contains(err.Error(), "hunter") {
			t.Errorf("%v: %v", c, err)
		}
	}
}

func TestARegistryMayWantATokenOfItsOwn(t *testing.T) {
	s := newServer(t)
	digest := s.push("team/config", emptyConfig, []layer{{plainLayer, packed(t, false, "a", "1")}}, "1.0.0")
	realm := "http://" + s.Host + "/token"
	s.handle = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/token" {
			if user, password, _ := r.BasicAuth(); user != "me" || password != "hunter2" || r.FormValue("scope") != "repository:team/config:pull" {
				w.WriteHeader(http.StatusUnauthorized)
				return true
			}
			_, _ = w.Write([]byte(`{"token": "short-lived"}`))
			return true
		}
		if r.Header.Get("Authorization") != "Bearer short-lived" {
			w.Header().Set("WWW-Authenticate", `Bearer realm="`+realm+`",service="registry",scope="repository:team/config:pull"`)
			w.WriteHeader(http.StatusUnauthorized)
			return true
		}
		return false
	}
	spec := source.Spec{Kind: source.KindOCI, RepoURL: "oci://" + s.Host + "/team/config", Revision: "1.x"}
	me := source.Credential{Username: "me", Password: "hunter2"}
	registries := open(t, s, t.TempDir(), source.Limits{}, me)
	pin, err := registries.Resolve(t.Context(), spec)
	if err != nil || pin.Digest != digest {
		t.Fatalf("%+v %v", pin, err)
	}
	if _, err := registries.Fetch(t.Context(), pin); err != nil {
		t.Error(err)
	}
	for _, c := range []source.Credential{{}, {Username: "me", Password: "hunter3"}, {Bearer: "hunter4"}} {
		_, err := open(t, s, t.TempDir(), source.Limits{}, c).Resolve(t.Context(), spec)
		if !errors.Is(err, source.ErrDenied) || strings.Contains(err.Error(), "hunter") {
			t.Errorf("%v: %v", c, err)
		}
	}
	// A registry that sends the password to a service of the machine.
	for _, realm = range []string{"http://169.254.169.254/latest", "file:///etc/passwd"} {
		if _, err := open(t, s, t.TempDir(), source.Limits{}, me).Resolve(t.Context(), spec); err == nil || strings.Contains(err.Error(), "hunter") {
			t.Errorf("%s: %v", realm, err)
		}
	}
}
