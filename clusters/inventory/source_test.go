package inventory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"pgregory.net/rapid"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
)

const namespace = "argocd"

// cache is a cache of Clusters and Secrets that counts what is asked of it.
type cache struct {
	clusters    map[string]fleet.Cluster
	secrets     map[string]corev1.Secret
	lists, gets int
}

func newCache() *cache {
	return &cache{clusters: map[string]fleet.Cluster{}, secrets: map[string]corev1.Secret{}}
}

func (c *cache) Get(_ context.Context, key client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	c.gets++
	found := false
	switch o := into.(type) {
	case *fleet.Cluster:
		*o, found = c.clusters[key.Name]
	case *corev1.Secret:
		*o, found = c.secrets[key.Name]
	}
	if !found {
		return apierrors.NewNotFound(schema.GroupResource{}, key.Name)
	}
	return nil
}

func (c *cache) List(_ context.Context, into client.ObjectList, _ ...client.ListOption) error {
	c.lists++
	switch l := into.(type) {
	case *fleet.ClusterList:
		l.Items = slices.Collect(maps.Values(c.clusters))
	case *corev1.SecretList:
		l.Items = slices.Collect(maps.Values(c.secrets))
	}
	return nil
}

func (c *cache) put(object client.Object) {
	switch o := object.(type) {
	case *fleet.Cluster:
		c.clusters[o.Name] = *o
	case *corev1.Secret:
		c.secrets[o.Name] = *o
	}
}

func (c *cache) remove(object client.Object) {
	switch object.(type) {
	case *fleet.Cluster:
		delete(c.clusters, object.GetName())
	case *corev1.Secret:
		delete(c.secrets, object.GetName())
	}
}

// An inventory that follows events is the one that is read anew, errors
// included, whatever comes, changes and goes; and so are the destinations.
func TestFollowingEventsEqualsReadingAnew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cache := newCache()
		followed := NewSource(cache, namespace)
		if _, err := followed.Inventory(t.Context()); err != nil {
			t.Fatal(err)
		}
		lists := cache.lists
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			var touched []client.Object
			for range rapid.IntRange(1, 3).Draw(t, "together") {
				touched = append(touched, step(t, cache))
			}
			for _, o := range touched {
				followed.Changed(o)
			}
			got, gotErr := followed.Inventory(t.Context())
			if cache.lists != lists {
				t.Fatal("an event made the source list everything")
			}
			want, wantErr := NewSource(cache, namespace).Inventory(t.Context())
			if fmt.Sprint(gotErr) != fmt.Sprint(wantErr) {
				t.Fatalf("error %v, want %v", gotErr, wantErr)
			}
			if diff := cmp.Diff(want.All(), got.All()); diff != "" {
				t.Fatal(diff)
			}
			sameDestinations(t, cache, followed)
			lists = cache.lists
		}
	})
}

// step writes or removes one object; few names, so that they clash.
func step(t *rapid.T, cache *cache) client.Object {
	name := rapid.SampledFrom([]string{"a", "b", fleet.InClusterName}).Draw(t, "name")
	labels := rapid.SampledFrom([]map[string]string{nil, {"env": "dev"}, {"env": "prod"}}).Draw(t, "labels")
	meta := metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: labels}
	var object client.Object = &fleet.Cluster{ObjectMeta: meta, Spec: fleet.ClusterSpec{Server: rapid.SampledFrom([]string{"", "https://s"}).Draw(t, "server")}}
	if rapid.Bool().Draw(t, "secret") {
		meta.Labels = map[string]string{clusters.SecretTypeLabel: clusters.SecretTypeCluster}
		server := rapid.SampledFrom([]string{"https://s", fleet.InClusterServer}).Draw(t, "server of secret")
		object = &corev1.Secret{ObjectMeta: meta, Data: map[string][]byte{
			"name": []byte(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "declares")), "server": []byte(server),
		}}
	}
	cache.remove(object)
	if rapid.IntRange(0, 3).Draw(t, "gone") > 0 {
		cache.put(object)
	}
	return object
}

func sameDestinations(t *rapid.T, cache *cache, followed *Source) {
	got, err := followed.Destinations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want, err := NewSource(cache, namespace).Destinations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []v1alpha1.ApplicationDestination{
		{Name: "a"}, {Name: "b"}, {Name: "c"}, {Name: fleet.InClusterName}, {Server: "https://s"}, {Server: fleet.InClusterServer},
	} {
		a, errA := got.Resolve(to)
		b, errB := want.Resolve(to)
		if fmt.Sprint(errA) != fmt.Sprint(errB) || errA == nil && (a.Name != b.Name || a.Origin != b.Origin) {
			t.Fatalf("%v: %v, %v; want %v, %v", to, a, errA, b, errB)
		}
	}
}

// The work after an event does not grow with the fleet.
func TestOneEventIsOneRead(t *testing.T) {
	cache := newCache()
	var one *fleet.Cluster
	for i := range 50 {
		one = &fleet.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: fmt.Sprint("c", i)}}
		cache.put(one)
	}
	s := NewSource(cache, namespace)
	before, err := s.Inventory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	one.Labels = map[string]string{"env": "dev"}
	cache.put(one)
	cache.lists, cache.gets = 0, 0
	s.Changed(one)
	s.Changed(one)
	s.Changed(&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: namespace}})
	s.Changed(&fleet.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: "elsewhere", Name: "c1"}})
	after, err := s.Inventory(t.Context())
	if err != nil || cache.lists != 0 || cache.gets != 1 {
		t.Errorf("%d lists, %d reads, %v", cache.lists, cache.gets, err)
	}
	if names := after.Changed(before); len(names) != 1 || names[0] != one.Name {
		t.Errorf("changed %v", names)
	}
	s.Changed(one) // nothing is different
	if again, err := s.Inventory(t.Context()); again != after || err != nil {
		t.Errorf("an event without a difference made another inventory: %v", err)
	}
}

func TestAnInventoryThatCannotBeReadIsNone(t *testing.T) {
	s := NewSource(newCache(), namespace)
	if !s.Away(errors.New("connection lost")) || s.Away(errors.New("still")) {
		t.Error("only the first failure is news")
	}
	if _, err := s.Inventory(t.Context()); err == nil || !strings.Contains(err.Error(), "still") {
		t.Errorf("got %v", err)
	}
	if _, err := s.Destinations(t.Context()); err != nil {
		t.Errorf("what is delivered depends on it: %v", err)
	}
	if !s.Away(nil) {
		t.Error("that it is back is news")
	}
	if _, err := s.Inventory(t.Context()); err != nil {
		t.Error(err)
	}
}
