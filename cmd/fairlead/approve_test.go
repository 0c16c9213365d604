package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/guard"
)

// heldApp is an Application of a set whose deletion the gate holds.
func heldApp(name, set string) *v1alpha1.Application {
	yes := true
	return &v1alpha1.Application{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "argocd", Name: name, UID: types.UID("uid-" + name),
			DeletionTimestamp: &metav1.Time{Time: time.Unix(1, 0)}, Finalizers: []string{fleet.Finalizer},
			OwnerReferences: []metav1.OwnerReference{{APIVersion: v1alpha1.SchemeGroupVersion.String(), Kind: v1alpha1.ApplicationSetKind, Name: set, UID: "gone", Controller: &yes}},
		},
		Spec: v1alpha1.ApplicationSpec{Destination: v1alpha1.ApplicationDestination{Name: "edge"}, Project: "of-" + set},
		Status: v1alpha1.ApplicationStatus{Conditions: []v1alpha1.ApplicationCondition{{
			Type: v1alpha1.ApplicationConditionDeletionHeld, Message: "held",
		}}},
	}
}

// heldFleet has a set whose guard holds two, a deleted set of two, and an
// Application that nobody holds.
func heldFleet() finder {
	set := &v1alpha1.ApplicationSet{
		ObjectMeta: metav1.ObjectMeta{Namespace: "argocd", Name: "shrunk", UID: "set"},
		Status: v1alpha1.ApplicationSetStatus{DeletionsHeld: &v1alpha1.DeletionsHeld{
			Digest: "0f1e2d3c4b5a6978", Count: 120, Victims: []v1alpha1.DeletionVictim{{Name: "shrunk-a", Cluster: "paris", RenamedTo: "lyon"}},
		}},
	}
	free := heldApp("free", "gone")
	free.Status.Conditions = nil
	c := fake.NewClientBuilder().WithScheme(newScheme()).WithStatusSubresource(set, free).
		WithObjects(set, heldApp("gone-a", "gone"), heldApp("gone-b", "gone"), free).Build()
	return finder{Client: c, namespace: "argocd"}
}

func decide(t *testing.T, find finder, h held, set, answer string) (code int, out string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	h.asks, h.done = "let %d go?", "%d let go"
	err := h.decide(t.Context(), streams{strings.NewReader(answer), &stdout, &stderr}, find, set)
	var exit *exitError
	if errors.As(err, &exit) {
		return exit.code, stdout.String() + stderr.String() + err.Error()
	}
	if err != nil {
		t.Fatal(err)
	}
	return codeOK, stdout.String() + stderr.String()
}

// words are the decisions that stand on objects.
func words(t *testing.T, find finder) map[string]string {
	t.Helper()
	var apps v1alpha1.ApplicationList
	var sets v1alpha1.ApplicationSetList
	if err := errors.Join(find.List(t.Context(), &apps), find.List(t.Context(), &sets)); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	note := func(o client.Object) {
		for key, value := range o.GetAnnotations() {
			out[o.GetName()] = strings.TrimPrefix(key, "fairlead.dev/") + "=" + value
		}
	}
	for i := range apps.Items {
		note(&apps.Items[i])
	}
	for i := range sets.Items {
		note(&sets.Items[i])
	}
	return out
}

func TestApproveAndKeepSayWhatTheyDecide(t *testing.T) {
	a, b := guard.DigestOf(heldApp("gone-a", "gone")), guard.DigestOf(heldApp("gone-b", "gone"))
	both := guard.Digest("", []guard.Victim{{Name: "argocd/gone-a", UID: "uid-gone-a"}, {Name: "argocd/gone-b", UID: "uid-gone-b"}})
	approve := held{annotation: v1alpha1.AnnotationApproveDeletions}
	keep := held{annotation: v1alpha1.AnnotationKeepWorkloads, anyName: true}
	with := func(h held, edit func(*held)) held { edit(&h); return h }
	for name, tc := range map[string]struct {
		held   held
		set    string
		answer string
		code   int
		says   []string
		want   map[string]string
	}{
		"a set": {
			held: approve, set: "shrunk", answer: "yes\n", says: []string{"shrunk-a", "paris", "lyon", "and 119 more", "let 120 go?", "120 let go"},
			want: map[string]string{"shrunk": "approve-deletions=0f1e2d3c4b5a6978"},
		},
		"no":        {held: approve, set: "shrunk", answer: "y\n", code: codeGuarded, says: []string{"shrunk-a", "nothing has changed"}},
		"no answer": {held: approve, set: "shrunk", code: codeGuarded, says: []string{"--yes", "nothing has changed"}},
		"unasked": {
			held: with(approve, func(h *held) { h.yes = true }), set: "shrunk", says: []string{"shrunk-a"},
			want: map[string]string{"shrunk": "approve-deletions=0f1e2d3c4b5a6978"},
		},
		"another digest": {
			held: with(approve, func(h *held) { h.yes, h.digest = true, "1111111111111111" }), set: "shrunk",
			code: codeGuarded, says: []string{"1111111111111111", "0f1e2d3c4b5a6978", "changed"},
		},
		"a deleted set": {
			held: with(approve, func(h *held) { h.digest = both }), set: "gone", answer: "yes\n", says: []string{"gone-a", "gone-b", "edge"},
			want: map[string]string{"gone-a": "approve-deletions=" + a, "gone-b": "approve-deletions=" + b},
		},
		"one application": {
			held: with(approve, func(h *held) { h.application, h.digest = "gone-b", b }), answer: "yes\n",
			want: map[string]string{"gone-b": "approve-deletions=" + b},
		},
		"a project": {
			held: with(keep, func(h *held) { h.project = "of-gone" }), answer: "yes\n",
			want: map[string]string{"gone-a": "keep-workloads=" + a, "gone-b": "keep-workloads=" + b},
		},
		"everything": {
			held: with(keep, func(h *held) { h.all = true }), answer: "yes\n",
			want: map[string]string{"gone-a": "keep-workloads=" + a, "gone-b": "keep-workloads=" + b, "shrunk": "keep-workloads=0f1e2d3c4b5a6978"},
		},
		"keep finds an application too": {held: keep, set: "gone-a", answer: "yes\n", want: map[string]string{"gone-a": "keep-workloads=" + a}},
		"approve does not":              {held: approve, set: "gone-a", answer: "yes\n", code: codeNotFound, says: []string{"set gone-a: nothing is held"}},
		"what is not held":              {held: with(approve, func(h *held) { h.application = "free" }), code: codeNotFound, says: []string{"application free"}},
	} {
		t.Run(name, func(t *testing.T) {
			find := heldFleet()
			code, out := decide(t, find, tc.held, tc.set, tc.answer)
			if code != tc.code {
				t.Errorf("exit %d, want %d: %s", code, tc.code, out)
			}
			for _, part := range tc.says {
				if !strings.Contains(out, part) {
					t.Errorf("it does not say %q:\n%s", part, out)
				}
			}
			if got := words(t, find); fmt.Sprint(got) != fmt.Sprint(tc.want) {
				t.Errorf("%v, want %v", got, tc.want)
			}
		})
	}
}

func TestApproveWantsOneTarget(t *testing.T) {
	for _, args := range []string{"approve", "approve x --all", "keep", "keep --project a --application b"} {
		if code, _, problems := command(t, strings.Fields(args)...); code != codeUsage || !strings.Contains(problems, "name one of") {
			t.Errorf("%s: exit %d, %s", args, code, problems)
		}
	}
	if code, _, problems := command(t, "hub", "--max-deletions", "many"); code != codeUsage || !strings.Contains(problems, "5,10%") {
		t.Errorf("exit %d, %s", code, problems)
	}
}

// One that was made anew, or is gone, since it was listed does not stop the
// others; what was not written is not counted.
func TestApproveGoesOnBeyondWhatHasChanged(t *testing.T) {
	conflict := apierrors.NewConflict(schema.GroupResource{Resource: "applications"}, "gone-a", errors.New("UID in precondition"))
	missing := apierrors.NewNotFound(schema.GroupResource{Resource: "applications"}, "gone-a")
	all := held{annotation: v1alpha1.AnnotationApproveDeletions, yes: true, all: true}
	one := held{annotation: v1alpha1.AnnotationApproveDeletions, yes: true, application: "gone-a"}
	for name, tc := range map[string]struct {
		held   held
		answer error
		code   int
		says   string
		words  []string
	}{
		"made anew":           {held: all, answer: conflict, code: codePartly, says: "121 let go", words: []string{"gone-b", "shrunk"}},
		"gone":                {held: all, answer: missing, says: "121 let go", words: []string{"gone-b", "shrunk"}},
		"the only one":        {held: one, answer: conflict, code: codeGuarded, says: "gone-a: made anew"},
		"nobody answers":      {held: all, answer: errors.New("connection refused"), code: codePartly, says: "120 let go", words: []string{"shrunk"}},
		"nobody answers once": {held: one, answer: errors.New("connection refused"), code: codeUnreachable, says: "gone-a"},
	} {
		t.Run(name, func(t *testing.T) {
			find := heldFleet()
			find.Client = interceptor.NewClient(find.Client.(client.WithWatch), interceptor.Funcs{
				Patch: func(ctx context.Context, c client.WithWatch, o client.Object, p client.Patch, opts ...client.PatchOption) error {
					if o.GetName() == "gone-a" {
						return tc.answer
					}
					return c.Patch(ctx, o, p, opts...)
				},
			})
			code, out := decide(t, find, tc.held, "", "")
			if code != tc.code || !strings.Contains(out, tc.says) {
				t.Errorf("exit %d, want %d and %q: %s", code, tc.code, tc.says, out)
			}
			if got := slices.Sorted(maps.Keys(words(t, find))); !slices.Equal(got, tc.words) {
				t.Errorf("decided about %v, want %v", got, tc.words)
			}
		})
	}
}
