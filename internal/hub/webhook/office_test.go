package webhook

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/hub/webhook/payload"
)

// shelf is a Box in memory, with the batches of the real one.
type shelf struct {
	batches
	mu      sync.Mutex
	notes   map[string]Note
	version int
	writes  int
	tell    func(string)
}

func newShelf() *shelf {
	s := &shelf{notes: map[string]Note{}}
	s.batches.write = s.write
	return s
}

func (s *shelf) Post(ctx context.Context, e payload.Event) error { return s.post(ctx, e) }

func (s *shelf) write(_ context.Context, e payload.Event) error {
	time.Sleep(5 * time.Millisecond) // what an API server takes
	s.mu.Lock()
	defer s.mu.Unlock()
	name := noteName(e)
	if was, ok := s.notes[name]; ok {
		e = was.Event.Merge(e)
	}
	s.version++
	s.writes++
	s.notes[name] = Note{Name: name, Version: fmt.Sprint(s.version), Event: e}
	if s.tell != nil {
		s.tell(name)
	}
	return nil
}

func (s *shelf) Watch(ctx context.Context, f func(string)) error {
	s.mu.Lock()
	s.tell = f
	for name := range s.notes {
		f(name)
	}
	s.mu.Unlock()
	<-ctx.Done()
	return nil
}

func (s *shelf) Read(_ context.Context, name string) (Note, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.notes[name]
	return n, ok, nil
}

func (s *shelf) Remove(_ context.Context, n Note) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.notes[n.Name].Version != n.Version {
		return ErrChanged
	}
	delete(s.notes, n.Name)
	return nil
}

func (s *shelf) left() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.notes)
}

// hosts are Git servers and sets that remember what they were asked.
type hosts struct {
	mu       sync.Mutex
	heads    map[string]string // what repositories are at
	known    map[string]string // what was last asked
	asked    map[string][]time.Time
	woken    []types.NamespacedName
	err      error
	takes    time.Duration
	followed []Ref
}

func (h *hosts) Followed() []Ref { return h.followed }

func (h *hosts) Ask(_ context.Context, repoURL, _ string) error {
	h.mu.Lock()
	h.asked[repoURL] = append(h.asked[repoURL], time.Now())
	head, err := h.heads[repoURL], h.err
	h.mu.Unlock()
	time.Sleep(h.takes)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.known[repoURL] = head
	return err
}

func (h *hosts) Known(repoURL, _ string) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.known[repoURL], h.err
}

func (h *hosts) Wake(_ context.Context, set types.NamespacedName, _ func(generators.Question) bool) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.woken = append(h.woken, set)
	return nil
}

func (h *hosts) head(repo, commit string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.heads[repo] = commit
}

func (h *hosts) times(repo string) []time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.asked[repo]
}

// planner asks for every followed ref that is touched.
type planner struct{ wake []types.NamespacedName }

func (p planner) Plan(_ context.Context, e payload.Event, followed []Ref) (Plan, error) {
	return Plan{Ask: touchedBy(e, followed), Wake: p.wake}, nil
}

const repoX, repoY = "https://github.com/acme/x", "git@github.com:acme/y.git"

// office is a leader's Clerk at work inside a bubble.
func office(t *testing.T, box *shelf) *hosts {
	t.Helper()
	h := &hosts{heads: map[string]string{}, known: map[string]string{}, asked: map[string][]time.Time{}, takes: time.Second}
	h.followed = []Ref{{repoX, "main"}, {repoY, "HEAD"}}
	metrics, err := NewMetrics(prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	set := types.NamespacedName{Namespace: "argocd", Name: "s"}
	c := &Clerk{Box: box, World: planner{[]types.NamespacedName{set}}, Revisions: h, Sets: h, Metrics: metrics, Logger: logr.Discard(), Now: time.Now}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	synctest.Wait()
	return h
}

func moved(repo, before, after string) payload.Event {
	return payload.Event{
		Provider: payload.GitHub, Repository: payload.Repository{Keys: []string{payload.Key(repo)}, DefaultBranch: "main"},
		Moves: []payload.Move{{Ref: "refs/heads/main", Before: before, After: after, All: true}},
	}
}
