package webhook

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// genuine is one accepted hook of every provider, and what makes it false.
func genuine(now time.Time) map[string]struct {
	request func() *http.Request
	header  string // without it, or with another value, the hook is refused
} {
	const bitbucket = `{"push": {"changes": [{"new": {"type": "branch", "name": "main"}}]}, "repository": {"full_name": "acme/x", "links": {"html": {"href": "https://bitbucket.org/acme/x"}}}}`
	const server = `{"repository": {"slug": "x", "project": {"key": "ACME"}}, "changes": [{"refId": "refs/heads/main"}]}`
	const gitlab = `{"object_kind": "push", "ref": "refs/heads/main", "project": {"path_with_namespace": "acme/x"}}`
	const azure = `{"eventType": "git.push", "resource": {"refUpdates": [{"name": "refs/heads/main"}], "repository": {"name": "x"}}}`
	const plugin = `{"plugin": "p"}`
	stamp := strconv.FormatInt(now.Unix(), 10)
	body := push("x", "refs/heads/main", "")
	type hook = struct {
		request func() *http.Request
		header  string
	}
	return map[string]hook{
		"github": {func() *http.Request { return github(body, "1") }, "X-Hub-Signature-256"},
		"gogs": {func() *http.Request {
			return request(Path, body, "X-Gogs-Event", "push", "X-GitHub-Event", "push", "X-Gogs-Signature", mac(secret, body))
		}, "X-Gogs-Signature"},
		"gitea": {func() *http.Request {
			return request(Path, body, "X-Gitea-Event", "push", "X-Gogs-Event", "push", "X-GitHub-Event", "push", "X-Gitea-Signature", mac(secret, body))
		}, "X-Gitea-Signature"},
		"forgejo": {func() *http.Request {
			return request(Path, body, "X-Forgejo-Event", "push", "X-Forgejo-Signature", mac(secret, body))
		}, "X-Forgejo-Signature"},
		"gitlab": {func() *http.Request {
			return request(Path, gitlab, "X-Gitlab-Event", "Push Hook", "X-Gitlab-Token", secret)
		}, "X-Gitlab-Token"},
		"bitbucket": {func() *http.Request {
			return request(Path, bitbucket, "X-Event-Key", "repo:push", "X-Hook-UUID", "u", "X-Hub-Signature", "sha256="+mac(secret, bitbucket))
		}, "X-Hub-Signature"},
		"bitbucket server": {func() *http.Request {
			return request(Path, server, "X-Event-Key", "repo:refs_changed", "X-Hub-Signature", "sha256="+mac(secret, server))
		}, "X-Hub-Signature"},
		"azure devops": {func() *http.Request {
			r := request(Path, azure, "X-Vss-Activityid", "1")
			r.SetBasicAuth("ada", secret)
			return r
		}, "Authorization"},
		"generic": {func() *http.Request { return generic(plugin, now) }, GenericSignature},
		"generic without the time": {func() *http.Request {
			return request(GenericPath, plugin, GenericTimestamp, stamp, GenericSignature, "sha256="+mac(secret, stamp+"."+plugin))
		}, GenericTimestamp},
	}
}

func TestOnlyASignedHookIsTaken(t *testing.T) {
	now := time.Now()
	for name, hook := range genuine(now) {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, allSecrets)
			for what, edit := range map[string]func(*http.Request){
				"no signature":      func(r *http.Request) { r.Header.Del(hook.header) },
				"an empty one":      func(r *http.Request) { r.Header.Set(hook.header, "") },
				"another one":       func(r *http.Request) { r.Header.Set(hook.header, "sha256="+mac("another", "body")) },
				"nonsense":          func(r *http.Request) { r.Header.Set(hook.header, "sha256=") },
				"one byte shorter":  func(r *http.Request) { v := r.Header.Get(hook.header); r.Header.Set(hook.header, v[:len(v)-1]) },
				"another by a byte": func(r *http.Request) { v := r.Header.Get(hook.header); r.Header.Set(hook.header, flip(v)) },
			} {
				r := hook.request()
				edit(r)
				w := d.send(r)
				if w.Code != http.StatusUnauthorized || !strings.Contains(w.Body.String(), "signature") {
					t.Errorf("%s: %d %s", what, w.Code, w.Body)
				}
			}
			if n := d.tray.count(); n != 0 {
				t.Fatalf("%d false hooks were taken", n)
			}
			if w := d.send(hook.request()); w.Code != http.StatusAccepted || d.tray.count() != 1 {
				t.Errorf("genuine: %d %s", w.Code, w.Body)
			}
			if n := d.metric(t, "fairlead_webhook_refused_total", "signature"); n != 6 {
				t.Errorf("%v counted as refused for their signature", n)
			}
			d.mustNotTell(t)
		})
	}
}

// flip changes the last byte into another hexadecimal digit or letter.
func flip(s string) string {
	last := byte('0')
	if s[len(s)-1] == last {
		last = '1'
	}
	return s[:len(s)-1] + string(last)
}

// mustNotTell checks that the log has neither secrets nor bodies.
func (d *desk) mustNotTell(t *testing.T) {
	t.Helper()
	for _, forbidden := range []string{secret, mac(secret, push("x", "refs/heads/main", "")), "commits", "before"} {
		if strings.Contains(d.log.String(), forbidden) {
			t.Errorf("the log tells %q:\n%s", forbidden, d.log)
		}
	}
}

func TestASignatureIsOfTheBodyThatCame(t *testing.T) {
	d := newDesk(t, allSecrets)
	r := github(push("x", "refs/heads/main", ""), "1")
	r.Body = io.NopCloser(strings.NewReader(push("other", "refs/heads/main", "")))
	if w := d.send(r); w.Code != http.StatusUnauthorized || d.tray.count() != 0 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestASigningTokenOfGitLab(t *testing.T) {
	const body = `{"object_kind": "push", "ref": "refs/heads/main", "project": {"path_with_namespace": "acme/x"}}`
	d := newDesk(t, map[string]string{"webhook.gitlab.secret": signingToken})
	signedAt := func(at time.Time) *http.Request {
		stamp := strconv.FormatInt(at.Unix(), 10)
		return request(Path, body, "X-Gitlab-Event", "Push Hook", "webhook-id", "7", "webhook-timestamp", stamp,
			"webhook-signature", "v1,AAAA v1,"+standardMAC("7."+stamp+"."+body))
	}
	token := request(Path, body, "X-Gitlab-Event", "Push Hook", "X-Gitlab-Token", signingToken)
	for name, r := range map[string]*http.Request{"old": signedAt(time.Now().Add(-time.Hour)), "from tomorrow": signedAt(time.Now().Add(24 * time.Hour)), "sent as it is": token} {
		if w := d.send(r); w.Code != http.StatusUnauthorized {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if w := d.send(signedAt(time.Now())); w.Code != http.StatusAccepted {
		t.Errorf("genuine: %d %s", w.Code, w.Body)
	}
}

func TestAnOldGenericHookIsNotPlayedAgain(t *testing.T) {
	d := newDesk(t, allSecrets)
	for at, want := range map[time.Duration]int{-2 * skew: 401, 2 * skew: 401, -skew / 2: 202} {
		if w := d.send(generic(`{"plugin": "p"}`, time.Now().Add(at))); w.Code != want {
			t.Errorf("signed %v from now: %d %s", at, w.Code, w.Body)
		}
	}
	for _, stamp := range []string{"x", "", "99999999999999999999", "1e9"} {
		r := request(GenericPath, "{}", GenericTimestamp, stamp, GenericSignature, "sha256="+mac(secret, stamp+".{}"))
		if w := d.send(r); w.Code != http.StatusUnauthorized {
			t.Errorf("stamp %q: %d", stamp, w.Code)
		}
	}
}
