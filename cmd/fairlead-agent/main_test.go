package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const kubeconfig = `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
users: [{name: u, user: {}}]
current-context: c
`

func TestExitCodes(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "kubeconfig")
	if err := os.WriteFile(config, []byte(kubeconfig), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		args []string
		env  map[string]string
		code int
		want string
	}{
		{"help", []string{"--help"}, nil, codeOK, ""},
		{"unknown flag", []string{"--nonsense"}, nil, codeUsage, "nonsense"},
		{"no cluster", nil, nil, codeUsage, "--kubeconfig"},
		{"no such kubeconfig", []string{"--kubeconfig", dir + "/none"}, nil, codeUsage, "none"},
		{"no identity", []string{"--kubeconfig", config, "--data-dir", dir}, nil, codeUsage, "--join"},
		{"not a token", []string{"--kubeconfig", config, "--data-dir", dir, "--join", "x"}, nil, codeUsage, "join token refused"},
		{"not a token, by environment", []string{"--data-dir", dir}, map[string]string{envToken: "x", envKubeconfig: config}, codeUsage, "join token refused"},
		{"log format", []string{"--log-format", "xml"}, nil, codeUsage, "json or text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			code := run(ctx, tt.args, func(name string) string { return tt.env[name] }, &out, &errs)
			if code != tt.code || !strings.Contains(errs.String(), tt.want) {
				t.Errorf("exit %d, want %d with %q; said:\n%s", code, tt.code, tt.want, errs.String())
			}
		})
	}
}

type fakeAgent struct {
	err       error
	connected bool
}

func (f fakeAgent) Ready() error    { return f.err }
func (f fakeAgent) Connected() bool { return f.connected }

func TestHealth(t *testing.T) {
	for _, tt := range []struct {
		name, path string
		agent      fakeAgent
		code       int
		want       string
	}{
		{"alive while starting", "/livez", fakeAgent{err: errors.New("starting")}, http.StatusOK, "ok"},
		{"not ready while starting", "/readyz", fakeAgent{err: errors.New("starting")}, http.StatusServiceUnavailable, "starting"},
		{"ready without the hub", "/readyz", fakeAgent{}, http.StatusOK, "hub away"},
		{"ready", "/readyz", fakeAgent{connected: true}, http.StatusOK, "hub connected"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			healthHandler(tt.agent).ServeHTTP(w, httptest.NewRequest(http.MethodGet, tt.path, nil))
			if w.Code != tt.code || !strings.Contains(w.Body.String(), tt.want) {
				t.Errorf("%d %q, want %d with %q", w.Code, w.Body.String(), tt.code, tt.want)
			}
		})
	}
}
