package status_test

import (
	"context"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/internal/hub/status"
)

// lagging reads Clusters as they were, like a cache that has not caught up.
type lagging struct {
	client.Client
	was *fleet.Cluster
}

func (c lagging) Get(ctx context.Context, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
	if got, ok := o.(*fleet.Cluster); ok {
		c.was.DeepCopyInto(got)
		return nil
	}
	return c.Client.Get(ctx, key, o, opts...)
}

// cluster makes Cluster "one" with this holder.
func (s *site) cluster(holder string) *fleet.Cluster {
	s.t.Helper()
	c := &fleet.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "one"}}
	if err := s.Create(s.t.Context(), c); err != nil {
		s.t.Fatal(err)
	}
	then := metav1.NewTime(time.Now().Add(-time.Hour))
	c.Status.Holder, c.Status.LastSeen = holder, &then
	if err := s.Status().Update(s.t.Context(), c); err != nil {
		s.t.Fatal(err)
	}
	return c
}

func (s *site) holder() string {
	s.t.Helper()
	c := &fleet.Cluster{}
	if err := s.Get(s.t.Context(), client.ObjectKey{Namespace: s.namespace, Name: "one"}, c); err != nil {
		s.t.Fatal(err)
	}
	return c.Status.Holder
}

func TestASessionThatReplacesAnotherAtOnceIsRecorded(t *testing.T) {
	s := newSite(t)
	s.Writer.Client = lagging{s.Client, s.cluster("me")}
	s.Disconnected(t.Context(), "one")
	if got := s.holder(); got != "" {
		t.Errorf("holder %q after the end of the session", got)
	}
	s.Connected(t.Context(), "one", "v1")
	if got := s.holder(); got != "me" {
		t.Errorf("holder %q while a session is open", got)
	}
}

func TestASessionThatEndsAtOnceIsRecorded(t *testing.T) {
	s := newSite(t)
	s.Writer.Client = lagging{s.Client, s.cluster("")}
	s.Connected(t.Context(), "one", "v1")
	s.Disconnected(t.Context(), "one")
	if got := s.holder(); got != "" {
		t.Errorf("holder %q after the end of the session", got)
	}
}

func TestHoldersAreSettledWithTheOpenSessions(t *testing.T) {
	s := newSite(t)
	one := s.cluster("")
	now := time.Now()
	then := metav1.NewTime(now.Add(-time.Hour))
	for name, c := range map[string]struct {
		holder string
		since  time.Time // of the open session; zero for none
		want   string
	}{
		"opening was not recorded":          {"", now, "me"},
		"opening after another's crash":     {"another", now, "me"},
		"end was not recorded":              {"me", time.Time{}, ""},
		"another's":                         {"another", time.Time{}, "another"},
		"another's is newer, ours is dead":  {"another", now.Add(-2 * time.Hour), "another"},
		"as it should be":                   {"me", now, "me"},
		"as it should be, without sessions": {"", time.Time{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if err := s.Get(t.Context(), client.ObjectKeyFromObject(one), one); err != nil {
				t.Fatal(err)
			}
			one.Status.Holder, one.Status.LastSeen = c.holder, &then
			if err := s.Status().Update(t.Context(), one); err != nil {
				t.Fatal(err)
			}
			var open []status.Session
			if !c.since.IsZero() {
				open = []status.Session{{Cluster: "one", AgentVersion: "v1", Since: c.since}, {Cluster: "gone", Since: c.since}}
			}
			if err := s.Settle(t.Context(), func() []status.Session { return open }); err != nil {
				t.Fatal(err)
			}
			if got := s.holder(); got != c.want {
				t.Errorf("holder %q, want %q", got, c.want)
			}
		})
	}
}
