package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
)

func raw(s string) json.RawMessage { return json.RawMessage(s) }

// sample has a line of every class and change.
func sample() fleet.DiffAnswer {
	return fleet.DiffAnswer{Differs: true, Objects: []fleet.ObjectDiff{
		{Group: "apps", Version: "v1", Kind: "Deployment", Namespace: "shop", Name: "web", Action: fleet.DiffUpdate, Message: "not shown",
			Flags: []fleet.DiffFlag{{Kind: fleet.FlagReplicasZero, Message: "from 3 to 0"}},
			Fields: []fleet.FieldDiff{
				{Path: "spec.replicas", Class: fleet.FieldOther, Change: fleet.FieldEdit, From: raw("3"), To: raw("0"), Managers: []string{"kubectl-edit"}},
				{Path: "spec.paused", Class: fleet.FieldYours, Change: fleet.FieldRemove, From: raw("true")},
				{Path: "spec.x", Class: fleet.FieldDefaulted, Change: fleet.FieldAdd, To: raw(`"File"`)},
				{Path: "spec.kept", Class: fleet.FieldOther, Change: fleet.FieldKeep, From: raw("1"), Managers: []string{"hpa"}},
				{Path: "spec.ignored", Class: fleet.FieldIgnored, Change: fleet.FieldKeep, From: raw("1"), To: raw("2")},
			}},
		{Version: "v1", Kind: "Secret", Namespace: "shop", Name: "db", Action: fleet.DiffUpdate,
			Fields: []fleet.FieldDiff{{Path: "data.password", Class: fleet.FieldSecret, Change: fleet.FieldEdit}}},
		{Version: "v1", Kind: "ConfigMap", Namespace: "shop", Name: "bad\x1b[2J", Action: fleet.DiffBlocked, Reason: "Refused", Message: "why"},
		{Version: "v1", Kind: "ConfigMap", Namespace: "shop", Name: "same", Action: fleet.DiffNone},
	}, Notes: []string{"SyncError: it said"}}
}

func TestDiffInWords(t *testing.T) {
	var out strings.Builder
	p := diffPrinter{w: &out}
	if err := p.print(sample()); err != nil {
		t.Fatal(err)
	}
	want := `=== update Deployment.apps shop/web
  ! replicas-zero: from 3 to 0
  - spec.replicas: 3  [other: kubectl-edit]
  + spec.replicas: 0  [other: kubectl-edit]
  - spec.paused: true  [yours]
  + spec.x: "File"  [defaulted]
    spec.ignored: 1  [ignored, wanted 2]
    1 fields stay with other managers; --all shows them
=== update Secret shop/db
  ~ data.password  [secret, change]
=== blocked ConfigMap shop/bad [2J
    Refused: why
note: SyncError: it said
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestDiffShowsAllAndColoursWhenAsked(t *testing.T) {
	var out strings.Builder
	p := diffPrinter{w: &out, color: true, all: true}
	if err := p.print(sample()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"=== none ConfigMap shop/same", "spec.kept: 1  [other: hpa]", "\x1b[31m  - spec.replicas: 3", "\x1b[32m  + spec.replicas: 0"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

func TestTreeInWords(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	made := &metav1.Time{Time: now.Add(-3 * time.Hour)}
	pod := fleet.TreeNode{Kind: "Pod", Namespace: "shop", Name: "web-1-a", Health: "Healthy", Ready: "1/1", Created: made, Images: []string{"app:1"}}
	set := fleet.TreeNode{Group: "apps", Kind: "ReplicaSet", Namespace: "shop", Name: "web-1", Children: []fleet.TreeNode{pod}}
	var out strings.Builder
	if err := printTree(&out, "web", fleet.TreeAnswer{Sync: "Synced", Health: "Healthy", Notes: []string{"secrets are not shown"}, Roots: []fleet.TreeNode{
		{Group: "apps", Kind: "Deployment", Namespace: "shop", Name: "web", Sync: "Synced", Health: "Healthy", Ready: "1/1", Children: []fleet.TreeNode{set}},
		{Kind: "ConfigMap", Namespace: "shop", Name: "gone", Sync: "OutOfSync", Health: "Missing"},
	}}, now); err != nil {
		t.Fatal(err)
	}
	want := `NAME                              SYNC       HEALTH   READY  AGE  IMAGES
Application web                   Synced     Healthy  -      -    -
├─ Deployment.apps shop/web       Synced     Healthy  1/1    -    -
│  └─ ReplicaSet.apps shop/web-1  -          -        -      -    -
│     └─ Pod shop/web-1-a         -          Healthy  1/1    3h   app:1
└─ ConfigMap shop/gone            OutOfSync  Missing  -      -    -
note: secrets are not shown
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

// Every reason why there is no answer has an exit code that is not success.
func TestEveryReasonHasAnExitCode(t *testing.T) {
	for _, reason := range []fleet.QueryReason{
		fleet.QueryNotFound, fleet.QueryNotDelivered, fleet.QueryNotConnected, fleet.QueryOldAgent,
		fleet.QueryTimedOut, fleet.QueryUnresolved, fleet.QueryBusy, fleet.QueryError,
	} {
		if queryCodes[reason] < codeUsage {
			t.Errorf("%s ends with %d", reason, queryCodes[reason])
		}
	}
}
