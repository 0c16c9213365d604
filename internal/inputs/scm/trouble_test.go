package scm_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/inputs/scm"
)

func TestAShortRateLimitIsWaitedOut(t *testing.T) {
	everyProvider(t, func(t *testing.T, p provider) {
		s := serve(t, p.header, p.fake(fullWorld()))
		c, time0 := newClient(scm.Options{})
		s.before = func(n int, w http.ResponseWriter, _ *http.Request) bool {
			if n == 2 {
				w.Header().Set("Retry-After", "3")
				fail(w, http.StatusTooManyRequests, "slow down")
			}
			return n == 2
		}
		if pulls, err := p.askPulls(t, c, s, with(p.pulls, p.pullLogin()), nil); err != nil || len(pulls) != 230 {
			t.Errorf("%d, %v", len(pulls), err)
		}
		if time0.waited != 3*time.Second {
			t.Errorf("waited %v", time0.waited)
		}
	})
}

func TestALongRateLimitIsAnErrorThatSaysWhenToAskAgain(t *testing.T) {
	everyProvider(t, func(t *testing.T, p provider) {
		s := serve(t, p.header, p.fake(fullWorld()))
		c, time0 := newClient(scm.Options{})
		s.before = func(n int, w http.ResponseWriter, _ *http.Request) bool {
			if n == 3 {
				w.Header().Set("X-RateLimit-Remaining", "0")
				w.Header().Set("X-RateLimit-Reset", fmt.Sprint(time0.Now().Add(20*time.Minute).Unix()))
				fail(w, http.StatusForbidden, "API rate limit exceeded")
			}
			return n == 3
		}
		after := func(err error) time.Duration {
			var limited interface{ RetryAfter() time.Duration }
			if !errors.As(err, &limited) {
				t.Fatalf("no RetryAfter: %v", err)
			}
			return limited.RetryAfter()
		}
		pulls, err := p.askPulls(t, c, s, with(p.pulls, p.pullLogin()), nil)
		if after(err) != 20*time.Minute || pulls != nil {
			t.Errorf("%v, %d", after(err), len(pulls))
		}
		says(t, err, "rate limit")
		// Nothing more is sent until then.
		before := s.count()
		_, err = p.askPulls(t, c, s, with(p.pulls, p.pullLogin()), nil)
		if after(err) != 20*time.Minute || s.count() != before {
			t.Errorf("%v, %d more requests", after(err), s.count()-before)
		}
		time0.now = time0.now.Add(21 * time.Minute)
		if pulls, err := p.askPulls(t, c, s, with(p.pulls, p.pullLogin()), nil); err != nil || len(pulls) != 230 {
			t.Errorf("%d, %v", len(pulls), err)
		}
	})
}

func TestPassingFailuresAreRetriedAndLastingOnesReported(t *testing.T) {
	everyProvider(t, func(t *testing.T, p provider) {
		s := serve(t, p.header, p.fake(fullWorld()))
		c, _ := newClient(scm.Options{})
		lasting := false
		s.before = func(n int, w http.ResponseWriter, _ *http.Request) bool {
			switch {
			case lasting:
				w.WriteHeader(http.StatusBadGateway)
				return true
			case n == 1:
				w.WriteHeader(http.StatusServiceUnavailable)
				return true
			case n == 2:
				conn, _, err := w.(http.Hijacker).Hijack()
				if err != nil {
					t.Error(err)
				}
				conn.Close()
				return true
			}
			return false
		}
		if pulls, err := p.askPulls(t, c, s, with(p.pulls, p.pullLogin()), nil); err != nil || len(pulls) != 230 {
			t.Errorf("%d, %v", len(pulls), err)
		}
		lasting = true
		before := s.count()
		_, err := p.askPulls(t, c, s, with(p.pulls, p.pullLogin()), nil)
		says(t, err, "502", "asked again later")
		if n := s.count() - before; n != 4 {
			t.Errorf("%d attempts, want 4", n)
		}
	})
}

func TestAnAnswerThatIsCutShortIsAnError(t *testing.T) {
	everyProvider(t, func(t *testing.T, p provider) {
		for name, answer := range map[string]string{
			"nothing": "", "null": "null", "a page": "<html>Sign in</html>", "half": `[{"number": 1`, "another kind": `{"ok": true}`,
		} {
			s := serve(t, p.header, p.fake(fullWorld()))
			s.before = func(_ int, w http.ResponseWriter, _ *http.Request) bool {
				fmt.Fprint(w, answer)
				return true
			}
			c, _ := newClient(scm.Options{})
			if repos, err := p.askRepositories(t, c, s, with(p.repositories, p.credential), nil); err == nil {
				t.Errorf("%s: %d repositories and no error", name, len(repos))
			}
			if pulls, err := p.askPulls(t, c, s, with(p.pulls, p.pullLogin()), nil); err == nil {
				t.Errorf("%s: %d pull requests and no error", name, len(pulls))
			}
		}
	})
}

func TestMoreThanTheCapsIsAnError(t *testing.T) {
	everyProvider(t, func(t *testing.T, p provider) {
		s := serve(t, p.header, p.fake(fullWorld()))
		for want, opts := range map[string]scm.Options{
			"more than 2 pages":      {MaxPages: 2},
			"more than 150 entries":  {MaxItems: 150},
			"more than 229 entries":  {MaxItems: 229},
			"longer than 1000 bytes": {MaxBody: 1000},
		} {
			c, _ := newClient(opts)
			_, err := p.askPulls(t, c, s, with(p.pulls, p.pullLogin()), nil)
			says(t, err, want)
		}
	})
}

// A pull request that closes between two pages moves those behind it, one of
// them to a page that was read already.
func TestNothingIsMissedWhileTheListingChanges(t *testing.T) {
	everyProvider(t, func(t *testing.T, p provider) {
		w := fullWorld()
		s := serve(t, p.header, p.fake(w))
		s.before = func(n int, _ http.ResponseWriter, _ *http.Request) bool {
			if n == 2 {
				w.pulls = w.pulls[1:]
			}
			return false
		}
		c, _ := newClient(scm.Options{})
		pulls, err := p.askPulls(t, c, s, with(p.pulls, p.pullLogin()), nil)
		if err != nil || len(pulls) != 229 || pulls[228].Number != 999 {
			t.Errorf("%d, %v", len(pulls), err)
		}
	})
}

func TestACredentialStaysAtItsProvider(t *testing.T) {
	everyProvider(t, func(t *testing.T, p provider) {
		other := serve(t, "", p.fake(fullWorld()))
		other.before = func(_ int, _ http.ResponseWriter, r *http.Request) bool {
			for name, values := range r.Header {
				if strings.Contains(strings.Join(values, ""), strings.TrimPrefix(p.header[strings.LastIndex(p.header, " "):], " ")) {
					t.Errorf("the header %s came along", name)
				}
			}
			return false
		}
		s := serve(t, p.header, p.fake(fullWorld()))
		s.before = func(_ int, w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, other.URL+r.URL.RequestURI(), http.StatusTemporaryRedirect)
			return true
		}
		c, _ := newClient(scm.Options{})
		// Bitbucket Cloud's next page is then elsewhere, which is refused.
		if _, err := p.askPulls(t, c, s, with(p.pulls, p.pullLogin()), nil); err != nil && p.name != "bitbucket" {
			t.Error(err)
		}
		if other.count() == 0 {
			t.Error("the redirect was not followed")
		}
	})
}

func TestNoErrorShowsTheCredential(t *testing.T) {
	everyProvider(t, func(t *testing.T, p provider) {
		s := serve(t, p.header, p.fake(fullWorld()))
		for _, status := range []int{400, 401, 403, 404, 418, 429, 500, 200, 302} {
			s.before = func(_ int, w http.ResponseWriter, r *http.Request) bool {
				text := "you sent " + p.header + " and " + token
				w.Header().Set("Location", "http://user:"+token+"@127.0.0.1:1/?private_token="+token)
				w.WriteHeader(status)
				reply(w, object{"message": text, "error": text, "typeKey": text})
				return true
			}
			c, _ := newClient(scm.Options{})
			_, err := p.askPulls(t, c, s, with(p.pulls, p.pullLogin()), nil)
			if err == nil {
				t.Fatalf("%d: no error", status)
			}
			secret := p.header[strings.LastIndex(p.header, " ")+1:]
			if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, token) || strings.Contains(text, secret) {
				t.Errorf("%d: %s", status, text)
			}
		}
	})
}

func TestThisMachineIsNotAProvider(t *testing.T) {
	everyProvider(t, func(t *testing.T, p provider) {
		s := serve(t, "", p.fake(fullWorld()))
		c := scm.New(objects{}, scm.Options{})
		time0 := &clock{}
		c.SetClock(time0.Now, time0.Sleep)
		for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "169.254.169.254", "0.0.0.0", "[::ffff:127.0.0.1]", "[fd00:ec2::254]"} {
			s.URL = "http://" + host + s.URL[strings.LastIndex(s.URL, ":"):]
			_, err := p.askPulls(t, c, s, p.pulls, nil)
			says(t, err, "refused to dial")
		}
		if s.count() > 0 {
			t.Errorf("requests: %v", s.seen())
		}
	})
}

// says checks that an error has all parts and is one line.
func says(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want %q", parts)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
	if strings.ContainsAny(err.Error(), "\n\x1b") {
		t.Errorf("%q is not one line", err)
	}
}
