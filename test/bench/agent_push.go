package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/go-logr/logr"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/fairlead/fairlead/internal/demo"
	"github.com/fairlead/fairlead/internal/localkube"
)

const (
	// pushMedian is how long a commit may take from the push until it is
	// Healthy everywhere, in seconds. The demo's hub asks Git every pushInterval
	// (with jitter), which is half of it in the mean.
	pushMedian   = 6.0
	pushInterval = 3 * time.Second
	pushes       = 7
)

// pushToHealthy commits to the demo's repository, and waits until both of its
// clusters run the commit and say that it is Healthy.
func pushToHealthy() (job, error) {
	ctrllog.SetLogger(logr.Discard())
	assets, err := localkube.Assets()
	if err != nil {
		return job{}, err
	}
	dir, err := os.MkdirTemp("", "fairlead-bench-demo")
	if err != nil {
		return job{}, err
	}
	fairlead, err := filepath.Abs(binary)
	if err != nil {
		return job{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), sitePatience)
	defer cancel()
	d, err := demo.Start(ctx, demo.Options{
		Dir: filepath.Join(dir, "demo"), Assets: assets, Fairlead: fairlead, Agent: filepath.Join(filepath.Dir(fairlead), "fairlead-agent"),
		Interval: pushInterval, Logger: logr.Discard(),
	})
	if err != nil {
		return job{}, err
	}
	stop := func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := d.Stop(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "bench: stop the demo:", err)
		}
		os.RemoveAll(dir)
	}
	if _, err := d.Await(ctx); err != nil {
		stop()
		return job{}, err
	}
	return job{applications: 1, stop: stop, whole: func(options) (figures, error) { return push(d) }}, nil
}

func push(d *demo.Demo) (figures, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*sitePatience)
	defer cancel()
	var took []float64
	for n := range pushes {
		seconds, err := timed(func() error {
			commit, err := d.Push(ctx, fmt.Sprintf("bench-%d", n))
			if err != nil {
				return err
			}
			return d.AwaitRevision(ctx, commit)
		})
		if err != nil {
			return figures{}, err
		}
		took = append(took, seconds)
	}
	return figures{
		Iterations: len(took), Seconds: quantile(took, 0), MedianSeconds: median(took), PeakRSS: ownPeak(),
		Checks: []check{{"median", median(took), pushMedian, " s"}},
		Note:   fmt.Sprintf("revisions are asked for every %s; worst %.1f s", pushInterval, quantile(took, 1)),
	}, nil
}
