package plugin

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestTheDialIsJudgedToo(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	refused := errors.New("refused")
	var judged string
	client := newClient(Options{AllowLoopback: true, Reach: func(host string) error { judged = host; return refused }})
	resp, err := client.Get(server.URL)
	if err == nil {
		_ = resp.Body.Close()
	}
	if !errors.Is(err, refused) || judged != server.Listener.Addr().String() {
		t.Errorf("judged %q: %v", judged, err)
	}
}
