package inventory

import (
	"context"
	"fmt"
	"sync"

	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
)

// Source keeps the fleet's clusters as the objects that declare them come and
// go. It reads everything once through a (cached) reader, and from then on only
// the objects that Changed names: the work after an event does not grow with
// the fleet.
type Source struct {
	reader    client.Reader
	namespace string

	mu       sync.Mutex
	loaded   bool
	declared map[declarer]clusters.Cluster
	stale    map[declarer]bool              // changed, not read yet
	fresh    map[declarer]*clusters.Cluster // read, not taken over yet; nil declares nothing
	away     error                          // why clusters cannot be read, see Away

	kept         *clusters.Inventory
	keptErr      error
	destinations *clusters.Destinations // nil: to be made
}

// declarer is the object that declares a cluster.
type declarer struct {
	secret bool // else a fairlead.dev Cluster
	name   string
}

// NewSource reads clusters declared in the control namespace.
func NewSource(reader client.Reader, namespace string) *Source {
	return &Source{reader: reader, namespace: namespace, stale: map[declarer]bool{}, fresh: map[declarer]*clusters.Cluster{}}
}

// Changed says that a Cluster or a cluster Secret has come, changed or gone.
// Who is woken by an event calls it before reading; calling it twice costs one
// look into the cache. Other objects are passed over.
func (s *Source) Changed(object client.Object) {
	d, ok := s.declarerOf(object)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.loaded {
		s.stale[d] = true
	}
}

// Invalidate forgets everything: the next look reads all clusters again.
func (s *Source) Invalidate() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loaded = false
}

// Away says why the fleet cannot be read at present; nil that it can again.
// While it is away there is no Inventory: what was read before may be old, and
// who expands with it might take a cluster for gone. Destinations stay. It
// reports whether that is news.
func (s *Source) Away(why error) (news bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	news = (s.away == nil) != (why == nil)
	s.away = why
	return news
}

// Inventory returns the fleet as it is declared now, for expansion. Two
// clusters of one name are an error that names both.
func (s *Source) Inventory(ctx context.Context) (*clusters.Inventory, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away != nil {
		return nil, fmt.Errorf("the fleet's clusters cannot be read: %w", s.away)
	}
	if err := s.update(ctx); err != nil {
		return nil, err
	}
	return s.kept, s.keptErr
}

// Destinations returns where Applications can go now. Clusters that cannot be
// told apart are errors of the destinations that ask for them, not of this.
// Labels and facts of these clusters may be old ones: no destination depends on
// them.
func (s *Source) Destinations(ctx context.Context) (*clusters.Destinations, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.update(ctx); err != nil {
		return nil, err
	}
	if s.destinations == nil {
		list := make([]clusters.Cluster, 0, len(s.declared))
		for _, c := range s.declared {
			list = append(list, c)
		}
		s.destinations = clusters.NewDestinations(list)
	}
	return s.destinations, nil
}

// isImplicit is true for the hub's own record of itself, which expansion takes
// for no declaration until somebody labels it.
func isImplicit(c clusters.Cluster) bool {
	return !c.Secret && c.Name == fleet.InClusterName && len(c.Labels) == 0
}
