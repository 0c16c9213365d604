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
}

var _ session.Guard = (*guard)(nil)

// TombstonesHeld says whether tombstones are withheld from everybody.
func (g *guard) TombstonesHeld() bool { return g.held.Load() }

// HigherPosition decides whether an agent that saw more than this replica has
// told means a restored hub, or only caches that lag behind another replica's.
func (g *guard) HigherPosition(ctx context.Context, cluster string, seen, own delivery.Position) {
	if seen.Epoch == own.Epoch {
		if revision, err := g.revision(ctx); err == nil && revision >= seen.Generation {
			return
		}
	}
	if !g.held.CompareAndSwap(false, true) {
		return
	}
	g.logger.Info("this hub is older than what an agent has seen: it was restored from a backup; tombstones are held until the annotation is taken off",
		"cluster", cluster, "seen", seen.String(), "own", own.String(), "configMap", enroll.FleetConfigMap, "annotation", heldAnnotation)
	raised, err := g.fleet.RaiseEpoch(ctx, seen.Epoch)
	if err != nil {
		g.logger.Error(err, "epoch not raised; tombstones stay held")
		return
	}
	g.index.RaiseEpoch(raised.Epoch)
	if err := g.record(ctx, raised.Epoch); err != nil {
		g.logger.Error(err, "hold not recorded; tombstones stay held in this process")
		return
	}
	g.noted.Store(true)
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

// watch releases the tombstones when somebody has approved them.
func (g *guard) watch(ctx context.Context) {
	tick := time.NewTicker(g.poll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if !g.held.Load() || !g.noted.Load() {
			continue
		}
		if held, err := g.recorded(ctx); err == nil && !held {
			g.logger.Info("tombstones released")
			g.noted.Store(false)
			g.held.Store(false)
			g.index.NotifyAll()
		}
	}
}
