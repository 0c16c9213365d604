package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/localkube"
)

const (
	// idleRSS is what an agent of 50 Applications and 500 objects may have.
	idleRSS = 64 << 20
	// idleCPU is how much of one core it may use, in percent.
	idleCPU = 1.0
	// idleSettle is how long after the last word the site is let to come to
	// rest: the Applications' last reports, the nodes' first heartbeats.
	idleSettle = 20 * time.Second
)

// agentIdle looks at the agent of a site at which nothing happens.
func agentIdle() (job, error) {
	s, err := startSite()
	if err != nil {
		return job{}, err
	}
	return job{applications: siteApps, stop: s.stop, whole: func(o options) (figures, error) {
		time.Sleep(idleSettle)
		rest, err := s.watchIdle(o.idle)
		if err != nil {
			return figures{}, err
		}
		f := figures{
			Iterations: 1, Seconds: rest.seconds, MedianSeconds: rest.seconds, CPUSeconds: rest.cpu, PeakRSS: rest.rss,
			Checks: []check{
				{"RSS", float64(rest.rss) / (1 << 20), idleRSS >> 20, " MiB"},
				{"CPU", 100 * rest.cpu / rest.seconds, idleCPU, "% of a core"},
				{"requests", float64(len(rest.requests)), 0, ""},
			},
			Note: fmt.Sprintf("%d watches opened, %d lease requests, peak %d MiB since the start", rest.watches, rest.leases, rest.peak>>20),
		}
		for _, r := range rest.requests {
			f.Note += "; " + r
		}
		return f, nil
	}}, nil
}

// idleFigures are what an agent cost over a time.
type idleFigures struct {
	seconds, cpu float64
	// rss is the highest that was seen in that time, peak since the agent
	// started.
	rss, peak int64
	asked
}

// watchIdle for a time.
func (s *agentSite) watchIdle(d time.Duration) (idleFigures, error) {
	begun := time.Now()
	before, err := useOf(s.agent.PID())
	if err != nil {
		return idleFigures{}, err
	}
	r := idleFigures{rss: before.rss}
	for time.Since(begun) < d {
		time.Sleep(min(5*time.Second, time.Until(begun.Add(d))))
		use, err := useOf(s.agent.PID())
		if err != nil {
			return r, err
		}
		r.rss, r.peak, r.cpu = max(r.rss, use.rss), use.peak, use.cpu-before.cpu
	}
	r.seconds = time.Since(begun).Seconds()
	r.asked, err = s.askedSince(begun)
	if n, last := s.agent.Exits(); n > 0 {
		return r, fmt.Errorf("the agent ended %d times, last with %v", n, last)
	}
	return r, err
}

// asked is what an agent asked of its API server.
type asked struct {
	watches, leases int
	// requests are all others.
	requests []string
}

// askedSince counts in the API server's audit log.
func (s *agentSite) askedSince(t time.Time) (asked, error) {
	var a asked
	events, err := localkube.ReadAudit(s.kube.AuditLog(), t)
	for _, e := range events {
		switch {
		case !strings.HasPrefix(e.UserAgent, "fairlead-agent/") || e.Received.Before(t):
		case e.Verb == "watch":
			if e.Stage == "ResponseStarted" {
				a.watches++
			}
		case e.ObjectRef.Resource == "leases":
			a.leases++
		default:
			a.requests = append(a.requests, e.Verb+" "+e.RequestURI)
		}
	}
	return a, err
}

// restartAgent and wait until it is at rest again: settled, and connected.
func (s *agentSite) restartAgent() (since time.Time, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), sitePatience)
	defer cancel()
	if err := s.agent.Stop(ctx); err != nil {
		return since, err
	}
	since = time.Now()
	if err := s.startAgent(ctx); err != nil {
		return since, err
	}
	time.Sleep(idleSettle)
	return since, s.awaitHealthy(ctx)
}
