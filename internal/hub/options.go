package hub

import (
	"errors"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/fairlead/fairlead/internal/hub/pin"
	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/source/catalog"
)

// DefaultNamespace is the control namespace, as Argo CD's.
const DefaultNamespace = "argocd"

// Options are everything a hub depends on.
type Options struct {
	// RestConfig reaches the API server that stores the fleet.
	RestConfig *rest.Config
	// Namespace is the control namespace: Clusters, AppProjects, tokens.
	// Default "argocd".
	Namespace string
	// OwnNamespaces, if any, are the namespaces that this hub alone serves,
	// beside the control namespace; it then starts beside an Argo CD that
	// serves others. Empty means all.
	OwnNamespaces []string
	// Replica names this process among the hub's replicas.
	Replica string
	// LeaderElection is needed as soon as there may be two replicas.
	LeaderElection bool
	// Delivery is where agents dial.
	Delivery DeliveryOptions
	// MetricsAddr and HealthAddr serve Prometheus metrics and /healthz,
	// /readyz; "0" turns one off.
	MetricsAddr string
	HealthAddr  string
	// WebhookAddr takes hooks of Git hosts, HOST:PORT; port 0 picks one. Empty
	// or "0" takes none.
	WebhookAddr string
	// Registerer takes the hub's own metrics. Default: the registry that
	// MetricsAddr serves.
	Registerer prometheus.Registerer
	// Resolver bounds the questions to Git servers.
	Resolver pin.ResolverOptions
	// Sets are the options for ApplicationSets.
	Sets SetOptions
	// Git limits what generators may fetch.
	Git source.GitOptions
	// Sources are for charts, OCI artifacts and value files, and who may refuse
	// what was fetched. The hub sets the cache and Git; credentials, limits and
	// reach are Git's where they are left empty.
	Sources catalog.Options
	// DataDir holds caches that can be rebuilt.
	DataDir string
	Logger  logr.Logger
	// Now is the clock. Default time.Now.
	Now func() time.Time
}

// DeliveryOptions describe the endpoint for agents.
type DeliveryOptions struct {
	// Addr to listen on, HOST:PORT; port 0 picks one.
	Addr string
	// URL that agents dial, written into join tokens. Empty means
	// https:// and the address that is listened on.
	URL string
	// Names are further host names and IP addresses that the endpoint's
	// certificate is good for, beside the URL's own.
	Names []string
}

// served are the namespaces that the hub reads and writes; none means all. The
// control namespace is always among them.
func (o Options) served() []string {
	if len(o.OwnNamespaces) == 0 {
		return nil
	}
	return append([]string{o.Namespace}, o.OwnNamespaces...)
}

func (o Options) complete() (Options, error) {
	if o.RestConfig == nil {
		return o, errors.New("hub: no API server: RestConfig is required")
	}
	if o.DataDir == "" {
		return o, errors.New("hub: no data directory: DataDir is required")
	}
	if o.Namespace == "" {
		o.Namespace = DefaultNamespace
	}
	if o.Replica == "" {
		return o, errors.New("hub: Replica must name this process")
	}
	if o.Delivery.Addr == "" {
		o.Delivery.Addr = ":8443"
	}
	if o.Registerer == nil {
		o.Registerer = metrics.Registry
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger.GetSink() == nil {
		o.Logger = logr.Discard()
	}
	return o, nil
}
