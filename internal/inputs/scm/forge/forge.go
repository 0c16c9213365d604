package forge

import (
	"cmp"
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fairlead/fairlead/generators"
)

// Repository is one that a provider lists, with its default branch.
type Repository struct {
	generators.SCMRepository
	// Key is how the provider's API names the repository, where that is not
	// SCMRepository.Repository.
	Key string
}

// Branch of a repository.
type Branch struct {
	Name, SHA string
}

// Limits bound what is asked of a provider.
type Limits struct {
	// Pages and Items of one listing; 0 means 1,000 and 100,000.
	Pages, Items int
	// Body of one response in bytes; 0 means 32 MiB.
	Body int64
	// Wait is how long a rate limit is waited out before it is an error; 0
	// means 5 s.
	Wait time.Duration
	// Timeout of one request; 0 means 30 s.
	Timeout time.Duration
	// Concurrency of requests; 0 means 8.
	Concurrency int
	// AllowLoopback lets addresses of this machine be dialled.
	AllowLoopback bool
	// Own is one HOST:PORT that may be dialled although it is this machine's;
	// "" for none.
	Own string
	// Reach judges a host, with its port if it has one, before anything is sent
	// to it and again right before it is dialled; nil allows every one. With it
	// no proxy is used.
	Reach func(host string) error
	// Now and Sleep are the clock; nil means the real one.
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
}

// orDefaults fills in what is zero.
func (l Limits) orDefaults() Limits {
	l.Pages = cmp.Or(l.Pages, 1_000)
	l.Items = cmp.Or(l.Items, 100_000)
	l.Body = cmp.Or(l.Body, 32<<20)
	l.Wait = cmp.Or(l.Wait, 5*time.Second)
	l.Timeout = cmp.Or(l.Timeout, 30*time.Second)
	l.Concurrency = cmp.Or(l.Concurrency, 8)
	if l.Now == nil {
		l.Now = time.Now
	}
	if l.Sleep == nil {
		l.Sleep = sleep
	}
	return l
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Each calls do for 0 to n-1, a bounded number at once, and returns the first
// error.
func Each(ctx context.Context, n, concurrency int, do func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(concurrency)
	for i := range n {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return do(ctx, i)
		})
	}
	return group.Wait()
}
