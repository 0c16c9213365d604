package applicationset

import (
	"context"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/source"
)

// reader reads Git for one expansion and remembers what was asked for, so that
// the set is woken when it moves, also if it could not be had this time.
type reader struct {
	revisions    Revisions
	repositories Repositories

	mu    sync.Mutex
	asked []expand.Repository
}

func (g *reader) Resolve(ctx context.Context, repoURL, revision string) (string, error) {
	g.mu.Lock()
	g.asked = append(g.asked, expand.Repository{URL: repoURL, Revision: revision})
	g.mu.Unlock()
	return g.revisions.Resolve(ctx, repoURL, revision)
}

func (g *reader) Fetch(ctx context.Context, req source.Request) (*source.Tree, error) {
	return g.repositories.Fetch(ctx, req)
}

func (g *reader) seen() []expand.Repository {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.asked
}

// ownerPrefix keeps this loop's owners apart from others'.
const ownerPrefix = "set\x00"

func ownerKey(set types.NamespacedName) string {
	return ownerPrefix + set.Namespace + "\x00" + set.Name
}
