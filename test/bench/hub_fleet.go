package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"

	fleetv1alpha1 "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/hub"
	"github.com/fairlead/fairlead/internal/hub/pin"
	"github.com/fairlead/fairlead/internal/localkube"
)

// hubNamespace is the control namespace of the measured hub.
const hubNamespace = "argocd"

// hubFleet is a hub in this process on an API server of its own, whose etcd
// writes to disk as in production, with n clusters that no agent has joined.
type hubFleet struct {
	client.WithWatch
	dir  string
	kube *localkube.Cluster
	end  context.CancelFunc
	done chan error
}

func startHub(n int) (_ *hubFleet, err error) {
	ctrllog.SetLogger(logr.Discard())
	assets, err := localkube.Assets()
	if err != nil {
		return nil, err
	}
	f := &hubFleet{done: make(chan error, 1)}
	if f.dir, err = os.MkdirTemp("", "fairlead-bench-hub"); err != nil {
		return nil, err
	}
	ctx, end := context.WithCancel(context.Background())
	f.end = end
	defer func() {
		if err != nil {
			f.stop()
		}
	}()
	f.kube, err = localkube.Start(context.Background(), localkube.Options{
		Assets: assets, Dir: filepath.Join(f.dir, "kube"), Name: "hub", Mode: localkube.ControlPlane, Fsync: true, GCPercent: 400, Logger: logr.Discard(),
	})
	if err != nil {
		return nil, err
	}
	h, err := hub.New(ctx, hub.Options{
		RestConfig: f.kube.Config(), Namespace: hubNamespace, Replica: "bench", DataDir: filepath.Join(f.dir, "hub"),
		Delivery: hub.DeliveryOptions{Addr: "127.0.0.1:0"}, MetricsAddr: "0", HealthAddr: "0",
		Registerer: prometheus.NewRegistry(), Resolver: pin.ResolverOptions{Interval: time.Hour},
	})
	if err != nil {
		return nil, err
	}
	if f.WithWatch, err = hubClient(f.kube.Config()); err != nil {
		return nil, err
	}
	if err := f.join(ctx, n); err != nil {
		return nil, err
	}
	go func() { f.done <- h.Run(ctx) }()
	select {
	case <-h.Serving():
		return f, f.joined(ctx)
	case err := <-f.done:
		f.done = nil
		return nil, errors.Join(errors.New("the hub did not start"), err)
	}
}

func hubClient(config *rest.Config) (client.WithWatch, error) {
	scheme := runtime.NewScheme()
	if err := errors.Join(v1alpha1.AddToScheme(scheme), fleetv1alpha1.AddToScheme(scheme), metav1.AddMetaToScheme(scheme)); err != nil {
		return nil, err
	}
	config = rest.CopyConfig(config)
	config.QPS, config.WarningHandler = -1, rest.NoWarnings{}
	return client.NewWithWatch(config, client.Options{Scheme: scheme})
}

// join declares the clusters of the inventory, as fairlead.dev Clusters.
func (f *hubFleet) join(ctx context.Context, n int) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(16)
	for i := range n {
		group.Go(func() error {
			return f.Create(ctx, &fleetv1alpha1.Cluster{
				ObjectMeta: metav1.ObjectMeta{Namespace: hubNamespace, Name: secretName(i), Labels: labels(i), Annotations: annotations(i)},
				Spec:       fleetv1alpha1.ClusterSpec{Server: server(i)},
			})
		})
	}
	return group.Wait()
}

// joined waits until the hub has taken note of every cluster.
func (f *hubFleet) joined(ctx context.Context) error {
	return wait.PollUntilContextTimeout(ctx, time.Second, hubPatience, true, func(ctx context.Context) (bool, error) {
		var list fleetv1alpha1.ClusterList
		if err := f.List(ctx, &list, client.InNamespace(hubNamespace)); err != nil {
			return false, err
		}
		for i := range list.Items {
			if len(list.Items[i].Status.Conditions) == 0 {
				return false, nil
			}
		}
		return true, nil
	})
}

// stop ends what startHub started, as far as it came.
func (f *hubFleet) stop() {
	f.end()
	if f.WithWatch != nil && f.done != nil {
		select {
		case <-f.done:
		case <-time.After(time.Minute):
		}
	}
	if f.kube != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := f.kube.Stop(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "bench: stop the API server:", err)
		}
	}
	if err := os.RemoveAll(f.dir); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
	}
}
