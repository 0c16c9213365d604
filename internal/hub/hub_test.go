package hub_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/yaml"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/gitserver"
	"github.com/fairlead/fairlead/internal/hub"
	"github.com/fairlead/fairlead/internal/hub/pin"
	"github.com/fairlead/fairlead/internal/testenv"
)

func TestMain(m *testing.M) {
	ctrllog.SetLogger(logr.Discard())
	testenv.Main(m)
}

const patience = 30 * time.Second

// running is a hub in this process, against the shared API server, in a
// control namespace of its own. It asks Git once an hour unless told.
type running struct {
	client.Client
	namespace string
	git       *gitserver.Server
	opts      hub.Options
	hub       *hub.Hub // that runs
	stop      func()
}

func start(t *testing.T, edit ...func(*hub.Options)) *running {
	t.Helper()
	config := testenv.Hub(t)
	r := &running{namespace: "hub-" + strings.NewReplacer("/", "-", "=", "-").Replace(strings.ToLower(t.Name()))}
	if len(r.namespace) > 60 {
		r.namespace = r.namespace[:60]
	}
	var err error
	if r.git, err = gitserver.Serve(t.TempDir(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.git.Close(context.Background()) })
	r.Client = newClient(t, config)
	r.opts = hub.Options{
		RestConfig: config, Namespace: r.namespace, OwnNamespaces: []string{r.namespace}, Replica: "test", DataDir: t.TempDir(),
		Delivery: hub.DeliveryOptions{Addr: "127.0.0.1:0"}, MetricsAddr: "0", HealthAddr: "0",
		Resolver: pin.ResolverOptions{Interval: time.Hour},
	}
	for _, e := range edit {
		e(&r.opts)
	}
	r.run(t)
	t.Cleanup(func() { r.stop(); r.cleanUp(t) })
	return r
}

// run starts the hub; it may be stopped and run again.
func (r *running) run(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	if r.opts.MetricsAddr == "0" {
		r.opts.Registerer = prometheus.NewRegistry()
	}
	h, err := hub.New(ctx, r.opts)
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	r.hub = h
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	stopped := false
	r.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the hub ended with %v", err)
		}
	}
	select {
	case <-h.Serving():
	case err := <-done:
		cancel()
		t.Fatalf("the hub did not start: %v", err)
	}
}

// cleanUp lets go of what the stopped hub's finalizers hold.
func (r *running) cleanUp(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	var all []unstructured.Unstructured
	for _, kind := range []string{v1alpha1.ApplicationSetKind, v1alpha1.ApplicationKind} {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(v1alpha1.SchemeGroupVersion.WithKind(kind + "List"))
		if err := r.List(ctx, list, client.InNamespace(r.namespace)); err != nil {
			t.Fatal(err)
		}
		all = append(all, list.Items...)
	}
	for i := range all {
		o := &all[i]
		before := o.DeepCopy()
		o.SetFinalizers(nil)
		if err := r.Patch(ctx, o, client.MergeFrom(before)); client.IgnoreNotFound(err) != nil {
			t.Error(err)
		}
		if err := r.Delete(ctx, o); client.IgnoreNotFound(err) != nil {
			t.Error(err)
		}
	}
}

func newClient(t *testing.T, config *rest.Config) client.Client {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1alpha1.AddToScheme, fleet.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	config = rest.CopyConfig(config)
	config.WarningHandler = rest.NoWarnings{}
	c, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (r *running) repository(t *testing.T, name string) *gitserver.Repo {
	t.Helper()
	repo, err := r.git.NewRepo(t.Context(), name, fstest.MapFS{"apps/a/x.yaml": {Data: []byte("a: b\n")}, "apps/b/x.yaml": {Data: []byte("a: b\n")}})
	if err != nil {
		t.Fatal(err)
	}
	return repo
}

func (r *running) apply(t *testing.T, text string) {
	t.Helper()
	u := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(text), &u.Object); err != nil {
		t.Fatal(err)
	}
	u.SetNamespace(r.namespace)
	if err := r.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(u), client.FieldOwner("test"), client.ForceOwnership); err != nil {
		t.Fatal(err)
	}
}

func (r *running) app(t *testing.T, name string) (*v1alpha1.Application, error) {
	t.Helper()
	app := &v1alpha1.Application{}
	err := r.Get(t.Context(), client.ObjectKey{Namespace: r.namespace, Name: name}, app)
	return app, err
}

func (r *running) cluster(t *testing.T, name string, labels map[string]string) {
	t.Helper()
	c := &fleet.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: r.namespace, Name: name, Labels: labels}}
	if err := r.Create(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Delete(context.Background(), c) })
}

// setCondition reads one condition of a set.
func (r *running) setCondition(t *testing.T, name string, kind v1alpha1.ApplicationSetConditionType) (v1alpha1.ApplicationSetCondition, error) {
	t.Helper()
	object := &unstructured.Unstructured{} // a set under test may not decode
	object.SetGroupVersionKind(v1alpha1.ApplicationSetSchemaGroupVersionKind)
	if err := r.Get(t.Context(), client.ObjectKey{Namespace: r.namespace, Name: name}, object); err != nil {
		return v1alpha1.ApplicationSetCondition{}, err
	}
	delete(object.Object, "spec")
	set, err := v1alpha1.DecodeApplicationSet(object)
	if err != nil {
		return v1alpha1.ApplicationSetCondition{}, err
	}
	for _, c := range set.Status.Conditions {
		if c.Type == kind {
			return c, nil
		}
	}
	return v1alpha1.ApplicationSetCondition{}, fmt.Errorf("set %s has no condition %s", name, kind)
}

func (r *running) awaitSetError(t *testing.T, name string, parts ...string) {
	t.Helper()
	eventually(t, func() error {
		c, err := r.setCondition(t, name, v1alpha1.ApplicationSetConditionErrorOccurred)
		if err != nil {
			return err
		}
		for _, p := range parts {
			if c.Status != v1alpha1.ApplicationSetConditionStatusTrue || !strings.Contains(c.Message, p) {
				return fmt.Errorf("set %s: %+v, want an error with %q", name, c, parts)
			}
		}
		return nil
	})
}

func (r *running) awaitApps(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		eventually(t, func() error { _, err := r.app(t, name); return err })
	}
}

func (r *running) awaitGone(t *testing.T, name string) {
	t.Helper()
	eventually(t, func() error {
		app, err := r.app(t, name)
		if apierrors.IsNotFound(err) {
			return nil
		}
		return errors.Join(err, fmt.Errorf("%s is still there: %+v", name, app.Status.Conditions))
	})
}

func eventually(t *testing.T, f func() error) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		err := f()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func TestHealthReadinessMetricsAndLeaderElection(t *testing.T) {
	metrics, health := freeAddr(t), freeAddr(t)
	r := start(t, func(o *hub.Options) {
		o.MetricsAddr, o.HealthAddr, o.LeaderElection = metrics, health, true
	})
	for path, want := range map[string]string{
		"http://" + health + "/healthz":  "ok",
		"http://" + health + "/readyz":   "ok",
		"http://" + metrics + "/metrics": "fairlead_",
	} {
		eventually(t, func() error {
			answer, err := http.Get(path)
			if err != nil {
				return err
			}
			defer answer.Body.Close()
			body, err := io.ReadAll(answer.Body)
			if err == nil && (answer.StatusCode != http.StatusOK || !strings.Contains(string(body), want)) {
				err = fmt.Errorf("%s: %s without %q", path, answer.Status, want)
			}
			return err
		})
	}
	leases := &unstructured.Unstructured{}
	leases.SetAPIVersion("coordination.k8s.io/v1")
	leases.SetKind("Lease")
	eventually(t, func() error {
		return r.Get(t.Context(), client.ObjectKey{Namespace: r.namespace, Name: "fairlead-hub"}, leases)
	})
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestTheHubRefusesToStartBesideArgoCD(t *testing.T) {
	config := testenv.Hub(t)
	c := newClient(t, config)
	namespace := testenv.Namespace(t, config)
	one := int32(1)
	argo := &appsv1.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "argocd-application-controller", Labels: map[string]string{"app.kubernetes.io/name": "argocd-application-controller"}},
		Spec: appsv1.StatefulSetSpec{
			Replicas: &one, Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"a": "b"}},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"a": "b"}},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "c"}}},
			},
		},
	}
	if err := c.Create(t.Context(), argo); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Delete(context.Background(), argo) })
	opts := hub.Options{RestConfig: config, Replica: "test", DataDir: t.TempDir(), Registerer: prometheus.NewRegistry(), Delivery: hub.DeliveryOptions{Addr: "127.0.0.1:0"}}
	_, err := hub.New(t.Context(), opts)
	if err == nil || !strings.Contains(err.Error(), namespace+"/argocd-application-controller") || !strings.Contains(err.Error(), "--namespaces") {
		t.Errorf("beside Argo CD: %v", err)
	}
	// The control namespace is the hub's own too.
	opts.OwnNamespaces, opts.Namespace = []string{"elsewhere"}, namespace
	if _, err = hub.New(t.Context(), opts); err == nil {
		t.Error("the hub would share its control namespace with Argo CD")
	}
	opts.Namespace = "elsewhere"
	if _, err = hub.New(t.Context(), opts); err != nil {
		t.Errorf("with namespaces of its own: %v", err)
	}
}
