package hub_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/guard"
	"github.com/fairlead/fairlead/internal/hub"
)

// listed is a set of n Applications on cluster away, whose agent never comes.
func listed(name string, n int) string {
	var elements []string
	for i := range n {
		elements = append(elements, fmt.Sprintf("{id: '%02d'}", i))
	}
	return fmt.Sprintf(`
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: %[1]s}
spec:
  generators:
  - list: {elements: [%[2]s]}
  template:
    metadata: {name: '%[1]s-{{id}}'}
    spec:
      project: default
      source: {repoURL: https://git.invalid/a.git, path: a}
      destination: {name: away, namespace: x}
`, name, strings.Join(elements, ", "))
}

func cascading(name, more string) string {
	return fmt.Sprintf(`
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: %s, finalizers: [%s]%s}
spec:
  project: default
  source: {repoURL: https://git.invalid/a.git, path: a}
  destination: {name: away, namespace: x}
`, name, v1alpha1.ResourcesFinalizerName, more)
}

func numbered(prefix string, from, to int) []string {
	var out []string
	for i := from; i < to; i++ {
		out = append(out, fmt.Sprintf("%s-%02d", prefix, i))
	}
	return out
}

// awaitRunning waits until all the Applications are recorded at their cluster.
func (r *running) awaitRunning(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		r.awaitDelivered(t, name, "away")
	}
}

// awaitHeld waits until exactly these Applications have condition DeletionHeld.
func (r *running) awaitHeld(t *testing.T, names ...string) {
	t.Helper()
	eventually(t, func() error {
		if held := r.held(t); !slices.Equal(held, names) {
			return fmt.Errorf("held: %v, want %v", held, names)
		}
		return nil
	})
}

func (r *running) held(t *testing.T) []string {
	t.Helper()
	var list v1alpha1.ApplicationList
	if err := r.List(t.Context(), &list, client.InNamespace(r.namespace)); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, app := range list.Items {
		for _, c := range app.Status.Conditions {
			if c.Type == v1alpha1.ApplicationConditionDeletionHeld && strings.Contains(c.Message, guard.DigestOf(&app)) {
				out = append(out, app.Name)
			}
		}
	}
	slices.Sort(out)
	return out
}

// noOrders fails if any cluster has been told to delete something.
func (r *running) noOrders(t *testing.T) {
	t.Helper()
	if n := r.orders(t); n > 0 {
		t.Errorf("%d tombstones, want none", n)
	}
}

func (r *running) orders(t *testing.T) int {
	t.Helper()
	var list fleet.TombstoneList
	if err := r.List(t.Context(), &list, client.InNamespace(r.namespace)); err != nil {
		t.Fatal(err)
	}
	return len(list.Items)
}

func (r *running) awaitOrders(t *testing.T, n int) {
	t.Helper()
	eventually(t, func() error {
		if got := r.orders(t); got != n {
			return fmt.Errorf("%d tombstones, want %d", got, n)
		}
		return nil
	})
}

func (r *running) deleteSet(t *testing.T, name string) {
	t.Helper()
	set := &v1alpha1.ApplicationSet{ObjectMeta: metav1.ObjectMeta{Namespace: r.namespace, Name: name}}
	if err := r.Delete(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		if err := r.Get(t.Context(), client.ObjectKeyFromObject(set), set); !apierrors.IsNotFound(err) {
			return fmt.Errorf("the set is still there: %w", err)
		}
		return nil
	})
}

// say writes a person's word on held Applications.
func (r *running) say(t *testing.T, annotation string, names ...string) {
	t.Helper()
	for _, name := range names {
		app, err := r.app(t, name)
		if err != nil {
			t.Fatal(err)
		}
		patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, annotation, guard.DigestOf(app))
		if err := r.Patch(t.Context(), app, client.RawPatch(types.MergePatchType, []byte(patch))); err != nil {
			t.Fatal(err)
		}
	}
}

func TestB18ADeletedSetIsHeldAboveTheGuard(t *testing.T) {
	r := start(t)
	r.cluster(t, "away", nil)
	r.apply(t, listed("small", 3))
	r.apply(t, listed("big", 8))
	small, big := numbered("small", 0, 3), numbered("big", 0, 8)
	r.awaitRunning(t, append(small, big...)...)

	r.deleteSet(t, "big")
	r.awaitHeld(t, big...)
	r.noOrders(t)

	// Below the guard the cascade applies, also beside a hold.
	r.deleteSet(t, "small")
	for _, name := range small {
		r.awaitGone(t, name)
	}
	r.awaitOrders(t, 3)

	// A restart forgets neither.
	r.stop()
	r.run(t)
	r.awaitHeld(t, big...)
	r.awaitOrders(t, 3)

	r.say(t, v1alpha1.AnnotationApproveDeletions, big[:5]...)
	for _, name := range big[:5] {
		r.awaitGone(t, name)
	}
	r.awaitOrders(t, 8)
	r.awaitHeld(t, big[5:]...)

	// The others are kept: the objects go, no order is given, and the set that
	// is applied again has them anew.
	r.say(t, v1alpha1.AnnotationKeepWorkloads, big[5:]...)
	for _, name := range big[5:] {
		r.awaitGone(t, name)
	}
	r.apply(t, listed("big", 8))
	r.awaitRunning(t, big...)
	for _, tomb := range r.tombstones(t) {
		if slices.Contains(big[5:], tomb.Spec.Application.Name) {
			t.Errorf("there is an order for %s, which was kept", tomb.Spec.Application.Name)
		}
	}
}

func (r *running) tombstones(t *testing.T) []fleet.Tombstone {
	t.Helper()
	var list fleet.TombstoneList
	if err := r.List(t.Context(), &list, client.InNamespace(r.namespace)); err != nil {
		t.Fatal(err)
	}
	return list.Items
}

func TestB18StaleOwnersAfterARestore(t *testing.T) {
	r := start(t)
	r.cluster(t, "away", nil)
	r.apply(t, listed("alive", 2))
	alive := numbered("alive", 0, 2)
	r.awaitRunning(t, alive...)
	r.stop()
	// The backup knew another UID of the set, and was taken while approved
	// deletions waited for their agents. The real garbage collector finds out
	// while the hub is away for half of them.
	owned := func(set string) string {
		return fmt.Sprintf(", annotations: {"+v1alpha1.AnnotationDeletionCause+": '1 0d6cf0b8-0000-4000-8000-000000000000 approved'}"+
			", ownerReferences: [{apiVersion: argoproj.io/v1alpha1, kind: ApplicationSet, name: %s, uid: 5cf0b8c4-0000-4000-8000-000000000000, controller: true, blockOwnerDeletion: true}]", set)
	}
	names := numbered("restored", 0, 50)
	for _, name := range names[:25] {
		r.apply(t, cascading(name, owned("alive")))
	}
	r.run(t)
	for _, name := range names[25:] {
		r.apply(t, cascading(name, owned("lost")))
	}
	eventually(t, func() error {
		for _, name := range r.held(t) {
			if slices.Contains(alive, name) {
				return fmt.Errorf("%s is held", name)
			}
		}
		if n := len(r.held(t)); n < len(names) {
			return fmt.Errorf("%d of %d are held", n, len(names))
		}
		return nil
	})
	r.noOrders(t)
	r.awaitApps(t, append(alive, names...)...)
}

func TestB18ADeletedNamespaceIsHeldAboveTheGuard(t *testing.T) {
	other := ""
	r := start(t, func(o *hub.Options) {
		other = o.Namespace[:min(len(o.Namespace), 50)] + "-apps"
		o.OwnNamespaces = append(o.OwnNamespaces, other)
	})
	r.cluster(t, "away", nil)
	if err := r.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: other}}); err != nil {
		t.Fatal(err)
	}
	r.project(t, "default", `{sourceRepos: ["*"], destinations: [{server: "*", namespace: "*"}], sourceNamespaces: [`+other+`]}`)
	control := r.namespace
	r.namespace = other // of the Applications
	t.Cleanup(func() { r.cleanUp(t) })
	names := numbered("app", 0, 7)
	for _, name := range names {
		r.apply(t, cascading(name, ""))
	}
	r.awaitRunning(t, names...)
	if err := r.Delete(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: other}}); err != nil {
		t.Fatal(err)
	}
	r.awaitHeld(t, names...)
	r.namespace = control
	r.noOrders(t)
	r.namespace = other
	r.say(t, v1alpha1.AnnotationKeepWorkloads, names...)
	for _, name := range names {
		r.awaitGone(t, name)
	}
	r.namespace = control
	r.noOrders(t)
}

// A parent's deletion makes its agent delete the children one by one.
func TestB18ManySingleDeletionsAreOneEvent(t *testing.T) {
	r := start(t)
	r.cluster(t, "away", nil)
	names := numbered("child", 0, 40)
	for _, name := range names {
		r.apply(t, cascading(name, ""))
	}
	r.awaitRunning(t, names...)
	remove := func(names []string) {
		for _, name := range names {
			app := &v1alpha1.Application{ObjectMeta: metav1.ObjectMeta{Namespace: r.namespace, Name: name}}
			if err := r.Delete(t.Context(), app); err != nil {
				t.Fatal(err)
			}
		}
	}
	remove(names[:2])
	r.awaitGone(t, names[0])
	r.awaitGone(t, names[1])
	r.awaitOrders(t, 2)
	r.stop() // what was lost before a restart counts
	r.run(t)
	remove(names[2:20])
	r.awaitHeld(t, names[2:20]...)
	r.awaitOrders(t, 2)
}

func TestAReleaseIsNotHeld(t *testing.T) {
	r := start(t)
	r.cluster(t, "away", nil)
	set := strings.Replace(listed("kept", 8), "spec:\n", "spec:\n  syncPolicy: {preserveResourcesOnDeletion: true}\n", 1)
	r.apply(t, set)
	names := numbered("kept", 0, 8)
	r.awaitRunning(t, names...)
	r.deleteSet(t, "kept")
	for _, name := range names {
		r.awaitGone(t, name)
	}
	for _, tomb := range r.tombstones(t) {
		if tomb.Spec.Action != fleet.TombstoneRelease {
			t.Errorf("%s: %s", tomb.Spec.Application.Name, tomb.Spec.Action)
		}
	}
}

func TestAHoldTellsByEventAndMetric(t *testing.T) {
	r := start(t)
	r.cluster(t, "away", nil)
	r.apply(t, listed("told", 7))
	r.awaitRunning(t, numbered("told", 0, 7)...)
	r.deleteSet(t, "told")
	r.awaitHeld(t, numbered("told", 0, 7)...)
	r.awaitMetric(t, "fairlead_application_deletions_held", 7)
	r.awaitMetric(t, "fairlead_application_deletion_holds_total", 7)
	r.awaitEvent(t, v1alpha1.ApplicationKind, "told-00", v1alpha1.ApplicationConditionDeletionHeld)
}

func (r *running) awaitEvent(t *testing.T, kind, name, reason string) {
	t.Helper()
	eventually(t, func() error {
		var list corev1.EventList
		if err := r.List(context.Background(), &list, client.InNamespace(r.namespace)); err != nil {
			return err
		}
		for _, e := range list.Items {
			if e.InvolvedObject.Kind == kind && e.InvolvedObject.Name == name && e.Reason == reason {
				return nil
			}
		}
		return fmt.Errorf("no event %s about %s %s", reason, kind, name)
	})
}

// quietly gives the hub the time in which it would do what it must not.
func quietly() { time.Sleep(2 * time.Second) }
