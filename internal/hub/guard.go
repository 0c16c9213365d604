package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"

	"github.com/fairlead/fairlead/clusters/enroll"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/hub/desired"
	"github.com/fairlead/fairlead/internal/hub/session"
)

// heldAnnotation on the fleet's ConfigMap says that tombstones are held since
// the hub was found to be a restored one. Whoever takes it off approves them.
const heldAnnotation = "fairlead.dev/tombstones-held"

// guardPoll is how often the guard looks whether it was released.
const guardPoll = 10 * time.Second

// guardTimeout bounds what the guard asks of the API server.
const guardTimeout = 15 * time.Second

// guard stops all tombstones when an agent has seen a newer hub than this one:
// the hub came from a backup, and what it lacks may be missing by accident.
type guard struct {
	fleet      enroll.FleetStore
	configMaps corev1client.ConfigMapInterface
	index      *desired.Index
	// revision is the store's own, read past every cache.
	revision func(context.Context) (uint64, error)
	logger   logr.Logger
	poll     time.Duration // between two looks whether it was released
	held     atomic.Bool
	noted    atomic.Bool // the hold stands in the ConfigMap
	// doubt is the position that gave rise to a hold of this process.
	doubt atomic.Pointer[delivery.Position]
}

var _ session.Guard = (*guard)(nil)

// TombstonesHeld says whether tombstones are withheld from everybody.
func (g *guard) TombstonesHeld() bool { return g.held.Load() }

// HigherPosition decides whether an agent that saw more than this replica has
// told means a restored hub, or only caches that lag behind another replica's.
// While that cannot be found out, tombstones are held.
func (g *guard) HigherPosition(ctx context.Context, cluster string, seen, own delivery.Position) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), guardTimeout)
	defer cancel()
	restored, err := g.restored(ctx, seen)
	if err == nil && !restored || !g.held.CompareAndSwap(false, true) {
		return
	}
	g.logger.Info("an agent has seen a newer hub than this one: tombstones are held",
		"cluster", cluster, "seen", seen.String(), "own", own.String())
	g.doubt.Store(&seen)
	g.settle(ctx)
}

// restored is true when the store itself has not seen what the agent has.
func (g *guard) restored(ctx context.Context, seen delivery.Position) (bool, error) {
	fleet, err := g.fleet.Ensure(ctx)
	if err != nil {
		return false, err
	}
	if fleet.Epoch != seen.Epoch {
		g.index.RaiseEpoch(fleet.Epoch) // another replica may have raised it
		return fleet.Epoch < seen.Epoch, nil
	}
	revision, err := g.revision(ctx)
	return revision < seen.Generation, err
}

// settle turns the doubt into a hold that is written down, or drops it; watch
// tries again what fails.
func (g *guard) settle(ctx context.Context) {
	seen := *g.doubt.Load()
	restored, err := g.restored(ctx, seen)
	if err == nil && !restored {
		g.release("the store has seen as much as the agent")
		return
	}
	if err == nil {
		var raised enroll.Fleet
		if raised, err = g.fleet.RaiseEpoch(ctx, seen.Epoch); err == nil {
			g.index.RaiseEpoch(raised.Epoch)
			err = g.record(ctx, raised.Epoch)
		}
	}
	if err != nil {
		g.logger.Error(err, "the hold is not written down yet; tombstones stay held in this process")
		return
	}
	g.noted.Store(true)
	g.logger.Info("this hub was restored from a backup; its tombstones are held until the annotation is taken off",
		"configMap", enroll.FleetConfigMap, "annotation", heldAnnotation)
}

func (g *guard) release(why string) {
	g.logger.Info("tombstones released", "because", why)
	g.noted.Store(false)
	g.held.Store(false)
	g.index.NotifyAll()
}

func (g *guard) record(ctx context.Context, epoch uint64) error {
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{
		"annotations": map[string]string{heldAnnotation: strconv.FormatUint(epoch, 10)},
	}})
	if err != nil {
		return err
	}
	_, err = g.configMaps.Patch(ctx, enroll.FleetConfigMap, types.MergePatchType, patch, metav1.PatchOptions{})
	return err
}

// load takes over a hold that an earlier process recorded.
func (g *guard) load(ctx context.Context) error {
	held, err := g.recorded(ctx)
	if err != nil {
		return err
	}
	g.held.Store(held)
	g.noted.Store(held)
	return nil
}

func (g *guard) recorded(ctx context.Context) (bool, error) {
	cm, err := g.configMaps.Get(ctx, enroll.FleetConfigMap, metav1.GetOptions{})
	if err != nil {
		return false, fmt.Errorf("read configmap %s: %w", enroll.FleetConfigMap, err)
	}
	return cm.Annotations[heldAnnotation] != "", nil
}

// watch follows what stands in the ConfigMap: a hold that another replica has
// found, and the release when somebody has approved.
func (g *guard) watch(ctx context.Context) {
	tick := time.NewTicker(g.poll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		g.follow(ctx)
	}
}

func (g *guard) follow(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, guardTimeout)
	defer cancel()
	if g.held.Load() && !g.noted.Load() {
		g.settle(ctx)
		return
	}
	recorded, err := g.recorded(ctx)
	switch {
	case err != nil:
		g.logger.Error(err, "the hold on tombstones is not known; it stays as it is")
	case recorded && !g.held.Load():
		g.logger.Info("another replica holds the tombstones")
		if fleet, err := g.fleet.Ensure(ctx); err == nil {
			g.index.RaiseEpoch(fleet.Epoch)
		}
		g.noted.Store(true)
		g.held.Store(true)
	case !recorded && g.held.Load():
		g.release("the annotation was taken off")
	}
}
