package application

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/guard"
)

const (
	// quiet is how long no other deletion may come before those that came are
	// judged together, and patience bounds the wait.
	quiet    = 500 * time.Millisecond
	patience = 3 * time.Second
	// gateRetry is the pause after a judgement that could not be made.
	gateRetry = time.Second
)

// EventRecorder tells people of what happened to an object.
type EventRecorder interface {
	Eventf(regarding, related runtime.Object, eventtype, reason, action, note string, args ...any)
}

// GateOptions are what a Gate depends on.
type GateOptions struct {
	// Client reads the cache.
	Client client.Reader
	// Live reads past it.
	Live client.Reader
	// ConfigMaps of the control namespace: the ledger is one of them.
	ConfigMaps corev1client.ConfigMapInterface
	Metrics    *GateMetrics
	// Limits of each set, each project and the whole fleet.
	Limits guard.Limits
	Now    func() time.Time
	Logger logr.Logger
}

// Gate is where every deletion passes that would remove workloads, whoever
// asked for it: the set loop, a person, the garbage collector, the namespace
// controller. One goroutine judges what came together, so that many deletions
// are seen as the one event that they are.
type Gate struct {
	opts   GateOptions
	ledger *ledger
	came   chan struct{}
	judged chan event.TypedGenericEvent[types.NamespacedName]

	mu      sync.Mutex
	asked   map[types.UID]types.NamespacedName
	rulings map[types.UID]ruling
}

// ruling is the answer for one Application.
type ruling struct {
	pass bool
	why  string // it is held
	// unjudged is true while the ledger is in trouble: it is asked again.
	unjudged bool
}

// NewGate returns a Gate that judges once Start runs.
func NewGate(opts GateOptions) *Gate {
	return &Gate{
		opts: opts, ledger: &ledger{configMaps: opts.ConfigMaps, limits: opts.Limits},
		came: make(chan struct{}, 1), judged: make(chan event.TypedGenericEvent[types.NamespacedName], 1024),
		asked: map[types.UID]types.NamespacedName{}, rulings: map[types.UID]ruling{},
	}
}

// NeedLeaderElection is true: one hub judges.
func (g *Gate) NeedLeaderElection() bool { return true }

// ask returns the ruling on an Application that is being deleted. If there is
// none yet it is asked for, and the Application is woken when it is there.
func (g *Gate) ask(app *v1alpha1.Application) (ruling, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, ok := g.rulings[app.UID]
	if ok && !r.unjudged {
		return r, true
	}
	if _, waits := g.asked[app.UID]; ok && waits {
		return r, true // it is asked again anyway
	}
	g.asked[app.UID] = client.ObjectKeyFromObject(app)
	select {
	case g.came <- struct{}{}:
	default:
	}
	return r, ok
}

// Start judges until ctx ends.
func (g *Gate) Start(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-g.came:
		}
		g.gather(ctx)
		if err := g.judge(ctx); err != nil && ctx.Err() == nil {
			g.opts.Logger.Error(err, "deletions are not judged yet")
			select {
			case <-ctx.Done():
			case <-time.After(gateRetry):
				g.again()
			}
		}
	}
}

// gather waits until no further deletion comes.
func (g *Gate) gather(ctx context.Context) {
	enough := time.After(patience)
	for {
		select {
		case <-ctx.Done():
			return
		case <-enough:
			return
		case <-time.After(quiet):
			return
		case <-g.came:
		}
	}
}

func (g *Gate) again() {
	select {
	case g.came <- struct{}{}:
	default:
	}
}

// judge rules over everything that has been asked for and wakes who asked.
func (g *Gate) judge(ctx context.Context) error {
	g.mu.Lock()
	asked := make(map[types.UID]types.NamespacedName, len(g.asked))
	for uid, key := range g.asked {
		asked[uid] = key
	}
	ruled := map[types.UID]bool{}
	for uid, r := range g.rulings {
		if !r.unjudged {
			ruled[uid] = r.pass
		}
	}
	g.mu.Unlock()
	w, err := g.look(ctx, ruled)
	if err != nil {
		return err
	}
	decided, err := g.ledger.judge(ctx, w)
	if err != nil && ctx.Err() == nil {
		g.opts.Logger.Info("the ledger of deletions is in trouble; nothing is deleted", "why", err.Error())
		decided, err = withhold(w, decided, err)
	}
	g.settle(w, decided, asked)
	for _, key := range asked {
		select {
		case <-ctx.Done():
			return err
		case g.judged <- event.TypedGenericEvent[types.NamespacedName]{Object: key}:
		}
	}
	return err
}

// settle keeps the rulings, and leaves in asked whom there is news for. Who is
// not judged yet stays among those that have asked.
func (g *Gate) settle(w world, decided map[types.UID]ruling, asked map[types.UID]types.NamespacedName) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for uid := range g.rulings {
		if !w.exists[uid] {
			delete(g.rulings, uid)
		}
	}
	for uid, r := range decided {
		if r.unjudged && g.rulings[uid] == r {
			delete(asked, uid)
		}
		g.rulings[uid] = r
	}
	for uid := range asked {
		if !decided[uid].unjudged {
			delete(g.asked, uid)
		}
	}
}

// SetDeleted records that a set is deleted, seen through the hub's finalizer on
// it: what the garbage collector deletes after it has a cause.
func (g *Gate) SetDeleted(ctx context.Context, set *v1alpha1.ApplicationSet) error {
	var apps v1alpha1.ApplicationList // of the cache's own objects: read only
	if err := g.opts.Client.List(ctx, &apps, client.UnsafeDisableDeepCopy); err != nil {
		return fmt.Errorf("list applications: %w", err)
	}
	owned := map[setID]bool{}
	for i := range apps.Items {
		owned[owner(&apps.Items[i])] = true
	}
	return g.ledger.setDeleted(ctx, string(set.UID), set.Namespace+"/"+set.Name, g.opts.Now(), owned)
}
