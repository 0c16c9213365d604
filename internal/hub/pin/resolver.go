package pin

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/util/workqueue"

	"github.com/fairlead/fairlead/internal/source"
)

// Sources ask servers what a revision means: a catalog.
type Sources interface {
	Resolve(ctx context.Context, ref Ref) (source.Pin, error)
}

// ResolverOptions bound the traffic to Git servers, chart repositories,
// registries and hosts of value files.
type ResolverOptions struct {
	// Interval between two questions about one Ref. Default 3 minutes.
	Interval time.Duration
	// Jitter is added to Interval: a fraction of it, 0 to 1. Default 0.1.
	Jitter float64
	// Timeout of one question. Default 20 seconds.
	Timeout time.Duration
	// Workers is how many questions run at once. Default 8.
	Workers int
	// Now is the clock. Default time.Now.
	Now    func() time.Time
	Logger logr.Logger
}

func (o ResolverOptions) withDefaults() ResolverOptions {
	if o.Interval <= 0 {
		o.Interval = 3 * time.Minute
	}
	if o.Jitter <= 0 || o.Jitter > 1 {
		o.Jitter = 0.1
	}
	if o.Timeout <= 0 {
		o.Timeout = 20 * time.Second
	}
	if o.Workers <= 0 {
		o.Workers = 8
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Resolver keeps the meaning of every wanted Ref fresh.
type Resolver struct {
	sources Sources
	opts    ResolverOptions
	queue   workqueue.TypedDelayingInterface[Ref]
	turns   *turns

	mu        sync.Mutex
	wanted    map[Ref]map[string]bool // ref -> owners
	owned     map[string][]Ref        // owner -> refs
	known     map[Ref]Resolution
	passing   map[Ref]passing
	accepting map[Ref]bool // the next answer may be a version published anew
	listeners []func(Change)
}

// passing is an answer about a Ref that nobody wants, or wants yet. It counts
// for one interval, so that a server that is away costs its one timeout and no
// more, whoever asks.
type passing struct {
	Resolution
	until time.Time
}

// maxPassing bounds the answers about unwanted Refs.
const maxPassing = 1024

// Change is what one question about a Ref altered.
type Change struct {
	Ref      Ref
	Was, Now Resolution
	// Owners that want Ref, sorted.
	Owners []string
}

// Moved is true when the Ref means something else than before.
func (c Change) Moved() bool { return !same(c.Was.Pin, c.Now.Pin) }

// NewError is true when the question began to fail, fails for another reason,
// or succeeds again.
func (c Change) NewError() bool { return message(c.Was.Err) != message(c.Now.Err) }

// NewResolver returns a Resolver that asks sources. It asks nothing before
// Start.
func NewResolver(sources Sources, opts ResolverOptions) *Resolver {
	return &Resolver{
		sources:   sources,
		turns:     newTurns(),
		opts:      opts.withDefaults(),
		queue:     workqueue.NewTypedDelayingQueue[Ref](),
		wanted:    map[Ref]map[string]bool{},
		owned:     map[string][]Ref{},
		known:     map[Ref]Resolution{},
		passing:   map[Ref]passing{},
		accepting: map[Ref]bool{},
	}
}

// Settle says what a Ref was pinned to, before its owner wants it: maybe by a
// hub that ran before this one. It counts until a question is answered, and
// decides about versions that were published anew.
func (r *Resolver) Settle(was source.Pin, since time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ref := was.Spec
	now, known := r.known[ref]
	switch {
	case !known || now.Pin.Revision == "":
		r.known[ref] = Resolution{Pin: was, Since: since, Err: now.Err}
	case republished(was, now.Pin) && !now.accepted:
		r.known[ref] = Resolution{Pin: was, Since: since, Err: errRepublished(was, now.Pin)}
	}
}

// Listen calls f after a Ref's meaning or error changed. Call it before Start.
func (r *Resolver) Listen(f func(Change)) {
	r.listeners = append(r.listeners, f)
}

// Want replaces the refs that owner needs. Refs that nobody wants any more are
// forgotten; new ones are asked about at once.
func (r *Resolver) Want(owner string, refs []Ref) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, ref := range r.owned[owner] {
		delete(r.wanted[ref], owner)
	}
	for _, ref := range refs {
		if r.wanted[ref] == nil {
			r.wanted[ref] = map[string]bool{}
			if res, ok := r.recall(ref); ok {
				r.known[ref] = res
			}
			delete(r.passing, ref)
			r.queue.Add(ref)
		}
		r.wanted[ref][owner] = true
	}
	for _, ref := range r.owned[owner] {
		if len(r.wanted[ref]) == 0 {
			delete(r.wanted, ref)
			delete(r.known, ref)
		}
	}
	if len(refs) == 0 {
		delete(r.owned, owner)
		return
	}
	r.owned[owner] = slices.Clone(refs)
}

// wants is true if owner wants all of refs already.
func (r *Resolver) wants(owner string, refs []Ref) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, ref := range refs {
		if !r.wanted[ref][owner] {
			return false
		}
	}
	return len(refs) > 0
}

// Get returns the last known meaning of ref. The second value is false until
// the first question about it was answered, well or badly.
func (r *Resolver) Get(ref Ref) (Resolution, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	res, ok := r.known[ref]
	return res, ok
}

// Resolve returns what the last question about a Git revision brought, its error
// too, and asks the server only when there was none. It lets expansion share
// the fleet's one question; only the poll, Refresh and Ask repeat it.
func (r *Resolver) Resolve(ctx context.Context, repoURL, revision string) (string, error) {
	ref := GitRef(repoURL, revision)
	r.mu.Lock()
	res, ok := r.recall(ref)
	r.mu.Unlock()
	if !ok {
		res = r.await(ctx, ref, false)
	}
	return res.Pin.Revision, res.Err
}

// recall is the last answer about ref, wanted or not; the lock is held.
func (r *Resolver) recall(ref Ref) (Resolution, bool) {
	if res, ok := r.known[ref]; ok {
		return res, true
	}
	p, ok := r.passing[ref]
	return p.Resolution, ok && r.opts.Now().Before(p.until)
}

// remember an answer about ref; the lock is held.
func (r *Resolver) remember(ref Ref, res Resolution) {
	if len(r.wanted[ref]) > 0 {
		r.known[ref] = res
		return
	}
	if len(r.passing) >= maxPassing {
		clear(r.passing)
	}
	r.passing[ref] = passing{res, r.opts.Now().Add(r.opts.Interval)}
}

// Refresh asks the server about ref. The answer is from after the call;
// concurrent calls share one question.
func (r *Resolver) Refresh(ctx context.Context, ref Ref) Resolution { return r.await(ctx, ref, true) }

func (r *Resolver) await(ctx context.Context, ref Ref, fresh bool) Resolution {
	t := r.turns.join(ref, fresh, func() Resolution { return r.ask(context.WithoutCancel(ctx), ref) })
	select {
	case <-ctx.Done():
		return Resolution{Err: ctx.Err()}
	case <-t.done:
		return t.answer
	}
}

// Known returns the last good commit of a Git revision ("" if there has never
// been one) and why the last question failed.
func (r *Resolver) Known(repoURL, revision string) (string, error) {
	res, _ := r.Get(GitRef(repoURL, revision))
	return res.Pin.Revision, res.Err
}

// Ask asks the server about a Git revision now and returns why that failed.
// Those who want it with a tag prefix get an answer too.
func (r *Resolver) Ask(ctx context.Context, repoURL, revision string) error {
	plain := GitRef(repoURL, revision)
	with := r.wantedWhere(func(ref Ref) bool {
		prefix := ref.TagPrefix
		ref.TagPrefix = ""
		return prefix != "" && ref == plain
	})
	var errs []error
	if len(with) == 0 || r.isWanted(plain) {
		errs = append(errs, r.Refresh(ctx, plain).Err)
	}
	for _, ref := range with {
		errs = append(errs, r.Refresh(ctx, ref).Err)
	}
	return errors.Join(errs...)
}

// Start polls until ctx ends.
func (r *Resolver) Start(ctx context.Context) error {
	var wg sync.WaitGroup
	for range r.opts.Workers {
		wg.Go(func() { r.work(ctx) })
	}
	<-ctx.Done()
	r.queue.ShutDown()
	wg.Wait()
	return nil
}

func (r *Resolver) work(ctx context.Context) {
	for {
		ref, stop := r.queue.Get()
		if stop {
			return
		}
		if r.isWanted(ref) {
			r.await(ctx, ref, false)
			r.queue.AddAfter(ref, r.pause())
		}
		r.queue.Done(ref)
	}
}

func (r *Resolver) pause() time.Duration {
	return r.opts.Interval + time.Duration(rand.Float64()*r.opts.Jitter*float64(r.opts.Interval))
}

func (r *Resolver) isWanted(ref Ref) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.wanted[ref]) > 0
}

func (r *Resolver) ask(ctx context.Context, ref Ref) Resolution {
	ctx, cancel := context.WithTimeout(ctx, r.opts.Timeout)
	defer cancel()
	pin, err := r.sources.Resolve(ctx, ref)
	if errors.Is(err, context.Canceled) {
		return Resolution{Err: err}
	}

	r.mu.Lock()
	old := r.known[ref]
	res := old.after(pin, err, r.accepting[ref], r.opts.Now())
	delete(r.accepting, ref)
	r.remember(ref, res)
	var owners []string
	for owner := range r.wanted[ref] {
		owners = append(owners, owner)
	}
	r.mu.Unlock()

	change := Change{Ref: ref, Was: old, Now: res, Owners: owners}
	if change.Moved() || change.NewError() {
		r.opts.Logger.V(1).Info("revision resolved", "repository", source.ShownURL(ref.RepoURL), "chart", ref.Chart,
			"revision", ref.Revision, "resolved", res.Pin.Revision, "digest", res.Pin.Digest, "error", message(res.Err))
		slices.Sort(owners)
		for _, f := range r.listeners {
			if len(owners) > 0 { // a question in passing is answered by its return
				f(change)
			}
		}
	}
	return res
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
