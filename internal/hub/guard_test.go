package hub

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"

	"github.com/fairlead/fairlead/clusters/enroll"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/hub/desired"
	"github.com/fairlead/fairlead/internal/testenv"
)

// newGuard is a guard of a fleet of its own, whose store is at a revision.
func newGuard(t *testing.T, revision uint64) *guard {
	t.Helper()
	config := testenv.Hub(t)
	core, err := corev1client.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	configMaps := core.ConfigMaps(testenv.Namespace(t, config))
	store := enroll.NewFleetStore(configMaps)
	fleet, err := store.Ensure(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return &guard{
		fleet: store, configMaps: configMaps, index: desired.NewIndex(fleet.Epoch, "argocd", logr.Discard()),
		revision: func(context.Context) (uint64, error) { return revision, nil },
		logger:   logr.Discard(), poll: 50 * time.Millisecond,
	}
}

func TestACacheThatLagsIsNoRestoredHub(t *testing.T) {
	g := newGuard(t, 100)
	g.HigherPosition(t.Context(), "one", delivery.Position{Epoch: 1, Generation: 100}, delivery.Position{Epoch: 1, Generation: 90})
	if g.TombstonesHeld() {
		t.Error("tombstones are held although the store has seen as much as the agent")
	}
}

func TestARestoredHubHoldsTombstonesUntilApproved(t *testing.T) {
	g := newGuard(t, 100)
	seen := delivery.Position{Epoch: 1, Generation: 5000}
	g.HigherPosition(t.Context(), "one", seen, delivery.Position{Epoch: 1, Generation: 100})
	if !g.TombstonesHeld() {
		t.Fatal("tombstones are not held")
	}
	set, err := g.index.Set("one")
	if err != nil || set.Position.Compare(seen) <= 0 {
		t.Errorf("the hub speaks at %v, not above %v; %v", set.Position, seen, err)
	}

	// Another process of the hub takes the hold over.
	again := &guard{configMaps: g.configMaps, fleet: g.fleet, logger: logr.Discard()}
	if err := again.load(t.Context()); err != nil || !again.TombstonesHeld() {
		t.Errorf("after a restart: held %t, %v", again.TombstonesHeld(), err)
	}

	changed, cancel := g.index.Subscribe("one")
	defer cancel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go g.watch(ctx)
	time.Sleep(200 * time.Millisecond)
	if !g.TombstonesHeld() {
		t.Fatal("released by nobody")
	}
	patch := []byte(`{"metadata":{"annotations":{"` + heldAnnotation + `":null}}}`)
	if _, err := g.configMaps.Patch(t.Context(), enroll.FleetConfigMap, types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-changed:
	case <-time.After(10 * time.Second):
		t.Fatal("nobody was told of the release")
	}
	if g.TombstonesHeld() {
		t.Error("tombstones are still held")
	}
}

func TestInDoubtTombstonesAreHeldUntilTheStoreAnswers(t *testing.T) {
	g := newGuard(t, 100)
	var away atomic.Bool
	away.Store(true)
	g.revision = func(context.Context) (uint64, error) {
		if away.Load() {
			return 0, errors.New("the API server is away")
		}
		return 100, nil
	}
	g.HigherPosition(t.Context(), "one", delivery.Position{Epoch: 1, Generation: 100}, delivery.Position{Epoch: 1, Generation: 90})
	if !g.TombstonesHeld() {
		t.Fatal("tombstones are not held while nobody knows")
	}
	go g.watch(t.Context())
	away.Store(false)
	for end := time.Now().Add(10 * time.Second); g.TombstonesHeld(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("still held although the store has seen as much as the agent")
		}
	}
	cm, err := g.configMaps.Get(t.Context(), enroll.FleetConfigMap, metav1.GetOptions{})
	if err != nil || cm.Annotations[heldAnnotation] != "" {
		t.Errorf("a doubt was written down as a hold: %v, %v", cm.Annotations, err)
	}
}
