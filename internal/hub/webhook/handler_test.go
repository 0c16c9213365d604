package webhook

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/hub/webhook/payload"
)

// endless is a body that counts what is read of it.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return len(p), nil
}

func TestALargeBodyIsNotRead(t *testing.T) {
	d := newDesk(t, allSecrets)
	for _, c := range []struct {
		name    string
		length  int64
		signed  bool
		code    int
		maxRead int
	}{
		{"announced", 1 << 40, true, http.StatusRequestEntityTooLarge, 0},
		{"not announced", -1, true, http.StatusRequestEntityTooLarge, 2 * maxBody},
		{"without a signature", -1, false, http.StatusUnauthorized, 0},
	} {
		body := &endless{}
		r := github("{}", "1")
		r.Body, r.ContentLength = io.NopCloser(body), c.length
		if !c.signed {
			r.Header.Del("X-Hub-Signature-256")
		}
		if w := d.send(r); w.Code != c.code || body.read > c.maxRead {
			t.Errorf("%s: %d after %d bytes, want %d after at most %d", c.name, w.Code, body.read, c.code, c.maxRead)
		}
	}
}

func TestWhatIsNoHookIsRefused(t *testing.T) {
	d := newDesk(t, allSecrets)
	get := github("{}", "1")
	get.Method = http.MethodGet
	for name, c := range map[string]struct {
		r    *http.Request
		code int
		says string
	}{
		"GET":                 {get, http.StatusMethodNotAllowed, "POST"},
		"no provider's":       {request(Path, "{}"), http.StatusBadRequest, GenericPath},
		"not JSON":            {github("payload=%7B%7D", "1"), http.StatusBadRequest, "not JSON"},
		"of another shape":    {github(`{"commits": 7}`, "1"), http.StatusBadRequest, `"commits"`},
		"of no repository":    {github(`{"ref": "refs/heads/main"}`, "1"), http.StatusBadRequest, "repository"},
		"of nobody's concern": {request(Path, "{}", "X-GitHub-Event", "star", "X-Hub-Signature-256", "sha256="+mac(secret, "{}")), http.StatusOK, "nothing"},
	} {
		w := d.send(c.r)
		if w.Code != c.code || !strings.Contains(w.Body.String(), c.says) || d.tray.count() != 0 {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}

func TestADecoderThatPanicsIsABadRequest(t *testing.T) {
	d := newDesk(t, allSecrets)
	for i := range d.providers {
		d.providers[i].decode = func(string, []byte) (payload.Event, error) { panic("of a decoder") }
	}
	if w := d.send(github("{}", "1")); w.Code != http.StatusBadRequest || strings.Contains(w.Body.String(), "panic") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestHooksThatComeAgainAreTakenOnce(t *testing.T) {
	there, back := push("x", "refs/heads/main", "there"), push("x", "refs/heads/main", "back")
	d := newDesk(t, allSecrets)
	for _, step := range []struct {
		name, body, delivery string
		code                 int
	}{
		{"first", there, "1", http.StatusAccepted},
		{"delivered again", there, "1", http.StatusOK},
		{"replayed under another ID", there, "2", http.StatusOK},
		{"another push", back, "3", http.StatusAccepted},
		{"an old delivery again", there, "1", http.StatusOK},
		{"the branch moved there once more", there, "4", http.StatusAccepted},
		{"another repository", push("y", "refs/heads/main", "there"), "5", http.StatusAccepted},
	} {
		if w := d.send(github(step.body, step.delivery)); w.Code != step.code {
			t.Errorf("%s: %d %s", step.name, w.Code, w.Body)
		}
	}
	if n := d.metric(t, "fairlead_webhook_idle_total", idleDuplicate); n != 3 || d.tray.count() != 4 {
		t.Errorf("%v duplicates, %d taken", n, d.tray.count())
	}
}

func TestAHookThatCouldNotBeKeptIsNotADuplicate(t *testing.T) {
	d := newDesk(t, allSecrets)
	d.tray.err = errors.New("no API server")
	body := push("x", "refs/heads/main", "")
	if w := d.send(github(body, "1")); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || strings.Contains(w.Body.String(), "API server") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	d.tray.err = nil
	if w := d.send(github(body, "1")); w.Code != http.StatusAccepted {
		t.Errorf("delivered again: %d %s", w.Code, w.Body)
	}
}

func TestAHookThatNobodyFollowsIsNotKept(t *testing.T) {
	d := newDesk(t, allSecrets, func(o *Options) { o.World = everything(false) })
	if w := d.send(github(push("x", "refs/heads/main", ""), "1")); w.Code != http.StatusOK || d.tray.count() != 0 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestStalledClientsAreCutOff(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, allSecrets)
	s := (&Server{Listener: listener, Handler: d}).server()
	if s.ReadHeaderTimeout <= 0 || s.ReadTimeout <= 0 || s.WriteTimeout <= 0 || s.IdleTimeout <= 0 || s.MaxHeaderBytes <= 0 {
		t.Fatalf("a server without limits: %+v", s)
	}
	s.ReadHeaderTimeout, s.ReadTimeout = 50*time.Millisecond, 100*time.Millisecond
	go func() { _ = s.Serve(listener) }()
	defer s.Close()
	for name, head := range map[string]string{
		"in the header": "POST /api/webhook HTTP/1.1\r\nHost: x\r\nX-GitHub-",
		"in the body":   "POST /api/webhook HTTP/1.1\r\nHost: x\r\nX-GitHub-Event: push\r\nX-Hub-Signature-256: sha256=" + mac(secret, "") + "\r\nContent-Length: 100\r\n\r\n{",
	} {
		c, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, head); err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(c) // ends because the server closes
		if err != nil || name == "in the body" && !strings.HasPrefix(string(answer), "HTTP/1.1 400") {
			t.Errorf("%s: %q, %v", name, answer, err)
		}
		c.Close()
	}
	if n := d.tray.count(); n != 0 {
		t.Errorf("%d hooks taken", n)
	}
}
