package scm_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/fairlead/fairlead/internal/inputs/scm"
)

// appServer hands out token for installation 77 to who proves to be app 5, and
// serves the rest to who has it.
func appServer(t *testing.T, key *rsa.PrivateKey, time0 *clock) *server {
	w := fullWorld()
	w.repos = w.repos[:2]
	rest := githubFake(w)
	mux := http.NewServeMux()
	isApp := func(r *http.Request) bool {
		claims := jwt.RegisteredClaims{}
		_, err := jwt.NewParser(jwt.WithTimeFunc(time0.Now), jwt.WithIssuedAt(), jwt.WithExpirationRequired(), jwt.WithIssuer("5"), jwt.WithValidMethods([]string{"RS256"})).
			ParseWithClaims(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), &claims, func(*jwt.Token) (any, error) { return &key.PublicKey, nil })
		return err == nil
	}
	mux.HandleFunc("GET /api/v3/app/installations", func(w http.ResponseWriter, r *http.Request) {
		if !isApp(r) {
			fail(w, http.StatusUnauthorized, "not the app")
			return
		}
		reply(w, []object{{"id": 76, "account": object{"login": "other"}}, {"id": 77, "account": object{"login": "ACME"}}})
	})
	mux.HandleFunc("POST /api/v3/app/installations/77/access_tokens", func(w http.ResponseWriter, r *http.Request) {
		if !isApp(r) {
			fail(w, http.StatusUnauthorized, "not the app")
			return
		}
		w.WriteHeader(http.StatusCreated)
		reply(w, object{"token": token})
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token {
			fail(w, http.StatusUnauthorized, "no token")
			return
		}
		rest.ServeHTTP(w, r)
	})
	return serve(t, "", mux)
}

func TestAGitHubAppLogsIn(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	text := func(key *rsa.PrivateKey) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	}
	_, time0 := newClient(scm.Options{})
	s := appServer(t, key, time0)
	for name, test := range map[string]struct {
		secret map[string][]byte
		owner  string
		want   []string
	}{
		"by installation":  {map[string][]byte{"githubAppID": []byte("5"), "githubAppInstallationID": []byte("77\n"), "githubAppPrivateKey": text(key)}, "acme", nil},
		"by owner":         {map[string][]byte{"githubAppID": []byte("5"), "githubAppPrivateKey": text(key)}, "acme", nil},
		"not installed":    {map[string][]byte{"githubAppID": []byte("5"), "githubAppPrivateKey": text(key)}, "gone", []string{"not installed at gone", "team/app"}},
		"another key":      {map[string][]byte{"githubAppID": []byte("5"), "githubAppInstallationID": []byte("77"), "githubAppPrivateKey": text(other)}, "acme", []string{"installation 77", "401"}},
		"no installation":  {map[string][]byte{"githubAppID": []byte("5"), "githubAppInstallationID": []byte("78"), "githubAppPrivateKey": text(key)}, "acme", []string{"installation 78"}},
		"no number":        {map[string][]byte{"githubAppID": []byte("x"), "githubAppPrivateKey": text(key)}, "acme", []string{`"githubAppID"`, "Secret team/app"}},
		"no key":           {map[string][]byte{"githubAppID": []byte("5")}, "acme", []string{`"githubAppPrivateKey" is missing`}},
		"a key of no form": {map[string][]byte{"githubAppID": []byte("5"), "githubAppPrivateKey": []byte("s3cret-t0ken")}, "acme", []string{"not an RSA key"}},
	} {
		t.Run(name, func(t *testing.T) {
			// The provider's address may be in the Secret instead.
			test.secret["githubAppEnterpriseBaseUrl"] = []byte(s.URL)
			c := scm.New(objects{secrets: map[string]map[string][]byte{"app": test.secret}}, scm.Options{AllowLoopback: true})
			c.SetClock(time0.Now, time0.Sleep)
			answer, err := ask(t, c, "pullRequest", object{"github": object{"owner": test.owner, "repo": "shop", "appSecretName": "app"}, "continueOnRepoNotFoundError": true})
			if test.want != nil {
				says(t, err, test.want...)
				if err != nil && strings.Contains(err.Error(), token) {
					t.Errorf("the token shows: %v", err)
				}
				return
			}
			if err != nil || len(answer.PullRequests) != 230 {
				t.Fatalf("%v", err)
			}
			answer, err = ask(t, c, "scmProvider", object{"github": object{"organization": test.owner, "api": s.URL, "appSecretName": "app"}})
			if err != nil || len(answer.Repositories) != 2 {
				t.Fatalf("%v", err)
			}
		})
	}
	c := scm.New(objects{}, scm.Options{AllowLoopback: true})
	_, err = ask(t, c, "pullRequest", object{"github": object{"owner": "acme", "repo": "shop", "appSecretName": "app"}})
	says(t, err, "Secret team/app does not exist")
}
