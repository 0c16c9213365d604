package orphans

import (
	"context"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/utils/clock"
)

// Every is the least time between two looks at one namespace.
const Every = 10 * time.Minute

// Options of a Monitor; all are required.
type Options struct {
	Lister Lister
	// Changed is told of Applications whose message has changed.
	Changed func(keys ...string)
	Clock   clock.WithTicker
	Logger  logr.Logger
}

// Lister finds the objects of a namespace that carry no mark of an Application
// and have no owner, of the kinds that wanted names.
type Lister interface {
	List(ctx context.Context, namespace string, wanted func(i object) bool) ([]object, error)
}

// Monitor looks at the namespaces that Applications are interested in. Safe for
// concurrent use.
type Monitor struct {
	opts Options
	kick chan struct{}

	mu        sync.Mutex
	interests map[string]*Interest // by Application
	messages  map[string]string
	looks     map[string]look // by namespace
}

// look at a namespace.
type look struct {
	at    time.Time
	found []object
}

// New monitor; nothing runs before Run.
func New(o Options) *Monitor {
	return &Monitor{opts: o, kick: make(chan struct{}, 1),
		interests: map[string]*Interest{}, messages: map[string]string{}, looks: map[string]look{}}
}

// Want looks for what concerns an Application, from now on; nil ends it.
func (m *Monitor) Want(key string, interest *Interest) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.interests[key] == interest {
		return
	}
	if interest == nil {
		delete(m.interests, key)
		delete(m.messages, key)
		return
	}
	m.interests[key] = interest
	m.messages[key] = interest.message(m.looks[interest.Namespace].found)
	select {
	case m.kick <- struct{}{}:
	default:
	}
}

// Message is what concerns an Application; "" for nothing.
func (m *Monitor) Message(key string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.messages[key]
}

// Run looks until ctx ends.
func (m *Monitor) Run(ctx context.Context) {
	for {
		namespace, wait := m.due()
		if namespace != "" && wait <= 0 {
			m.look(ctx, namespace)
			continue
		}
		if namespace == "" {
			wait = Every // somebody will say so before
		}
		if !m.sleep(ctx, wait) {
			return
		}
	}
}

// sleep until somebody wants something, or for so long; false when ctx ends.
func (m *Monitor) sleep(ctx context.Context, d time.Duration) bool {
	timer := m.opts.Clock.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-m.kick:
	case <-timer.C():
	}
	return true
}

// due is the namespace to look at next, and how long until then; "" for none.
// What nobody is interested in is forgotten.
func (m *Monitor) due() (namespace string, wait time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	wanted := map[string]bool{}
	for _, i := range m.interests {
		wanted[i.Namespace] = true
	}
	for ns := range m.looks {
		if !wanted[ns] {
			delete(m.looks, ns)
		}
	}
	now := m.opts.Clock.Now()
	for ns := range wanted {
		var left time.Duration
		if last, looked := m.looks[ns]; looked {
			left = last.at.Add(Every).Sub(now)
		}
		if namespace == "" || left < wait || left == wait && ns < namespace {
			namespace, wait = ns, left
		}
	}
	return namespace, wait
}

// look at a namespace, and tell those whom it concerns. What could not be
// looked at stays as it was found last.
func (m *Monitor) look(ctx context.Context, namespace string) {
	found, err := m.opts.Lister.List(ctx, namespace, m.wanted(namespace))
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		m.opts.Logger.Info("orphaned resources cannot be looked for", "namespace", namespace, "reason", err.Error())
	}
	m.mu.Lock()
	if err != nil && found == nil {
		found = m.looks[namespace].found
	}
	m.looks[namespace] = look{at: m.opts.Clock.Now(), found: found}
	var changed []string
	for key, i := range m.interests {
		if i.Namespace != namespace {
			continue
		}
		if message := i.message(found); message != m.messages[key] {
			m.messages[key] = message
			changed = append(changed, key)
		}
	}
	m.mu.Unlock()
	m.opts.Changed(changed...)
}

// wanted are the kinds that some Application of the namespace may have.
func (m *Monitor) wanted(namespace string) func(object) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	var of []*Interest
	for _, i := range m.interests {
		if i.Namespace == namespace {
			of = append(of, i)
		}
	}
	return func(o object) bool {
		for _, i := range of {
			if i.Permits(o.GroupKind) {
				return true
			}
		}
		return false
	}
}
