package orphans

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime/schema"
	testclock "k8s.io/utils/clock/testing"
)

// shelf is a Lister that counts its looks.
type shelf struct {
	mu    sync.Mutex
	looks int
	found []object
	err   error
}

func (s *shelf) List(context.Context, string, func(object) bool) ([]object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.looks++
	return s.found, s.err
}

func (s *shelf) holds(err error, found ...object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.found, s.err = found, err
}

func (s *shelf) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.looks
}

func interest() *Interest {
	return &Interest{Namespace: "web", Permits: func(schema.GroupKind) bool { return true }}
}

func TestANamespaceIsLookedAtOnceInTenMinutes(t *testing.T) {
	clock := testclock.NewFakeClock(time.Unix(0, 0))
	s := &shelf{found: []object{of("", "ConfigMap", "lost")}}
	changed := make(chan string, 10)
	m := New(Options{Lister: s, Clock: clock, Logger: logr.Discard(), Changed: func(keys ...string) {
		for _, key := range keys {
			changed <- key
		}
	}})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { m.Run(ctx); close(ended) }()
	defer func() { cancel(); <-ended }()
	asleep := func() {
		t.Helper()
		for !clock.HasWaiters() {
			time.Sleep(time.Millisecond)
		}
	}
	asleep()
	if n := s.count(); n != 0 {
		t.Fatalf("%d looks while nobody asks", n)
	}
	m.Want("a", interest())
	if key := <-changed; key != "a" || m.Message("a") == "" {
		t.Fatalf("told %s, message %q", key, m.Message("a"))
	}
	asleep()
	m.Want("b", interest()) // is told from what was found
	if n := s.count(); n != 1 || m.Message("b") == "" {
		t.Fatalf("%d looks, message %q", n, m.Message("b"))
	}

	s.holds(errors.New("away"))
	asleep()
	clock.Step(Every)
	for s.count() < 2 {
		time.Sleep(time.Millisecond)
	}
	asleep()
	if m.Message("a") == "" {
		t.Error("what could not be looked at was forgotten")
	}
	s.holds(nil)
	m.Want("b", nil)
	clock.Step(Every)
	if key := <-changed; key != "a" || m.Message("a") != "" || m.Message("b") != "" {
		t.Errorf("told %s, messages %q and %q", key, m.Message("a"), m.Message("b"))
	}
}
