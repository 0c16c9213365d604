package objects

import (
	"slices"
	"strings"
	"testing"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/internal/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

var leases = coordinationv1.SchemeGroupVersion.WithResource("leases")

func TestObjectsOfAnAPIServer(t *testing.T) {
	cfg := testenv.Hub(t)
	namespace := testenv.Namespace(t, cfg)
	o := connect(t, cfg)
	create(t, cfg, &corev1.Secret{ObjectMeta: in(namespace, "tokens"), StringData: map[string]string{"a": "one"}})
	create(t, cfg, &corev1.ConfigMap{ObjectMeta: in(namespace, "c"), Data: map[string]string{"k": "v"}})
	for _, name := range []string{"c", "a", "b", "e", "d"} {
		create(t, cfg, &coordinationv1.Lease{ObjectMeta: in(namespace, name)})
	}

	if data, err := o.Secret(t.Context(), namespace, "tokens"); err != nil || string(data["a"]) != "one" {
		t.Errorf("%q, %v", data, err)
	}
	if _, err := o.OnlySCMCredentials().Secret(t.Context(), namespace, "tokens"); err == nil || !strings.Contains(err.Error(), "label it argocd.argoproj.io/secret-type=scm-creds") {
		t.Error(err)
	}
	if data, err := o.ConfigMap(t.Context(), namespace, "c"); err != nil || data["k"] != "v" {
		t.Errorf("%q, %v", data, err)
	}
	if _, err := o.ConfigMap(t.Context(), namespace, "nope"); err == nil || err.Error() != "configmap "+namespace+"/nope does not exist" {
		t.Error(err)
	}
	for name, want := range map[string]string{"": "abcde", "b": "b", "nope": ""} {
		found, err := o.List(t.Context(), leases, namespace, name, metav1.LabelSelector{MatchLabels: map[string]string{"of": namespace}})
		var got string
		for i := range found {
			got += found[i].GetName()
		}
		if err != nil || got != want {
			t.Errorf("%q: %s, %v; want %s", name, got, err, want)
		}
	}
	other := metav1.LabelSelector{MatchLabels: map[string]string{"of": "another"}}
	if found, err := o.List(t.Context(), leases, namespace, "", other); err != nil || len(found) != 0 {
		t.Errorf("%v, %v", found, err)
	}
}

// What the hub may not read is told with what to grant.
func TestRefusalsOfAnAPIServer(t *testing.T) {
	cfg := rest.CopyConfig(testenv.Hub(t))
	namespace := testenv.Namespace(t, cfg)
	if _, err := connect(t, cfg).List(t.Context(), leases.GroupVersion().WithResource("placementdecisions"), namespace, "", metav1.LabelSelector{}); err == nil ||
		!strings.Contains(err.Error(), `the API server has no such resource: is its definition installed, and "placementdecisions" its plural name?`) {
		t.Error(err)
	}
	cfg.Impersonate = rest.ImpersonationConfig{UserName: "nobody-in-" + namespace}
	o := connect(t, cfg)
	_, secret := o.Secret(t.Context(), namespace, "tokens")
	_, config := o.ConfigMap(t.Context(), namespace, "c")
	_, list := o.List(t.Context(), leases, namespace, "", metav1.LabelSelector{})
	for i, c := range []struct {
		err  error
		want string
	}{
		{secret, "secret " + namespace + "/tokens may not be read: grant the hub's service account get on secrets there"},
		{config, "configmap " + namespace + "/c may not be read: grant the hub's service account get on configmaps there"},
		{list, "not allowed: grant the hub's service account list on leases.coordination.k8s.io there"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%d: %v; want %s", i, c.err, c.want)
		}
	}
}

// connect reads two objects with a request, so that lists take several.
func connect(t *testing.T, cfg *rest.Config) *Objects {
	t.Helper()
	lists, err := dynamic.NewForConfig(cfg)
	if err != nil {
		t.Fatal(err)
	}
	o := FromCluster(writer(t, cfg), lists)
	source := o.source.(cluster)
	source.page = 2
	return &Objects{source: source}
}

func writer(t *testing.T, cfg *rest.Config) client.Client {
	t.Helper()
	c, err := client.New(cfg, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func create(t *testing.T, cfg *rest.Config, object client.Object) {
	t.Helper()
	if err := writer(t, cfg).Create(t.Context(), object); err != nil {
		t.Fatal(err)
	}
}

func in(namespace, name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: map[string]string{"of": namespace}}
}

func TestIsOf(t *testing.T) {
	kind := leases.GroupVersion().WithKind("Lease")
	plurals := []string{"leases", "lease", "Lease", "leasees"}
	got := slices.DeleteFunc(plurals, func(p string) bool { return !isOf(kind, leases.GroupVersion().WithResource(p)) })
	if !slices.Equal(got, []string{"leases"}) {
		t.Errorf("%v", got)
	}
}
