package apply

import (
	"strings"
	"testing"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
)

func wantFlag(t *testing.T, d fleet.ObjectDiff, kind fleet.DiffFlagKind, says string) {
	t.Helper()
	for _, f := range d.Flags {
		if f.Kind == kind {
			wantText(t, f.Message, says)
			return
		}
	}
	t.Errorf("%s/%s (%s %s: %s) has no flag %s but %v", d.Kind, d.Name, d.Action, d.Reason, d.Message, kind, d.Flags)
}

const service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {clusterIP: None, selector: {app: web}, ports: [{port: 80}]}\n"

const statefulSet = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: one
  replicas: 0
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: main, image: "example.com/db:1"}]}
`

const loadJob = `apiVersion: batch/v1
kind: Job
metadata: {name: load}
spec:
  suspend: true
  template: {spec: {restartPolicy: Never, containers: [{name: main, image: "example.com/load:1"}]}}
`

const claim = `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`

func TestDiffFlagsWhatCannotBeChangedInPlace(t *testing.T) {
	s := newSite(t)
	web := deployment("web", 1)
	s.sync(docs(web, service, statefulSet, loadJob, claim))
	got := s.diff(s.prepare(docs(
		strings.ReplaceAll(web, "app: web}", "app: api}"),
		strings.Replace(service, "clusterIP: None", "clusterIP: 10.0.0.10", 1),
		strings.Replace(statefulSet, "serviceName: one", "serviceName: two", 1),
		strings.Replace(loadJob, "load:1", "load:2", 1),
		strings.Replace(claim, "ReadWriteOnce", "ReadOnlyMany", 1),
	)))
	for name, says := range map[string]string{
		"Deployment/web": "spec.selector", "Service/web": "spec.clusterIP", "StatefulSet/db": "spec",
		"Job/load": "spec.template", "PersistentVolumeClaim/data": "spec",
	} {
		wantFlag(t, got[name], fleet.FlagImmutable, says)
		if got[name].Action != fleet.DiffBlocked || len(got[name].Fields) == 0 {
			t.Errorf("%s: %s with %d fields: it differs, and says where", name, got[name].Action, len(got[name].Fields))
		}
	}
	wantField(t, got["StatefulSet/db"], `yours change spec.serviceName: "one" -> "two"`)
}

func TestDiffFlagsWhatForceMakesAnew(t *testing.T) {
	s := newSite(t)
	s.sync(loadJob)
	got := s.diff(s.prepare(strings.Replace(loadJob, "load:1", "load:2", 1)).With(Settings{Force: true}))["Job/load"]
	wantFlag(t, got, fleet.FlagRecreate, "Force=true")
	if got.Action != fleet.DiffUpdate {
		t.Errorf("action %s", got.Action)
	}
}

// What would be no valid object at all is not an immutable field.
func TestDiffTellsAnInvalidObjectApart(t *testing.T) {
	s := newSite(t)
	s.sync(service)
	got := s.diff(s.prepare(strings.Replace(service, "port: 80", "port: 80000000", 1)))["Service/web"]
	if got.Action != fleet.DiffBlocked || len(got.Flags) > 0 {
		t.Errorf("%s, flags %v", got.Action, got.Flags)
	}
	wantText(t, got.Message, "spec.ports[0].port")
}

func TestDiffFlagsReplicasThatGoToZero(t *testing.T) {
	s := newSite(t)
	s.sync(docs(deployment("web", 2), deployment("idle", 0)))
	got := s.diff(s.prepare(docs(deployment("web", 0), deployment("idle", 0))))
	wantFlag(t, got["Deployment/web"], fleet.FlagReplicasZero, "from 2 to 0")
	if len(got["Deployment/idle"].Flags) > 0 {
		t.Errorf("idle: %v", got["Deployment/idle"].Flags)
	}
}

func TestDiffFlagsWhatWouldBeDeleted(t *testing.T) {
	s := newSite(t)
	keep := configMap("keep", "1", `argocd.argoproj.io/sync-options: Prune=false`)
	s.sync(docs(configMap("a", "1"), configMap("gone", "1"), claim, keep))
	s.inventory = append(s.inventory, Entry{Ref: Ref{Version: "v1", Kind: "ConfigMap", Namespace: s.namespace, Name: "never-was"}})
	got := s.diff(s.prepare(configMap("a", "1")))
	wantFlag(t, got["ConfigMap/gone"], fleet.FlagDelete, "would be deleted")
	wantFlag(t, got["PersistentVolumeClaim/data"], fleet.FlagDelete, "with its data")
	if d := got["ConfigMap/gone"]; d.Action != fleet.DiffDelete || d.Reason != string(ReasonPrune) {
		t.Errorf("%s %s", d.Action, d.Reason)
	}
	if d := got["ConfigMap/keep"]; d.Action != fleet.DiffBlocked || len(d.Flags) > 0 {
		t.Errorf("%s %v", d.Action, d.Flags)
	}
	if _, found := got["ConfigMap/never-was"]; found {
		t.Error("what is not there is not deleted")
	}
}
