package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/localkube"
	"github.com/fairlead/fairlead/internal/render/manifest"
)

const (
	// applyTimes is what a first apply may take, as a multiple of kubectl's.
	applyTimes = 1.2
	// applyRounds are alternated with kubectl's.
	applyRounds = 5
)

// bareSite is an API server without an agent, and kubectl beside it.
type bareSite struct {
	dir    string
	kube   *localkube.Cluster
	client client.WithWatch
	spaces int
}

func startBare() (_ *bareSite, err error) {
	assets, err := localkube.Assets()
	if err != nil {
		return nil, err
	}
	b := &bareSite{}
	if b.dir, err = os.MkdirTemp("", "fairlead-bench-apply"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			b.stop()
		}
	}()
	b.kube, err = localkube.Start(context.Background(), localkube.Options{
		Assets: assets, Dir: filepath.Join(b.dir, "kube"), Name: siteCluster, Mode: localkube.ControlPlane, Logger: logr.Discard(),
	})
	if err != nil {
		return nil, err
	}
	b.client, err = siteClient(b.kube.Config())
	return b, err
}

func (b *bareSite) stop() {
	if b.kube != nil {
		if err := b.kube.Stop(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, "bench: stop the API server:", err)
		}
	}
	if err := os.RemoveAll(b.dir); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
	}
}

// namespace that is new.
func (b *bareSite) namespace() (string, error) {
	b.spaces++
	name := fmt.Sprintf("round-%d", b.spaces)
	return name, b.client.Create(context.Background(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})
}

// kubectl apply --server-side of a file. Its cache of what the server serves
// stays between the rounds, as a user's does.
func (b *bareSite) kubectl(file, namespace string) error {
	assets, err := localkube.Assets()
	if err != nil {
		return err
	}
	cmd := exec.Command(filepath.Join(assets, "kubectl"), "--kubeconfig", b.kube.Kubeconfig(), "-n", namespace, "apply", "--server-side", "-f", file)
	cmd.Env = []string{"HOME=" + b.dir, "PATH=" + os.Getenv("PATH")}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("kubectl apply: %w: %s", err, out.Bytes())
	}
	return nil
}

// stream is all manifests of n objects, and the file that kubectl reads.
func (b *bareSite) stream(objects int) (text []byte, file string, err error) {
	text = []byte(strings.Join(manifests(objects/objectsPerApp), ""))
	file = filepath.Join(b.dir, "all.yaml")
	return text, file, os.WriteFile(file, text, 0o600)
}

// agentFirstApply is n objects into a fresh namespace: by the engine that
// agents run, its inventory kept in the cluster, and by kubectl, in turn.
func agentFirstApply(n int) func() (job, error) {
	return func() (job, error) {
		b, err := startBare()
		if err != nil {
			return job{}, err
		}
		return job{applications: n / objectsPerApp, stop: b.stop, whole: func(options) (figures, error) {
			text, file, err := b.stream(n)
			if err != nil {
				return figures{}, err
			}
			var ours, theirs []float64
			for round := range applyRounds + 1 {
				o, err := b.round(func(namespace string) error { return b.engineApply(text, namespace, n) })
				if err != nil {
					return figures{}, err
				}
				k, err := b.round(func(namespace string) error { return b.kubectl(file, namespace) })
				if err != nil {
					return figures{}, err
				}
				if round > 0 { // the first warms the API server up
					ours, theirs = append(ours, o), append(theirs, k)
				}
			}
			return versus(ours, theirs, check{What: "of kubectl apply", Most: applyTimes, Unit: " x"}), nil
		}}, nil
	}
}

// round runs f in a fresh namespace, which is made outside the clock.
func (b *bareSite) round(f func(namespace string) error) (float64, error) {
	namespace, err := b.namespace()
	if err != nil {
		return 0, err
	}
	return timed(func() error { return f(namespace) })
}

// engineApply decodes, prepares and applies, and checks that all is applied.
func (b *bareSite) engineApply(text []byte, namespace string, n int) error {
	ctx := context.Background()
	decoder := &manifest.Decoder{Limits: manifest.Limits{DocumentBytes: 2 << 20, Bytes: 10 << 20, Objects: 3_000}}
	if err := decoder.Add("all.yaml", text); err != nil {
		return err
	}
	engine, err := apply.New(b.kube.Config(), apply.Options{})
	if err != nil {
		return err
	}
	key := apply.Key{Fleet: "bench", Namespace: hubNamespace, Name: namespace, UID: namespace}
	m, err := engine.Prepare(ctx, key, namespace, decoder.Objects)
	if err != nil {
		return err
	}
	copies := apply.NewInventoryStore(engine.Client(), "default")
	result, err := engine.Sync(ctx, apply.SyncRequest{
		Manifests: m, Prune: true, Run: "first",
		SaveInventory: func(ctx context.Context, inv apply.Inventory) error { return copies.Save(ctx, key, inv) },
	})
	if err != nil {
		return err
	}
	if result.Failed || len(result.Items) != n {
		return fmt.Errorf("%d of %d objects were applied: %s", len(result.Items), n, result.Message)
	}
	return nil
}

// versus are the figures of runs that alternated with another program's: the
// ratio of the medians is held against the check.
func versus(ours, theirs []float64, c check) figures {
	c.Got = median(ours) / median(theirs)
	return figures{
		Iterations: len(ours), Seconds: quantile(ours, 0), MedianSeconds: median(ours), Times: c.Got, PeakRSS: ownPeak(),
		Checks: []check{c}, Note: fmt.Sprintf("median %.3f s to %.3f s", median(ours), median(theirs)),
	}
}
