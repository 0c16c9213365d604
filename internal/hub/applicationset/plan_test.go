package applicationset

import (
	"errors"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/expand"
)

func aSet(uid types.UID) *v1alpha1.ApplicationSet {
	return &v1alpha1.ApplicationSet{ObjectMeta: metav1.ObjectMeta{Namespace: "argocd", Name: "set", UID: uid}}
}

func aRow(name, path string) v1alpha1.Application {
	app := v1alpha1.Application{ObjectMeta: metav1.ObjectMeta{
		Namespace: "argocd", Name: name, Finalizers: []string{v1alpha1.ResourcesFinalizerName},
	}}
	app.Spec.Source = &v1alpha1.ApplicationSource{RepoURL: "https://git.example.com/a.git", Path: path}
	return app
}

// live is what the set made of a row.
func live(set *v1alpha1.ApplicationSet, name, path string) *v1alpha1.Application {
	row := aRow(name, path)
	return created(set, &row)
}

var everything = Allowed{Create: true, Update: true, Delete: true}

func TestPlanCreatesUpdatesAndDeletes(t *testing.T) {
	set := aSet("s")
	rows := []v1alpha1.Application{aRow("kept", "new"), aRow("made", "x")}
	plan := MakePlan(set, rows, []*v1alpha1.Application{live(set, "kept", "old"), live(set, "gone", "x")}, everything)
	if len(plan.Changes) != 2 || len(plan.Delete) != 1 || plan.Delete[0].Name != "gone" {
		t.Fatalf("plan %+v", plan)
	}
	kept, made := plan.Changes[0], plan.Changes[1]
	if kept.Live == nil || kept.Want.Spec.Source.Path != "new" || made.Live != nil {
		t.Errorf("changes %+v, %+v", kept, made)
	}
	if owner := metav1.GetControllerOf(made.Want); owner == nil || owner.UID != "s" || owner.Kind != v1alpha1.ApplicationSetKind {
		t.Errorf("owner %+v", owner)
	}
	if want := []string{v1alpha1.ResourcesFinalizerName, fleet.Finalizer}; !slices.Equal(made.Want.Finalizers, want) {
		t.Errorf("finalizers %v, want %v", made.Want.Finalizers, want)
	}
}

func TestPlanHonoursThePolicy(t *testing.T) {
	set := aSet("s")
	rows := []v1alpha1.Application{aRow("kept", "new"), aRow("made", "x")}
	is := []*v1alpha1.Application{live(set, "kept", "old"), live(set, "gone", "x")}
	for policy, want := range map[v1alpha1.ApplicationsSyncPolicy][2]int{ // changes, deletes
		v1alpha1.ApplicationsSyncPolicySync:         {2, 1},
		v1alpha1.ApplicationsSyncPolicyCreateOnly:   {1, 0},
		v1alpha1.ApplicationsSyncPolicyCreateUpdate: {2, 0},
		v1alpha1.ApplicationsSyncPolicyCreateDelete: {1, 1},
		"": {2, 1},
	} {
		set.Spec.SyncPolicy = &v1alpha1.ApplicationSetSyncPolicy{ApplicationsSync: &policy}
		plan := MakePlan(set, rows, is, allowedBy(set))
		if len(plan.Changes) != want[0] || len(plan.Delete) != want[1] {
			t.Errorf("policy %q: %d changes, %d deletes; want %v", policy, len(plan.Changes), len(plan.Delete), want)
		}
	}
}

func TestPlanLeavesAloneWhatIsNotTheSets(t *testing.T) {
	set, other := aSet("s"), aSet("other")
	stranger := live(other, "taken", "x")
	nobodys := live(set, "adopted", "old")
	nobodys.OwnerReferences = nil
	ending := live(set, "ending", "x")
	ending.DeletionTimestamp = &metav1.Time{}
	now := metav1.Now()
	ending.DeletionTimestamp = &now
	rows := []v1alpha1.Application{aRow("taken", "x"), aRow("adopted", "new"), aRow("ending", "x")}
	plan := MakePlan(set, rows, []*v1alpha1.Application{stranger, nobodys, ending, live(other, "elsewhere", "x")}, everything)
	if !slices.Equal(plan.Foreign, []string{"taken"}) || !slices.Equal(plan.Ending, []string{"ending"}) || len(plan.Delete) != 0 {
		t.Errorf("foreign %v, deletes %v", plan.Foreign, plan.Delete)
	}
	if len(plan.Changes) != 1 || plan.Changes[0].Want.Name != "adopted" || !metav1.IsControlledBy(plan.Changes[0].Want, set) {
		t.Errorf("changes %+v", plan.Changes)
	}
}

func TestAnUpdatePreservesWhatOthersMayWrite(t *testing.T) {
	set := aSet("s")
	set.Spec.PreservedFields = &v1alpha1.ApplicationPreservedFields{Annotations: []string{"keep.example.com/a"}, Labels: []string{"keep"}}
	is := live(set, "app", "x")
	is.Annotations = map[string]string{
		v1alpha1.AnnotationKeyRefresh: "normal", "keep.example.com/a": "1", "fairlead.dev/x": "1", "drop": "1", "decided": "old",
	}
	is.Labels = map[string]string{"keep": "1", "drop": "1"}
	is.Finalizers = append(is.Finalizers, "example.com/theirs")
	row := aRow("app", "x")
	row.Annotations = map[string]string{"decided": "new"}
	row.Finalizers = nil // the set preserves resources on deletion
	want := updated(set, &row, is)
	if len(want.Annotations) != 4 || want.Annotations["decided"] != "new" || want.Annotations["drop"] != "" {
		t.Errorf("annotations %v", want.Annotations)
	}
	if len(want.Labels) != 1 || want.Labels["keep"] != "1" {
		t.Errorf("labels %v", want.Labels)
	}
	if !slices.Equal(want.Finalizers, []string{fleet.Finalizer, "example.com/theirs"}) {
		t.Errorf("finalizers %v", want.Finalizers)
	}
}

func TestVerdicts(t *testing.T) {
	failed := generatorFailed(errors.New("generators[0].git: away")).conditions()
	if failed[0].Status != "True" || failed[1].Status != "False" || !strings.Contains(failed[0].Message, "keeps what it has") {
		t.Errorf("failed generator: %+v", failed)
	}
	good := expanded(expand.Result{}, Plan{}, nil).conditions()
	if good[0].Status != "False" || good[1].Status != "True" || good[2].Status != "True" {
		t.Errorf("all well: %+v", good)
	}
	var many expand.Result
	for range 20 {
		many.Rejected = append(many.Rejected, expand.Row{Err: errors.New("row")})
	}
	v := expanded(many, Plan{Foreign: []string{"taken"}}, errors.New("refused")).conditions()
	if v[0].Status != "True" || v[1].Status != "True" || !strings.Contains(v[0].Message, "and 17 more") || !strings.Contains(v[0].Message, "nothing is deleted") {
		t.Errorf("rejected rows: %+v", v)
	}
}

func TestResourcesComeWorstFirstAndBounded(t *testing.T) {
	var apps []v1alpha1.Application
	for i := range 1500 {
		app := aRow(string(rune('a'+i%26))+strings.Repeat("x", i%7), "x")
		app.Status.Sync.Status, app.Status.Health.Status = v1alpha1.SyncStatusCodeSynced, v1alpha1.HealthStatusHealthy
		apps = append(apps, app)
	}
	apps[1400].Status.Health.Status = v1alpha1.HealthStatusDegraded
	apps[1401].Status.Sync.Status = v1alpha1.SyncStatusCodeOutOfSync
	got := resourcesOf(apps)
	if len(got) != maxResources || got[0].Health.Status != v1alpha1.HealthStatusDegraded || got[1].Status != v1alpha1.SyncStatusCodeOutOfSync {
		t.Errorf("%d resources, first %+v, %+v", len(got), got[0], got[1])
	}
}
