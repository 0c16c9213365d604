package webhook

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"

	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/hub/webhook/payload"
)

const (
	// pause is the least time between two refreshes of one repository.
	pause = 10 * time.Second
	// tries is how often an event is acted on while Git servers cannot be
	// asked, or do not know of a push yet. After that it is the poll's.
	tries = 5
	// clerks act on different repositories at once, and asking is how many
	// revisions each of them asks for at once.
	clerks = 4
	asking = 8
)

// Box is where notes are.
type Box interface {
	// Watch calls f with the names of notes that stand and those that come or
	// change, until ctx ends.
	Watch(ctx context.Context, f func(name string)) error
	Read(ctx context.Context, name string) (note Note, ok bool, err error)
	// Remove returns ErrChanged for a note that was added to.
	Remove(ctx context.Context, note Note) error
}

// Planner says what follows from an event.
type Planner interface {
	Plan(ctx context.Context, e payload.Event, followed []Ref) (Plan, error)
}

// Revisions are what revisions of Git repositories mean, for the whole fleet.
type Revisions interface {
	// Followed lists the revisions that are kept fresh.
	Followed() []Ref
	// Ask asks what one means now; whoever follows it is woken if that
	// changed.
	Ask(ctx context.Context, repoURL, revision string) error
	// Known is what the last question brought.
	Known(repoURL, revision string) (commit string, err error)
}

// Sets are expanded again on request.
type Sets interface {
	// Wake forgets the answers to the set's questions that forget picks, and
	// has it expanded soon.
	Wake(ctx context.Context, set types.NamespacedName, forget func(generators.Question) bool) error
}

// Clerk acts on notes. It belongs on the leader, which alone resolves
// revisions and expands sets.
type Clerk struct {
	Box       Box
	World     Planner
	Revisions Revisions
	Sets      Sets
	Metrics   *Metrics
	Logger    logr.Logger
	Now       func() time.Time

	queue workqueue.TypedDelayingInterface[string]

	mu    sync.Mutex
	acted map[string]time.Time // by repository
	tried map[string]attempt   // by note
}

// attempt counts what was tried for one version of a note.
type attempt struct {
	version string
	times   int
}

// Run acts on notes until ctx ends.
func (c *Clerk) Run(ctx context.Context) error {
	c.queue = workqueue.NewTypedDelayingQueue[string]()
	c.acted, c.tried = map[string]time.Time{}, map[string]attempt{}
	var group sync.WaitGroup
	for range clerks {
		group.Go(func() { c.work(ctx) })
	}
	err := c.Box.Watch(ctx, c.queue.Add)
	c.queue.ShutDown()
	group.Wait()
	return err
}

func (c *Clerk) work(ctx context.Context) {
	for {
		name, stop := c.queue.Get()
		if stop {
			return
		}
		if err := c.handle(ctx, name); err != nil && ctx.Err() == nil {
			c.Logger.Error(err, "a hook is not acted on yet; tried again soon", "note", name)
			c.queue.AddAfter(name, pause)
		}
		c.queue.Done(name)
	}
}

// handle acts on one note when its repository's turn has come, and removes it.
// Every error is worth another try.
func (c *Clerk) handle(ctx context.Context, name string) error {
	note, ok, err := c.Box.Read(ctx, name)
	if err != nil || !ok {
		return err
	}
	if wait := c.turn(note.Event); wait > 0 {
		c.queue.AddAfter(name, wait)
		return nil
	}
	again, err := c.act(ctx, note.Event)
	if err != nil {
		return err
	}
	if again != nil && c.mayTryAgain(note) {
		return again
	}
	if again != nil {
		c.Logger.Info("a hook was acted on without success: left to the poll", "subject", note.Event.Subject(), "why", again.Error())
	}
	err = c.Box.Remove(ctx, note)
	if errors.Is(err, ErrChanged) {
		return nil // and what changed it has put it into the queue again
	}
	c.mu.Lock()
	delete(c.tried, name)
	c.mu.Unlock()
	return err
}

// turn is how long the event's repository has to wait. Zero takes the turn.
func (c *Clerk) turn(e payload.Event) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.Now()
	for subject, at := range c.acted {
		if now.Sub(at) >= pause {
			delete(c.acted, subject)
		}
	}
	if at, ok := c.acted[e.Subject()]; ok {
		return pause - now.Sub(at)
	}
	c.acted[e.Subject()] = now
	return 0
}

// mayTryAgain counts the tries of a note's version.
func (c *Clerk) mayTryAgain(note Note) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.tried[note.Name]
	if a.version != note.Version {
		a = attempt{version: note.Version}
	}
	a.times++
	c.tried[note.Name] = a
	if a.times >= tries {
		delete(c.tried, note.Name)
		return false
	}
	return true
}

// act does what follows from an event. again is why it should be done once
// more: a Git server could not be asked, or has not seen the push yet.
func (c *Clerk) act(ctx context.Context, e payload.Event) (again, err error) {
	plan, err := c.World.Plan(ctx, e, c.Revisions.Followed())
	if err != nil {
		return nil, err
	}
	for _, set := range plan.Wake {
		if err := c.Sets.Wake(ctx, set, func(q generators.Question) bool { return Concerns(e, q) }); err != nil {
			return nil, fmt.Errorf("wake applicationset %s: %w", set, err)
		}
		c.Metrics.refreshes.WithLabelValues("set").Inc()
	}
	failed := make([]error, len(plan.Ask))
	var group errgroup.Group
	group.SetLimit(asking)
	for i, ref := range plan.Ask {
		group.Go(func() error {
			failed[i] = c.ask(ctx, ref, e)
			return nil
		})
	}
	_ = group.Wait()
	c.Logger.Info("a hook was acted on", "subject", e.Subject(), "asked", len(plan.Ask), "woken", len(plan.Wake))
	return errors.Join(failed...), nil
}

func (c *Clerk) ask(ctx context.Context, ref Ref, e payload.Event) error {
	c.Metrics.refreshes.WithLabelValues("revision").Inc()
	if err := c.Revisions.Ask(ctx, ref.RepoURL, ref.Revision); err != nil {
		return err
	}
	commit, err := c.Revisions.Known(ref.RepoURL, ref.Revision)
	if err != nil {
		return err
	}
	for _, m := range movesOf(e, ref) {
		if m.Behind(commit) {
			return fmt.Errorf("%s does not know of the push yet", e.Subject())
		}
	}
	return nil
}
