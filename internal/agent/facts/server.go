package facts

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
)

// servedFor is how long the list of served kinds is used before it is asked
// for again; it is asked for only to render.
const servedFor = time.Minute

// Server knows the API server's version and what it serves.
type Server struct {
	client *discovery.DiscoveryClient
	clock  clock.PassiveClock

	mu      sync.Mutex
	version string
	served  []string
	at      time.Time
}

// NewServer for the API server of cfg. Nothing is asked yet.
func NewServer(cfg *rest.Config, c clock.PassiveClock) (*Server, error) {
	client, err := discovery.NewDiscoveryClientForConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("make client for %s: %w", cfg.Host, err)
	}
	return &Server{client: client, clock: c}, nil
}

// Refresh asks for the version.
func (s *Server) Refresh(ctx context.Context) (string, error) {
	info, err := s.client.ServerVersionWithContext(ctx)
	if err != nil {
		return "", fmt.Errorf("read the API server's version: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version = strings.TrimPrefix(info.GitVersion, "v")
	return s.version, nil
}

// Version as last asked for, without a leading v.
func (s *Server) Version() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.version
}

// APIVersions are the group/versions and group/version/kinds that are served,
// sorted, as Helm's Capabilities.APIVersions has them. What a broken API
// service hides is left out.
func (s *Server) APIVersions(ctx context.Context) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.served != nil && s.clock.Since(s.at) < servedFor {
		return s.served, nil
	}
	_, lists, err := s.client.ServerGroupsAndResourcesWithContext(ctx)
	if err != nil && !discovery.IsGroupDiscoveryFailedError(err) {
		return nil, fmt.Errorf("list the kinds that the API server serves: %w", err)
	}
	var out []string
	for _, list := range lists {
		out = append(out, list.GroupVersion)
		for _, r := range list.APIResources {
			if !strings.Contains(r.Name, "/") {
				out = append(out, list.GroupVersion+"/"+r.Kind)
			}
		}
	}
	slices.Sort(out)
	s.served, s.at = slices.Compact(out), s.clock.Now()
	return s.served, nil
}
