package agent_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	testclock "k8s.io/utils/clock/testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent"
	"github.com/fairlead/fairlead/internal/localkube"
	"github.com/fairlead/fairlead/internal/testenv"
)

// The audit log of the API server, not the agent's own word, says that days in
// which nothing happens cost no request, before a restart and after it.
func TestDaysOfNothingCostNoRequest(t *testing.T) {
	s := newSite(t, files(map[string]string{
		"web/deployment.yaml": deployment("web", 2),
		"web/config.yaml":     configMap("web-config", "one"),
		"api/config.yaml":     configMap("api-config", "one"),
	}))
	for _, life := range []string{"first", "second"} {
		now := testclock.NewFakeClock(time.Now())
		name := "fairlead-agent/" + s.ns + "-" + life
		s.start(func(o *agent.Options) {
			o.Clock = now
			o.RestConfig.UserAgent = name
		})
		s.hub.put(s.bundle("web", full()))
		s.hub.put(s.bundle("api", full()))
		reports, _ := s.hub.told()
		s.await("a report", patience, func() (bool, string) {
			now.Step(time.Second)
			after, _ := s.hub.told()
			return after > reports && s.isSynced("web") && s.isSynced("api"), ""
		})
		for range 100 { // what is on its way arrives
			now.Step(time.Second)
			time.Sleep(5 * time.Millisecond)
		}
		if life == "first" && len(s.asked(name, time.Time{})) == 0 {
			t.Fatalf("the audit log has nothing of %s", name)
		}
		since := time.Now()
		for range 3 * 24 * 12 {
			now.Step(5 * time.Minute)
			time.Sleep(2 * time.Millisecond)
		}
		if asked := s.asked(name, since); len(asked) > 0 {
			t.Errorf("%s life: %d requests in three idle days: %v", life, len(asked), asked)
		}
		s.stop()
	}
}

// asked of the API server by one user agent, but for watches and the lease.
func (s *site) asked(userAgent string, since time.Time) []string {
	s.t.Helper()
	events, err := localkube.ReadAudit(testenv.ClusterAudit(s.t, 1), since)
	if err != nil {
		s.t.Fatal(err)
	}
	var out []string
	for _, e := range events {
		if e.UserAgent == userAgent && e.Verb != "watch" && e.ObjectRef.Resource != "leases" {
			out = append(out, e.Verb+" "+e.RequestURI)
		}
	}
	return out
}

func (s *site) isSynced(name string) bool {
	status, report := s.hub.status(s.t, name)
	return report != nil && status.Sync.Status == v1alpha1.SyncStatusCodeSynced && status.Health.Status == v1alpha1.HealthStatusHealthy
}

// Revision, parameters and destination are what a rendering depends on. With
// the same, an Application that changes otherwise, and an agent that starts,
// need neither Git nor a renderer: both are out of reach here.
func TestUnchangedInputsAreNotRenderedAgain(t *testing.T) {
	s := newSite(t, files(map[string]string{"web/config.yaml": configMap("web-config", "one"), "web/other.yaml": configMap("other", "one")}))
	s.start()
	s.hub.put(s.bundle("web", full()))
	s.awaitHealthy("web")
	s.stop()
	again := func(change func(*v1alpha1.Application)) {
		s.t.Helper()
		next := s.bundle("web", full(), change)
		if err := s.git.Down(); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(filepath.Join(s.dir, "git")); err != nil {
			t.Fatal(err)
		}
		s.hub.put(next)
	}
	again(func(a *v1alpha1.Application) { a.Annotations = map[string]string{"example.com/note": "1"} })
	s.requests.take()
	s.start()
	s.awaitReport("web")
	time.Sleep(500 * time.Millisecond)
	s.awaitHealthy("web")
	if seen := s.objectRequests(); len(seen) > 0 {
		t.Errorf("nothing to render or to write, but: %v", seen)
	}
	// The control: another parameter is rendered, which cannot succeed here.
	again(func(a *v1alpha1.Application) {
		a.Spec.Source.Directory = &v1alpha1.ApplicationSourceDirectory{Exclude: "other.yaml"}
	})
	s.awaitStatus("web", "not rendered", func(a v1alpha1.ApplicationStatus) bool {
		return len(a.Conditions) > 0 && a.Conditions[0].Type == v1alpha1.ApplicationConditionComparisonError
	})
}

// awaitReport of an application that comes after now.
func (s *site) awaitReport(name string) {
	s.t.Helper()
	before, _ := s.hub.told()
	s.await("a report of "+name, patience, func() (bool, string) {
		after, _ := s.hub.told()
		return after > before, ""
	})
}

// objectRequests are those that were about objects of the site's namespace.
func (s *site) objectRequests() []string {
	return slices.DeleteFunc(s.requests.take(), func(request string) bool {
		return !strings.Contains(request, "/namespaces/"+s.ns+"/")
	})
}

// A commit that changes one object of three writes that one, and reads none of
// the others.
func TestUnchangedObjectsAreNotAppliedAgain(t *testing.T) {
	s := newSite(t, files(map[string]string{
		"web/a.yaml": configMap("a", "one"), "web/b.yaml": configMap("b", "one"), "web/deployment.yaml": deployment("web", 2),
	}))
	s.start()
	s.hub.put(s.bundle("web", full()))
	s.awaitHealthy("web")
	s.objectRequests()
	s.commit(map[string]string{"web/b.yaml": configMap("b", "two")})
	s.hub.put(s.bundle("web", full()))
	s.awaitHealthy("web")
	writes := 0
	for _, request := range s.objectRequests() {
		if !strings.HasSuffix(request, "/configmaps/b") {
			t.Errorf("an unchanged object was read or written: %s", request)
		}
		if strings.HasPrefix(request, "PATCH ") {
			writes++
		}
	}
	if writes != 1 {
		t.Errorf("the changed object was written %d times, want 1", writes)
	}
}
