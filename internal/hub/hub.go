package hub

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/wait"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/clusters/enroll"
	"github.com/fairlead/fairlead/internal/hub/bootstrap"
	"github.com/fairlead/fairlead/internal/hub/desired"
)

// portPatience bounds the wait for the port that a former life of the hub had.
const portPatience = 15 * time.Second

// leaderLease is the name of the lease that replicas compete for.
const leaderLease = "fairlead-hub"

// Hub is one replica.
type Hub struct {
	opts     Options
	manager  ctrl.Manager
	core     *corev1client.CoreV1Client
	fleet    enroll.Fleet
	ca       *enroll.CA
	index    *desired.Index
	listener net.Listener
	webhooks net.Listener // nil for none
	endpoint string
	identity *authority
	probe    *probe
	serving  chan struct{}
}

// New prepares a hub: it makes sure that the CRDs, the control namespace and
// the fleet's identity exist, and listens for agents. Nothing is served before
// Run.
func New(ctx context.Context, opts Options) (*Hub, error) {
	opts, err := opts.complete()
	if err != nil {
		return nil, err
	}
	opts.RestConfig = rest.CopyConfig(opts.RestConfig)
	opts.RestConfig.QPS = -1 // the API server's own fairness decides
	opts.RestConfig.WarningHandler = rest.NoWarnings{}
	h := &Hub{opts: opts, serving: make(chan struct{})}
	if err := h.found(ctx); err != nil {
		return nil, err
	}
	if err := h.listen(ctx); err != nil {
		return nil, err
	}
	if err := h.listenWebhooks(); err != nil {
		return nil, err
	}
	h.probe = &probe{namespace: opts.Namespace, logger: opts.Logger.WithName("inventory"), trouble: make(chan struct{}, 1)}
	if h.manager, err = h.newManager(); err != nil {
		return nil, err
	}
	h.probe.live = h.manager.GetAPIReader()
	h.index = desired.NewIndex(h.fleet.Epoch, opts.Namespace, opts.Logger.WithName("desired"))
	return h, h.addLoops(ctx)
}

// found makes everything that has to be there before the first loop.
func (h *Hub) found(ctx context.Context) error {
	scheme, err := newScheme()
	if err != nil {
		return err
	}
	direct, err := client.New(h.opts.RestConfig, client.Options{Scheme: scheme})
	if err != nil {
		return fmt.Errorf("reach the API server at %s: %w", h.opts.RestConfig.Host, err)
	}
	if err := bootstrap.RefuseBesideArgoCD(ctx, direct, h.opts.served()); err != nil {
		return err
	}
	if err := bootstrap.Run(ctx, direct, h.opts.Namespace); err != nil {
		return err
	}
	if h.core, err = corev1client.NewForConfig(h.opts.RestConfig); err != nil {
		return err
	}
	if h.fleet, err = enroll.NewFleetStore(h.core.ConfigMaps(h.opts.Namespace)).Ensure(ctx); err != nil {
		return err
	}
	h.ca, err = enroll.EnsureCA(ctx, h.core.Secrets(h.opts.Namespace), h.fleet.ID, h.opts.Now())
	return err
}

// listen opens the delivery port; the endpoint's URL follows from it unless it
// was given.
func (h *Hub) listen(ctx context.Context) error {
	listener, err := h.listenAgain(ctx)
	if err == nil && listener == nil {
		listener, err = net.Listen("tcp", h.opts.Delivery.Addr)
	}
	if err != nil {
		return fmt.Errorf("listen for agents: %w", err)
	}
	h.listener = listener
	if h.endpoint = h.opts.Delivery.URL; h.endpoint != "" {
		return nil
	}
	host, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
		h.opts.Logger.Info("join tokens will name this machine only; say with --delivery-url how agents elsewhere reach it", "endpoint", net.JoinHostPort(host, port))
	}
	h.endpoint = "https://" + net.JoinHostPort(host, port)
	return nil
}

// listenAgain takes the port that the hub had before, where any port would do:
// agents that joined then still dial it. It returns nil if there was none.
func (h *Hub) listenAgain(ctx context.Context) (net.Listener, error) {
	host, port, err := net.SplitHostPort(h.opts.Delivery.Addr)
	if err != nil || port != "0" {
		return nil, err
	}
	before, err := enroll.ReadPublished(ctx, h.core.ConfigMaps(h.opts.Namespace))
	if err != nil {
		return nil, nil // a new hub has published nothing
	}
	u, err := url.Parse(before.Endpoint)
	if err != nil || u.Port() == "" {
		return nil, fmt.Errorf("endpoint %q has no port", before.Endpoint)
	}
	var listener net.Listener
	err = wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, portPatience, true, func(context.Context) (bool, error) {
		listener, err = net.Listen("tcp", net.JoinHostPort(host, u.Port()))
		return err == nil, nil
	})
	if err != nil {
		return nil, fmt.Errorf("port %s, which agents have joined at, is taken: free it, or give the hub another with --delivery-addr and join them again", u.Port())
	}
	return listener, nil
}

// hosts are the names that the endpoint's certificate is good for.
func (h *Hub) hosts() ([]string, error) {
	u, err := url.Parse(h.endpoint)
	if err != nil || u.Hostname() == "" {
		return nil, fmt.Errorf("delivery URL %q: want https://HOST[:PORT]", h.endpoint)
	}
	return append([]string{u.Hostname()}, h.opts.Delivery.Names...), nil
}

func (h *Hub) newManager() (ctrl.Manager, error) {
	scheme, err := newScheme()
	if err != nil {
		return nil, err
	}
	noNameCheck := true // several hubs may live in one test process
	clusterSecrets := labels.SelectorFromSet(labels.Set{clusters.SecretTypeLabel: clusters.SecretTypeCluster})
	options := ctrl.Options{
		Scheme:                  scheme,
		Logger:                  h.opts.Logger,
		Metrics:                 metricsserver.Options{BindAddress: h.opts.MetricsAddr},
		HealthProbeBindAddress:  h.opts.HealthAddr,
		LeaderElection:          h.opts.LeaderElection,
		LeaderElectionID:        leaderLease,
		LeaderElectionNamespace: h.opts.Namespace,
		Controller:              config.Controller{SkipNameValidation: &noNameCheck},
		Client:                  client.Options{Cache: &client.CacheOptions{Unstructured: true}},
		Cache: cache.Options{DefaultWatchErrorHandler: h.probe.watchFailed, ByObject: map[client.Object]cache.ByObject{
			&corev1.Secret{}: {Label: clusterSecrets},
		}},
	}
	for _, ns := range h.opts.served() {
		if options.Cache.DefaultNamespaces == nil {
			options.Cache.DefaultNamespaces = map[string]cache.Config{}
		}
		options.Cache.DefaultNamespaces[ns] = cache.Config{}
	}
	m, err := ctrl.NewManager(h.opts.RestConfig, options)
	if err != nil {
		return nil, fmt.Errorf("make the hub's manager: %w", err)
	}
	return m, nil
}

// Run works until ctx ends or a loop fails for good.
func (h *Hub) Run(ctx context.Context) error {
	h.opts.Logger.Info("hub starts", "fleet", h.fleet.ID, "epoch", h.fleet.Epoch, "endpoint", h.endpoint, "namespace", h.opts.Namespace)
	return h.manager.Start(ctx)
}

// Serving is closed once agents are served.
func (h *Hub) Serving() <-chan struct{} { return h.serving }

// Endpoint that agents dial.
func (h *Hub) Endpoint() string { return h.endpoint }

// InCluster is the identity of the agent inside this process. Use it after
// Serving.
func (h *Hub) InCluster() *InCluster { return &InCluster{authority: h.identity, endpoint: h.endpoint} }

// revision is the store's own, read past every cache.
func (h *Hub) revision(ctx context.Context) (uint64, error) {
	var list v1alpha1.ApplicationList
	if err := h.manager.GetAPIReader().List(ctx, &list, client.Limit(1)); err != nil {
		return 0, fmt.Errorf("read the store's revision: %w", err)
	}
	return strconv.ParseUint(list.ResourceVersion, 10, 64)
}

func (h *Hub) cacheDir(name string) string { return filepath.Join(h.opts.DataDir, "cache", name) }
