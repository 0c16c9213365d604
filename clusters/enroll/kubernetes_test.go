package enroll

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/typed/core/v1"

	"github.com/fairlead/fairlead/internal/delivery/identity"
	"github.com/fairlead/fairlead/internal/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

// namespace is a fresh namespace of a real API server: conflicts are what is
// tested here.
func namespace(t *testing.T) (v1.SecretInterface, v1.ConfigMapInterface) {
	t.Helper()
	config := testenv.Hub(t)
	client, err := v1.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	name := testenv.Namespace(t, config)
	return client.Secrets(name), client.ConfigMaps(name)
}

func TestSecretTokens(t *testing.T) {
	secrets, _ := namespace(t)
	store := NewSecretTokens(secrets)
	testTokens(t, store)

	ctx := context.Background()
	list := func() int {
		t.Helper()
		all, err := secrets.List(ctx, metav1.ListOptions{LabelSelector: TokenLabel})
		if err != nil {
			t.Fatal(err)
		}
		return len(all.Items)
	}
	before := list()
	if err := store.Purge(ctx, now.Add(24*time.Hour)); err != nil || list() != before {
		t.Errorf("%d of %d tokens are left after a day: %v", list(), before, err)
	}
	if err := store.Purge(ctx, now.Add(9*24*time.Hour)); err != nil || list() != 0 {
		t.Errorf("%d tokens are left: %v", list(), err)
	}
}

func TestSecretThatIsNoToken(t *testing.T) {
	secrets, _ := namespace(t)
	ctx := context.Background()
	_, err := secrets.Create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: tokenSecretPrefix + "aaaaaaaa"}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewSecretTokens(secrets).Get(ctx, "aaaaaaaa")
	if err == nil || !strings.Contains(err.Error(), "is not a join token") {
		t.Errorf("got %v", err)
	}
}

// atOnce runs f n times side by side.
func atOnce(n int, f func() error) error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = f() })
	}
	wg.Wait()
	return errors.Join(errs...)
}

func TestReplicasAgreeOnOneCA(t *testing.T) {
	secrets, _ := namespace(t)
	pins := make(chan identity.Pin, 5)
	err := atOnce(cap(pins), func() error {
		ca, err := EnsureCA(context.Background(), secrets, "fleet-1", now)
		if err == nil {
			pins <- ca.Pin()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	first := <-pins
	for range cap(pins) - 1 {
		if <-pins != first {
			t.Error("two replicas have different CAs")
		}
	}
	ctx := context.Background()
	secret, err := secrets.Get(ctx, CASecret, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	secret.Data[corev1.TLSPrivateKeyKey] = []byte("damaged")
	if _, err := secrets.Update(ctx, secret, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := EnsureCA(ctx, secrets, "fleet-1", now); err == nil || !strings.Contains(err.Error(), "restore it from a backup") {
		t.Errorf("a damaged CA: %v", err)
	}
}

func TestFleet(t *testing.T) {
	_, configMaps := namespace(t)
	ctx := context.Background()
	store := NewFleetStore(configMaps)
	ids := make(chan string, 5)
	if err := atOnce(cap(ids), func() error {
		fleet, err := store.Ensure(ctx)
		ids <- fleet.ID
		return err
	}); err != nil {
		t.Fatal(err)
	}
	first := <-ids
	for range cap(ids) - 1 {
		if <-ids != first {
			t.Error("two replicas founded two fleets")
		}
	}

	for _, c := range []struct{ seen, want uint64 }{{0, 1}, {1, 2}, {1, 2}, {7, 8}, {3, 8}} {
		fleet, err := store.RaiseEpoch(ctx, c.seen)
		if err != nil || fleet.Epoch != c.want || fleet.ID != first {
			t.Errorf("raised above %d: %+v %v, want epoch %d", c.seen, fleet, err, c.want)
		}
	}
}

func TestPublished(t *testing.T) {
	_, configMaps := namespace(t)
	ctx := context.Background()
	if _, err := ReadPublished(ctx, configMaps); err == nil {
		t.Error("read before there is a fleet")
	}
	store := NewFleetStore(configMaps)
	fleet, err := store.Ensure(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadPublished(ctx, configMaps); err == nil || !strings.Contains(err.Error(), "is the hub running") {
		t.Errorf("before it is published: %v", err)
	}
	for _, endpoint := range []string{"https://hub:8443", "https://hub:9443"} {
		want := Published{Endpoint: endpoint, Pin: newCA(t).Pin()}
		if err := Publish(ctx, configMaps, want); err != nil {
			t.Fatal(err)
		}
		if got, err := ReadPublished(ctx, configMaps); got != want || err != nil {
			t.Errorf("%+v %v, want %+v", got, err, want)
		}
	}
	if got, err := store.Ensure(ctx); got != fleet || err != nil {
		t.Errorf("the fleet changed to %+v, %v", got, err)
	}
}
