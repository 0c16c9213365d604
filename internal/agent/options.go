package agent

import (
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"

	"github.com/fairlead/fairlead/internal/agent/link"
	"github.com/fairlead/fairlead/internal/agent/reconcile"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/source/catalog"
)

// DefaultNamespace is where an agent keeps its lease and Secrets.
const DefaultNamespace = "fairlead-system"

// Credentials are an agent's identity towards its hub.
type Credentials interface {
	// Endpoint of the hub: https://HOST[:PORT].
	Endpoint() string
	// Certificate of the agent, with its key, and the PEM bundle of the
	// authorities that may have signed the hub's.
	Certificate() (certificate tls.Certificate, ca []byte, err error)
}

// Options are everything an agent depends on. RestConfig, DataDir and one of
// Credentials and Hub are required.
type Options struct {
	// RestConfig reaches the cluster that the agent manages.
	RestConfig *rest.Config
	// Credentials reach the hub. When they are also a [link.Keeper], the agent
	// renews them at two thirds of their life; else they are asked again then.
	Credentials Credentials
	// Hub replaces the connection made from Credentials.
	Hub link.Hub
	// DataDir holds the local store and the caches of sources. One agent per folder.
	DataDir string
	// Namespace in the cluster for the lease, the seal key and the second copy
	// of the inventories. Empty means [DefaultNamespace]; created if missing.
	Namespace string
	// Allow decides which kinds and namespaces may be written; nil allows all
	// that the cluster's RBAC does.
	Allow func(gvk schema.GroupVersionKind, namespace string) error
	// Impersonation of the service accounts that projects name
	// (spec.destinationServiceAccounts). Empty means off.
	Impersonation reconcile.Impersonation
	// NoLease skips the lease, for a caller that already is the only writer.
	NoLease bool
	// Workers is how many Applications are worked on at once; 0 means 4.
	Workers int
	// Git limits and permissions; CacheDir is set by the agent.
	Git source.GitOptions
	// Sources are for charts, OCI artifacts and value files, and who may refuse
	// what was fetched (Verifier). The agent sets the cache and Git;
	// credentials, limits and reach are Git's where they are left empty.
	Sources catalog.Options
	// ReportDelay is how long changes are gathered before a report; 0 means
	// 200 ms.
	ReportDelay time.Duration
	// Backoff between attempts to connect; zero fields take the defaults.
	Backoff link.Backoff
	// Proxy towards the hub; nil means none.
	Proxy delivery.ProxyFunc
	// AtRest is called a while after an Application was last worked on, once
	// after each spell of work; nil does nothing. It is for a process that is this agent's alone.
	AtRest func()
	// Version of this agent, as it is reported.
	Version string
	// Logger; the zero value discards.
	Logger logr.Logger
	// Clock; nil means the real one.
	Clock clock.WithTicker
}

// complete checks the required fields and fills in the defaults.
func (o Options) complete() (Options, error) {
	switch {
	case o.RestConfig == nil:
		return o, errors.New("agent: no cluster: RestConfig is required")
	case o.DataDir == "":
		return o, errors.New("agent: no data directory: DataDir is required")
	case o.Credentials == nil && o.Hub == nil:
		return o, errors.New("agent: no identity: join the fleet first (--join TOKEN)")
	}
	if err := o.Impersonation.Check(); err != nil {
		return o, fmt.Errorf("agent: %w", err)
	}
	if o.Namespace == "" {
		o.Namespace = DefaultNamespace
	}
	if o.Workers <= 0 {
		o.Workers = 4
	}
	if o.ReportDelay <= 0 {
		o.ReportDelay = 200 * time.Millisecond
	}
	if o.Version == "" {
		o.Version = "dev"
	}
	if o.Logger.GetSink() == nil {
		o.Logger = logr.Discard()
	}
	if o.AtRest == nil {
		o.AtRest = func() {}
	}
	if o.Clock == nil {
		o.Clock = clock.RealClock{}
	}
	return o, nil
}
