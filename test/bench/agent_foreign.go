package main

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// foreignObjects are in the cluster and no business of the agent's.
const foreignObjects = 20_000

// agentForeign restarts the agent without and with the foreign ConfigMaps, and
// compares.
func agentForeign() (job, error) {
	s, err := startSite()
	if err != nil {
		return job{}, err
	}
	return job{applications: siteApps, stop: s.stop, whole: func(o options) (figures, error) {
		without, err := s.fromStart(o.idle / 10)
		if err != nil {
			return figures{}, err
		}
		begun := time.Now()
		if err := s.putForeign(foreignObjects); err != nil {
			return figures{}, err
		}
		during, err := s.askedSince(begun)
		if err != nil {
			return figures{}, err
		}
		with, err := s.fromStart(o.idle / 10)
		if err != nil {
			return figures{}, err
		}
		return figures{
			Iterations: 1, Seconds: with.seconds, MedianSeconds: with.seconds, CPUSeconds: with.cpu, PeakRSS: with.rss,
			Checks: []check{
				{"RSS with to without", float64(with.rss) / float64(without.rss), 1.05, ""},
				{"requests from the start", float64(len(with.requests)), float64(len(without.requests)), ""},
				{"watches from the start", float64(with.watches), float64(without.watches), ""},
				{"requests while they came", float64(len(during.requests)), 0, ""},
			},
			Note: fmt.Sprintf("%d ConfigMaps of others: %.1f MiB with, %.1f without", foreignObjects, mib(with.rss), mib(without.rss)),
		}, nil
	}}, nil
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// fromStart restarts the agent and counts from there until it has been idle
// for a time.
func (s *agentSite) fromStart(d time.Duration) (idleFigures, error) {
	since, err := s.restartAgent()
	if err != nil {
		return idleFigures{}, err
	}
	f, err := s.watchIdle(d)
	if err != nil {
		return f, err
	}
	f.asked, err = s.askedSince(since)
	return f, err
}

// putForeign makes ConfigMaps that no Application has.
func (s *agentSite) putForeign(n int) error {
	c, err := siteClient(s.kube.Config())
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(context.Background())
	group.SetLimit(16)
	for i := range n {
		group.Go(func() error {
			return c.Create(ctx, &corev1.ConfigMap{
				ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: fmt.Sprintf("foreign-%05d", i)},
				Data:       map[string]string{"value": fmt.Sprint(i)},
			})
		})
	}
	return group.Wait()
}
