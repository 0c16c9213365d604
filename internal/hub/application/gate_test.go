package application

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	kube "k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/guard"
)

// office is a Reconciler with its gate, on a fleet of clusters one and two.
type office struct {
	*Reconciler
	core *kube.Clientset
}

type noEvents struct{}

func (noEvents) Eventf(_, _ runtime.Object, _, _, _, _ string, _ ...any) {}

func newOffice(t *testing.T, objects ...client.Object) *office {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, fleet.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	objects = append(objects,
		&fleet.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: "argocd", Name: "one"}, Status: fleet.ClusterStatus{Holder: "hub-0"}},
		&fleet.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: "argocd", Name: "two"}},
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "argocd"}})
	c := fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).WithStatusSubresource(&v1alpha1.Application{}, &fleet.Tombstone{}).Build()
	metrics, err := NewGateMetrics(prometheus.NewRegistry(), c)
	if err != nil {
		t.Fatal(err)
	}
	core := kube.NewClientset()
	now := func() time.Time { return noon }
	gate := NewGate(GateOptions{
		Client: c, Live: c, ConfigMaps: core.CoreV1().ConfigMaps("argocd"), Metrics: metrics,
		Limits: guard.Default(), Now: now, Logger: logr.Discard(),
	})
	return &office{&Reconciler{Client: c, Gate: gate, Events: noEvents{}, Namespace: "argocd", Now: now}, core}
}

// ending is an Application at cluster one that is being deleted.
func ending(edit ...func(*v1alpha1.Application)) *v1alpha1.Application {
	return anApplication(append([]func(*v1alpha1.Application){deliveredAt("one"), deleted, func(a *v1alpha1.Application) {
		a.Finalizers = []string{v1alpha1.ResourcesFinalizerName, fleet.Finalizer}
	}}, edit...)...)
}

func releaseAt(cluster string, app *v1alpha1.Application) *fleet.Tombstone {
	return &fleet.Tombstone{
		ObjectMeta: metav1.ObjectMeta{Namespace: "argocd", Name: fleet.TombstoneName(cluster, keyOf(app)), UID: "release"},
		Spec:       fleet.TombstoneSpec{Cluster: cluster, Application: keyOf(app), Action: fleet.TombstoneRelease},
		Status:     fleet.TombstoneStatus{Acknowledged: true},
	}
}

// wake reconciles app n times and returns what there is of it then, nil if it
// is gone.
func (o *office) wake(t *testing.T, app *v1alpha1.Application, n int) *v1alpha1.Application {
	t.Helper()
	key := client.ObjectKeyFromObject(app)
	for range n {
		if _, err := o.Reconcile(t.Context(), reconcile.Request{NamespacedName: key}); err != nil {
			t.Fatal(err)
		}
	}
	is := &v1alpha1.Application{}
	if err := o.Client.Get(t.Context(), key, is); apierrors.IsNotFound(err) {
		return nil
	} else if err != nil {
		t.Fatal(err)
	}
	return is
}

func (o *office) orderAt(t *testing.T, cluster string, app *v1alpha1.Application) fleet.TombstoneAction {
	t.Helper()
	tomb := &fleet.Tombstone{}
	err := o.Client.Get(t.Context(), types.NamespacedName{Namespace: "argocd", Name: fleet.TombstoneName(cluster, keyOf(app))}, tomb)
	if client.IgnoreNotFound(err) != nil {
		t.Fatal(err)
	}
	return tomb.Spec.Action
}

// woken counts who has been told that there is a ruling.
func (o *office) woken() int {
	n := 0
	for len(o.Gate.judged) > 0 {
		<-o.Gate.judged
		n++
	}
	return n
}

func TestAReleaseElsewhereDoesNotStandForTheDeletion(t *testing.T) {
	app := ending()
	o := newOffice(t, app, releaseAt("two", app))
	o.wake(t, app, 1)
	if err := o.Gate.judge(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.wake(t, app, 1)
	if got := o.orderAt(t, "one", app); got != fleet.TombstoneDelete || o.woken() != 1 {
		t.Errorf("the order is %q", got)
	}
}

func TestAReleaseAtTheSameClusterGivesWayToTheDeletion(t *testing.T) {
	app := ending()
	o := newOffice(t, app, releaseAt("one", app))
	o.wake(t, app, 2)
	if got := o.orderAt(t, "one", app); got != "" {
		t.Fatalf("before the gate the order is %q", got)
	}
	if err := o.Gate.judge(t.Context()); err != nil {
		t.Fatal(err)
	}
	if is := o.wake(t, app, 1); is == nil || o.orderAt(t, "one", app) != fleet.TombstoneDelete {
		t.Errorf("the order is %q for %v", o.orderAt(t, "one", app), is)
	}
}

func TestAReleaseAtTheSameClusterDoesNotPreventKeeping(t *testing.T) {
	app := ending()
	app.Annotations = map[string]string{v1alpha1.AnnotationKeepWorkloads: guard.DigestOf(app)}
	o := newOffice(t, app, releaseAt("one", app))
	if is := o.wake(t, app, 2); is != nil || o.orderAt(t, "one", app) != "" {
		t.Errorf("%v, order %q", is, o.orderAt(t, "one", app))
	}
}

func TestALedgerInTroubleIsSeenAndNotFinal(t *testing.T) {
	for name, restarts := range map[string]bool{"same hub": false, "after a restart": true} {
		t.Run(name, func(t *testing.T) { ledgerInTrouble(t, restarts) })
	}
}

func ledgerInTrouble(t *testing.T, restarts bool) {
	t.Helper()
	app := ending()
	o := newOffice(t, app)
	broken := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "argocd", Name: LedgerConfigMap}, Data: map[string]string{ledgerKey: "{"}}
	if err := o.core.Tracker().Add(broken); err != nil {
		t.Fatal(err)
	}
	o.wake(t, app, 1)
	for round, news := range []int{1, 0} {
		if err := o.Gate.judge(t.Context()); err == nil {
			t.Fatal("judged")
		}
		if n := o.woken(); n != news {
			t.Errorf("round %d: %d woken, want %d", round, n, news)
		}
	}
	is := o.wake(t, app, 1)
	if !isHeld(is) || !isUnjudged(is) || !strings.Contains(is.Status.Conditions[0].Message, LedgerConfigMap) {
		t.Fatalf("conditions %v", is.Status.Conditions)
	}
	if restarts {
		o.Gate = NewGate(o.Gate.opts)
		o.wake(t, app, 1)
	}
	if err := o.core.CoreV1().ConfigMaps("argocd").Delete(t.Context(), LedgerConfigMap, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := o.Gate.judge(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := o.woken(); n != 1 {
		t.Errorf("%d woken at last, want one", n)
	}
	if is := o.wake(t, app, 1); isHeld(is) || o.orderAt(t, "one", app) != fleet.TombstoneDelete {
		t.Errorf("order %q, conditions %v", o.orderAt(t, "one", app), is.Status.Conditions)
	}
}

func TestWithTheControlNamespaceALoneApplicationIsHeldForGood(t *testing.T) {
	app := ending()
	o := newOffice(t, app)
	terminating := apierrors.NewForbidden(corev1.Resource("configmaps"), LedgerConfigMap, context.Canceled)
	terminating.ErrStatus.Details.Causes = []metav1.StatusCause{{Type: corev1.NamespaceTerminatingCause}}
	o.core.PrependReactor("create", "configmaps", func(clienttesting.Action) (bool, runtime.Object, error) { return true, nil, terminating })
	o.wake(t, app, 1)
	if err := o.Gate.judge(t.Context()); err != nil {
		t.Fatal(err)
	}
	is := o.wake(t, app, 1)
	if !isHeld(is) || isUnjudged(is) || o.orderAt(t, "one", app) != "" {
		t.Errorf("order %q, conditions %v", o.orderAt(t, "one", app), is.Status.Conditions)
	}
	is.Annotations = map[string]string{v1alpha1.AnnotationApproveDeletions: guard.DigestOf(is)}
	if err := o.Client.Update(t.Context(), is); err != nil {
		t.Fatal(err)
	}
	o.wake(t, app, 1)
	if got := o.orderAt(t, "one", app); got != fleet.TombstoneDelete {
		t.Errorf("once approved the order is %q", got)
	}
}

func TestAHoldSaysWhatToRun(t *testing.T) {
	text := heldMessage(anApplication(func(a *v1alpha1.Application) { a.Namespace = "team" }), "why")
	for _, want := range []string{"fairlead approve --application web -n team;", "fairlead keep --application web -n team"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q, want %q in it", text, want)
		}
	}
}

func TestTheGateReadsWhichSetsKeep(t *testing.T) {
	set := func(name string, policy v1alpha1.ApplicationsSyncPolicy) *v1alpha1.ApplicationSet {
		s := &v1alpha1.ApplicationSet{ObjectMeta: metav1.ObjectMeta{Namespace: "argocd", Name: name, UID: types.UID(name)}}
		if policy != "" {
			s.Spec.SyncPolicy = &v1alpha1.ApplicationSetSyncPolicy{ApplicationsSync: &policy}
		}
		return s
	}
	o := newOffice(t, set("plain", ""), set("sync", v1alpha1.ApplicationsSyncPolicySync),
		set("update", v1alpha1.ApplicationsSyncPolicyCreateUpdate), set("only", v1alpha1.ApplicationsSyncPolicyCreateOnly))
	w, err := o.Gate.look(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for uid, want := range map[types.UID]bool{"plain": false, "sync": false, "update": true, "only": true} {
		if w.keeping[setID{"argocd", uid}] != want {
			t.Errorf("%s: keeping is %t", uid, w.keeping[setID{"argocd", uid}])
		}
	}
}
