package plan

import (
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/expand"
)

func aSet(uid types.UID) *v1alpha1.ApplicationSet {
	return &v1alpha1.ApplicationSet{ObjectMeta: metav1.ObjectMeta{Namespace: "argocd", Name: "set", UID: uid}}
}

// aRow derives from an element of a list.
func aRow(name, path string) Row {
	app := &v1alpha1.Application{ObjectMeta: metav1.ObjectMeta{
		Namespace: "argocd", Name: name, Finalizers: []string{v1alpha1.ResourcesFinalizerName},
	}}
	app.Spec.Source = &v1alpha1.ApplicationSource{RepoURL: "https://git.example.com/a.git", Path: path}
	return Row{App: app, From: generators.Origin{Generator: "generators[0].list", Element: "elements[0]"}}
}

// from lets a row derive from a cluster.
func (r Row) from(cluster string) Row {
	r.From = generators.Origin{Generator: "generators[0].clusters", Cluster: cluster}
	return r
}

// live is what the set made of a row.
func live(set *v1alpha1.ApplicationSet, name, path string) *v1alpha1.Application {
	return liveRow(set, aRow(name, path))
}

func liveRow(set *v1alpha1.ApplicationSet, row Row) *v1alpha1.Application {
	return newWriter(set, nil).created(row)
}

var everything = Rules{Allowed: Allowed{Create: true, Update: true, Delete: true}}

func TestPlanCreatesUpdatesAndDeletes(t *testing.T) {
	set := aSet("s")
	rows := []Row{aRow("kept", "new"), aRow("made", "x"), aRow("same", "x")}
	plan := Make(set, rows, []*v1alpha1.Application{live(set, "kept", "old"), live(set, "gone", "x"), live(set, "same", "x")}, everything)
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
	rows := []Row{aRow("kept", "new"), aRow("made", "x")}
	is := []*v1alpha1.Application{live(set, "kept", "old"), live(set, "gone", "x")}
	for policy, want := range map[v1alpha1.ApplicationsSyncPolicy][2]int{ // changes, deletes
		v1alpha1.ApplicationsSyncPolicySync:         {2, 1},
		v1alpha1.ApplicationsSyncPolicyCreateOnly:   {1, 0},
		v1alpha1.ApplicationsSyncPolicyCreateUpdate: {2, 0},
		v1alpha1.ApplicationsSyncPolicyCreateDelete: {1, 1},
		"": {2, 1},
	} {
		set.Spec.SyncPolicy = &v1alpha1.ApplicationSetSyncPolicy{ApplicationsSync: &policy}
		plan := Make(set, rows, is, Rules{Allowed: AllowedBy(set)})
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
	now := metav1.Now()
	ending.DeletionTimestamp = &now
	rows := []Row{aRow("taken", "x"), aRow("adopted", "new"), aRow("ending", "x")}
	plan := Make(set, rows, []*v1alpha1.Application{stranger, nobodys, ending, live(other, "elsewhere", "x")}, everything)
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
	row.App.Annotations = map[string]string{"decided": "new"}
	row.App.Finalizers = nil // the set preserves resources on deletion
	want, err := newWriter(set, nil).updated(row, is)
	if err != nil {
		t.Fatal(err)
	}
	if len(want.Annotations) != 5 || want.Annotations["decided"] != "new" || want.Annotations["drop"] != "" || want.Annotations[derivedFrom] == "" {
		t.Errorf("annotations %v", want.Annotations)
	}
	if len(want.Labels) != 1 || want.Labels["keep"] != "1" {
		t.Errorf("labels %v", want.Labels)
	}
	if !slices.Equal(want.Finalizers, []string{fleet.Finalizer, "example.com/theirs"}) {
		t.Errorf("finalizers %v", want.Finalizers)
	}
	if again, err := newWriter(set, nil).updated(row, want); again != nil || err != nil {
		t.Errorf("a second update: %+v, %v", again, err)
	}
}

// A row that gave nothing keeps what derives from the same cluster; the rest of
// what left goes.
func TestOnlyWhatMayBeARefusedRowsStays(t *testing.T) {
	set := aSet("s")
	is := []*v1alpha1.Application{
		liveRow(set, aRow("left", "x").from("one")), liveRow(set, aRow("refused", "x").from("two")),
		liveRow(set, aRow("kept", "x").from("three")),
	}
	unknown := liveRow(set, aRow("unknown", "x"))
	unknown.Annotations = nil // of a hub that did not say what it derived from
	result := expand.Result{
		Generators: []string{"generators[0].clusters"},
		Rejected:   []expand.Row{{Origin: aRow("", "").from("two").From}},
	}
	rules := everything
	rules.Protects = Protector(result.Protection(), len(result.Rejected))
	plan := Make(set, []Row{aRow("kept", "x").from("three")}, append(is, unknown), rules)
	if len(plan.Delete) != 1 || plan.Delete[0].Name != "left" || !slices.Equal(plan.Waiting, []string{"refused", "unknown"}) {
		t.Errorf("deletes %v, waiting %v", plan.Delete, plan.Waiting)
	}
	if Protector(result.Protection(), 0) != nil {
		t.Error("nothing was refused and something is protected")
	}
}

// A list element that is put before the others moves all the places, and a
// generator before the others all the paths.
func TestMovedPlacesAreNoReasonToWrite(t *testing.T) {
	set := aSet("s")
	list := aRow("a", "x")
	matrix := aRow("b", "x").from("one")
	matrix.From.Element = "elements[1]\x1fdirectory \"apps/x\""
	is := []*v1alpha1.Application{liveRow(set, list), liveRow(set, matrix)}
	list.From.Element, list.From.Generator = "elements[7]", "generators[2].list"
	matrix.From.Element = "elements[0]\x1fdirectory \"apps/x\""
	if plan := Make(set, []Row{list, matrix}, is, everything); len(plan.Changes) != 0 {
		t.Errorf("changes %+v", plan.Changes)
	}
	for name, edit := range map[string]func(*Row){
		"another cluster":   func(r *Row) { r.From.Cluster = "two" },
		"another directory": func(r *Row) { r.From.Element = "elements[1]\x1fdirectory \"apps/y\"" },
		"a pull request":    func(r *Row) { r.From.PullRequest = "a#1" },
		"another question":  func(r *Row) { r.From.Question = "q" },
	} {
		row := matrix
		edit(&row)
		plan := Make(set, []Row{list, row}, is, everything)
		if len(plan.Changes) != 1 || plan.Changes[0].Want.Annotations[derivedFrom] != row.From.Text() {
			t.Errorf("%s: changes %+v", name, plan.Changes)
		}
	}
}

func TestPullRequestsAreMarkedForTheGuard(t *testing.T) {
	set := aSet("s")
	row := aRow("pr", "x")
	row.From.PullRequest = "org/repo#7"
	is := liveRow(set, row)
	if is.Annotations[v1alpha1.AnnotationPullRequest] != "org/repo#7" {
		t.Errorf("annotations %v", is.Annotations)
	}
	row.From.PullRequest = ""
	plan := Make(set, []Row{row}, []*v1alpha1.Application{is}, everything)
	if len(plan.Changes) != 1 || plan.Changes[0].Want.Annotations[v1alpha1.AnnotationPullRequest] != "" {
		t.Errorf("changes %+v", plan.Changes)
	}
}

// What a template says of a deletion, or of what only the hub knows, is nothing.
func TestTemplatesHaveNoSayInTheHubsAnnotations(t *testing.T) {
	set := aSet("s")
	set.Spec.PreservedFields = &v1alpha1.ApplicationPreservedFields{Annotations: []string{v1alpha1.AnnotationDeletionCause}}
	forged := map[string]string{
		v1alpha1.AnnotationDeletionCause: "1 approved", v1alpha1.AnnotationKeepWorkloads: "d", v1alpha1.AnnotationApproveDeletions: "d",
		v1alpha1.AnnotationPullRequest: "a/b#1", derivedFrom: "{}",
	}
	row := aRow("a", "x")
	row.App.Annotations = map[string]string{"mine": "stays", ownPrefix + "other": "stays"}
	for k, v := range forged {
		row.App.Annotations[k] = v
	}
	is := liveRow(set, row)
	for k, v := range forged {
		if is.Annotations[k] == v {
			t.Errorf("created with %s", k)
		}
	}
	if is.Annotations["mine"] == "" || is.Annotations[ownPrefix+"other"] == "" || row.App.Annotations[derivedFrom] != "{}" {
		t.Errorf("annotations %v, row's %v", is.Annotations, row.App.Annotations)
	}
	if plan := Make(set, []Row{row}, []*v1alpha1.Application{is}, everything); len(plan.Changes) != 0 {
		t.Errorf("changes %+v", plan.Changes[0].Want.Annotations)
	}
	alone := is.DeepCopy() // what the set preserves is not preserved
	alone.Annotations[v1alpha1.AnnotationDeletionCause] = "1 approved"
	if plan := Make(set, []Row{row}, []*v1alpha1.Application{alone}, everything); len(plan.Changes) != 1 {
		t.Error("a forged cause stays")
	}
	for k, v := range forged {
		is.Annotations[k] = v
	}
	plan := Make(set, []Row{row}, []*v1alpha1.Application{is}, everything)
	if len(plan.Changes) != 1 {
		t.Fatal("what was forged stays")
	}
	for k, v := range forged {
		if plan.Changes[0].Want.Annotations[k] == v {
			t.Errorf("updated with %s", k)
		}
	}
}

// What was written to delete a row that is wanted again is over, also where the
// set may not update: a later deletion by another way must not count as judged.
func TestMarksOfADeletionDoNotStay(t *testing.T) {
	set := aSet("s")
	app := liveRow(set, aRow("a", "x"))
	app.Annotations[v1alpha1.AnnotationKeepWorkloads] = "d"
	app.Annotations[v1alpha1.AnnotationDeletionCause] = "1 u approved"
	app.Annotations["mine"] = "stays"
	for _, allowed := range []Allowed{{Create: true, Delete: true}, {Create: true}, {Create: true, Update: true, Delete: true}} {
		plan := Make(set, []Row{aRow("a", "y")}, []*v1alpha1.Application{app}, Rules{Allowed: allowed})
		if len(plan.Changes) != 1 {
			t.Fatalf("%+v: %d changes", allowed, len(plan.Changes))
		}
		want := plan.Changes[0].Want
		for key := range want.Annotations {
			if OfDeletion(key) {
				t.Errorf("%+v: %s stays", allowed, key)
			}
		}
		if same := want.Spec.Source.Path == app.Spec.Source.Path; same == allowed.Update {
			t.Errorf("%+v: path %s after %s", allowed, want.Spec.Source.Path, app.Spec.Source.Path)
		}
	}
}
