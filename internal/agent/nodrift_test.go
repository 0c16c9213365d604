package agent_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/localkube"
	"github.com/fairlead/fairlead/internal/testenv"
)

// driftRounds is how often every object is compared anew.
const driftRounds = 10

// Whatever an API server, its controllers, admission and other managers make of
// an object, the agent does not take for drift: each Application of
// testdata/nodrift stays Synced over ten comparisons of every object, by a
// running agent, by one that starts from its disk and by one that has lost it,
// and nothing is written.
func TestNoFalseDrift(t *testing.T) {
	cases := readDriftCases(t)
	cluster := testenv.Start(t, localkube.Options{Mode: localkube.Full})
	if err := cluster.AddNode(t.Context(), localkube.Node{Name: "node-1"}); err != nil {
		t.Fatal(err)
	}
	cfg := cluster.Config()
	cfg.QPS, cfg.WarningHandler = -1, rest.NoWarnings{}
	d := &driftSite{site: newSiteOn(t, cfg, driftFiles(cases)), audit: cluster.AuditLog(), cases: cases}
	d.injector(t)
	d.start()
	for _, c := range cases {
		d.hub.put(d.bundle(c.name, full(), c.configure))
	}
	for _, c := range cases {
		d.awaitSynced(c.name)
	}
	began := time.Now()
	for _, c := range cases {
		d.writeAsOthers(c)
	}
	d.awaitScaled("scaled", 3)
	d.awaitScaled("scaled-named", 2)
	d.round(0) // what the others wrote is looked at, too
	for _, c := range cases {
		d.awaitSynced(c.name)
	}

	stop := d.noteFlips()
	for i := 1; i <= driftRounds; i++ {
		switch i % 3 {
		case 0: // the disk is lost
			d.stop()
			if err := os.RemoveAll(d.dir); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			d.start()
			d.awaitCompared(began)
		case 1: // seen by the watches
			d.round(i)
		case 2: // changed while the agent is away
			d.stop()
			began := d.touch(i)
			d.start()
			d.awaitCompared(began)
		}
		for _, c := range cases {
			d.awaitSynced(c.name)
		}
	}
	d.stop()
	for _, flip := range stop() {
		t.Errorf("false drift: %s", flip)
	}
	for _, write := range d.writes(began) {
		t.Errorf("written without need: %s", write)
	}
}

// driftSite is a site on a cluster of its own.
type driftSite struct {
	*site
	audit string
	cases []driftCase
	kinds *apply.Kinds
}

// awaitSynced waits until an application is Synced and no operation runs.
func (d *driftSite) awaitSynced(name string) {
	d.t.Helper()
	d.await(name+" to be synced", patience, func() (bool, string) {
		status, _ := d.hub.status(d.t, name)
		done := status.Sync.Status == v1alpha1.SyncStatusCodeSynced && (status.OperationState == nil || status.OperationState.Phase.Completed())
		return done, problems(status)
	})
}

// problems of an application, in short.
func problems(status v1alpha1.ApplicationStatus) string {
	out := []string{string(status.Sync.Status)}
	for _, c := range status.Conditions {
		out = append(out, c.Message)
	}
	for _, r := range status.Resources {
		if r.Status != v1alpha1.SyncStatusCodeSynced {
			out = append(out, r.Kind+" "+r.Name+" "+string(r.Status))
		}
	}
	if op := status.OperationState; op != nil && !op.Phase.Successful() {
		out = append(out, string(op.Phase)+": "+op.Message)
	}
	return strings.Join(out, "\n")
}

func (d *driftSite) awaitScaled(name string, n int64) {
	d.t.Helper()
	d.await(name+" to be scaled by its autoscaler", patience, func() (bool, string) {
		return replicas(d.get(deployments, name)) == n, ""
	})
}

// readDriftCases from testdata/nodrift: NAME.yaml is what Git has;
// NAME.app.yaml are fields of the Application's spec; NAME.others.yaml is
// applied by another manager after the first sync, NAME.forced.yaml with force.
func readDriftCases(t *testing.T) []driftCase {
	t.Helper()
	paths, err := filepath.Glob("testdata/nodrift/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	byName := map[string]*driftCase{}
	var names []string
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name, part, _ := strings.Cut(strings.TrimSuffix(filepath.Base(path), ".yaml"), ".")
		if byName[name] == nil {
			byName[name] = &driftCase{name: name}
			names = append(names, name)
		}
		byName[name].take(t, part, string(raw))
	}
	slices.Sort(names)
	var out []driftCase
	for _, name := range names {
		if byName[name].git == "" {
			t.Fatalf("testdata/nodrift/%s.yaml is missing", name)
		}
		out = append(out, *byName[name])
	}
	return out
}
