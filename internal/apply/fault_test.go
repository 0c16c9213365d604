package apply

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A busy server says when to come back, and is obeyed.
func TestRetryAfterIsHonoured(t *testing.T) {
	s := newSite(t)
	req := s.request(configMap("settings", "1"))
	refused := 0
	s.requests.answer = func(r *http.Request) *http.Response {
		if r.Method != http.MethodPatch || refused > 0 {
			return nil
		}
		refused++
		return &http.Response{
			StatusCode: http.StatusTooManyRequests, Request: r,
			Header: http.Header{"Retry-After": {"1"}}, Body: io.NopCloser(strings.NewReader("busy")),
		}
	}
	start := time.Now()
	s.mustSync(req)
	if took := time.Since(start); refused != 1 || took < time.Second {
		t.Errorf("refused %d times, done after %s; want a second's wait", refused, took)
	}
}

// A sync that is cut short leaves every object it may have made in the
// inventory, so that a later one can prune it.
func TestInterruptedSyncLosesNothing(t *testing.T) {
	s := newSite(t)
	ctx, cancel := context.WithCancel(s.ctx)
	req := s.request(docs(configMap("one", "1"), configMap("two", "1", wave(1)), configMap("three", "1", wave(2))))
	req.Progress = func(ItemResult) { cancel() }
	res, err := s.engine.Sync(ctx, req)
	if err == nil || !res.Failed {
		t.Fatalf("error %v, failed %v; want the interruption reported", err, res.Failed)
	}
	if len(s.inventory) != 3 || s.live("v1", "ConfigMap", "one") == nil || s.live("v1", "ConfigMap", "three") != nil {
		t.Fatalf("inventory %v after the first of three waves", s.inventory)
	}
	s.sync(configMap("two", "1"))
	if s.live("v1", "ConfigMap", "one") != nil || len(s.inventory) != 1 {
		t.Errorf("one is still there, or in the inventory %v", s.inventory)
	}
}

// What cannot be accounted for is not applied.
func TestUnsavedInventoryStopsTheSync(t *testing.T) {
	s := newSite(t)
	req := s.request(configMap("settings", "1"))
	req.SaveInventory = func(context.Context, Inventory) error { return io.ErrShortWrite }
	if _, err := s.engine.Sync(s.ctx, req); err == nil {
		t.Error("no error")
	}
	if s.live("v1", "ConfigMap", "settings") != nil {
		t.Error("applied without account")
	}
}
