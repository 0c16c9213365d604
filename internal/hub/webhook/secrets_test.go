package webhook

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestWithoutASecretAProviderIsRefused(t *testing.T) {
	for name, hook := range genuine(time.Now()) {
		for what, values := range map[string]map[string]string{"no Secret": nil, "an empty value": emptied(allSecrets)} {
			d := newDesk(t, values)
			w := d.send(hook.request())
			if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "webhook.") || !strings.Contains(w.Body.String(), SecretName) || d.tray.count() != 0 {
				t.Errorf("%s, %s: %d %s", name, what, w.Code, w.Body)
			}
		}
	}
	d := newDesk(t, map[string]string{"webhook.bitbucket.uuid": "u"})
	if w := d.send(request(Path, "{}", "X-Hook-UUID", "u", "X-Event-Key", "repo:push")); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "webhook.bitbucket.secret") {
		t.Errorf("a UUID alone: %d %s", w.Code, w.Body)
	}
}

func emptied(values map[string]string) map[string]string {
	out := map[string]string{}
	for k := range values {
		out[k] = ""
	}
	return out
}

func TestSecretsAreReadOnceInAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, allSecrets)
		for range 100 {
			d.send(github("{}", "1"))
		}
		if d.vault.reads != 1 {
			t.Errorf("read %d times for 100 hooks", d.vault.reads)
		}
		d.vault.put(SecretName, nil, map[string]string{"webhook.github.secret": "changed"})
		time.Sleep(fresh)
		if w := d.send(github(push("x", "refs/heads/main", ""), "1")); w.Code != http.StatusUnauthorized {
			t.Errorf("with the old secret: %d", w.Code)
		}
		d.vault.err = errors.New("away")
		time.Sleep(fresh)
		body := push("x", "refs/heads/main", "")
		r := request(Path, body, "X-GitHub-Event", "push", "X-Hub-Signature-256", "sha256="+mac("changed", body))
		if w := d.send(r); w.Code != http.StatusAccepted {
			t.Errorf("while the API server is away: %d %s", w.Code, w.Body)
		}
	})
}

func TestASecretMayStandElsewhere(t *testing.T) {
	for reference, want := range map[string]int{
		"$hooks:github": http.StatusAccepted, "$shared": http.StatusAccepted,
		"$private:github": http.StatusForbidden, "$missing:github": http.StatusForbidden, "$hooks:none": http.StatusForbidden, "$none": http.StatusForbidden,
	} {
		d := newDesk(t, map[string]string{"webhook.github.secret": reference, "shared": secret})
		d.vault.put("hooks", map[string]string{"app.kubernetes.io/part-of": "argocd"}, map[string]string{"github": secret + "\n"})
		d.vault.put("private", nil, map[string]string{"github": secret})
		if w := d.send(github(push("x", "refs/heads/main", ""), "1")); w.Code != want {
			t.Errorf("%s: %d %s", reference, w.Code, w.Body)
		}
	}
}
