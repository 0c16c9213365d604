package demo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters/enroll"
	"github.com/fairlead/fairlead/internal/process"
)

const (
	namespace = "argocd"
	// hubPatience bounds the wait for the hub to serve.
	hubPatience = 3 * time.Minute
)

// HubKubeconfig is the path of the hub administrator's kubeconfig.
func (d *Demo) HubKubeconfig() string { return filepath.Join(d.opts.Dir, "hub", "admin.kubeconfig") }

// startHub runs `fairlead hub --embedded` and returns when it serves agents.
func (d *Demo) startHub(ctx context.Context) error {
	dir := filepath.Join(d.opts.Dir, "hub")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	hub, err := process.Start(ctx, process.Spec{
		Name: "fairlead-hub", Path: d.opts.Fairlead, Dir: d.opts.Dir, Env: d.environment(), Logger: d.opts.Logger,
		Args: []string{
			"hub", "--embedded", "--data-dir", dir, "--delivery-addr", "127.0.0.1:0",
			"--metrics-addr", "0", "--health-addr", "0", "--webhook-addr", "0", "--revision-interval", d.opts.Interval.String(),
		},
		Grace: 30 * time.Second,
	})
	if err != nil {
		return err
	}
	d.hub = hub
	ctx, cancel := context.WithTimeout(ctx, hubPatience)
	defer cancel()
	for {
		api, err := d.serving(ctx)
		if err == nil {
			d.api = api
			d.say.line("hub: up")
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("hub is not up: %w; the end of its log:\n%s", err, hub.LogTail(4<<10))
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// serving returns a client once the hub has published its endpoint for agents.
func (d *Demo) serving(ctx context.Context) (client.WithWatch, error) {
	config, err := clientcmd.BuildConfigFromFlags("", d.HubKubeconfig())
	if err != nil {
		return nil, err
	}
	config.WarningHandler = rest.NoWarnings{}
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1alpha1.AddToScheme, fleet.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	api, err := client.NewWithWatch(config, client.Options{Scheme: scheme})
	if err != nil {
		return nil, err
	}
	core, err := corev1client.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	if _, err := enroll.ReadPublished(ctx, core.ConfigMaps(namespace)); err != nil {
		return nil, err
	}
	return api, nil
}

// environment is all that children get: where to find programs and to write.
func (d *Demo) environment() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + d.opts.Dir,
		"KUBEBUILDER_ASSETS=" + d.opts.Assets,
	}
}
