package status

import (
	"sync"

	"k8s.io/apimachinery/pkg/types"
)

// memory holds, per cluster, the digest of the last status written for each
// Application, so that a report that says nothing new costs no write. It lasts
// as long as the cluster's session: another replica may write in between.
type memory struct {
	mu   sync.Mutex
	last map[string]map[types.UID]string
}

func (m *memory) wrote(cluster string, uid types.UID) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.last[cluster][uid]
}

func (m *memory) remember(cluster string, uid types.UID, digest string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.last == nil {
		m.last = map[string]map[types.UID]string{}
	}
	if m.last[cluster] == nil {
		m.last[cluster] = map[types.UID]string{}
	}
	m.last[cluster][uid] = digest
}

func (m *memory) forget(cluster string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.last, cluster)
}
