package api

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1alpha1 "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/config"
	"github.com/fairlead/fairlead/internal/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

// hub returns a client of a hub API server that has the definitions, and a
// namespace of the test's own.
func hub(t *testing.T) (client.Client, string) {
	t.Helper()
	cfg := testenv.Hub(t)
	c := newClient(t, cfg)
	install(t, c)
	return c, testenv.Namespace(t, cfg)
}

func newClient(t *testing.T, cfg *rest.Config) client.Client {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		v1alpha1.AddToScheme, fleetv1alpha1.AddToScheme, apiextensionsv1.AddToScheme,
	} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	c, err := client.New(cfg, client.Options{Scheme: scheme})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// install applies the definitions on the server and waits until they serve.
func install(t *testing.T, c client.Client) {
	t.Helper()
	crds, err := config.CRDs()
	if err != nil {
		t.Fatal(err)
	}
	for _, crd := range crds {
		data, err := json.Marshal(crd)
		if err != nil {
			t.Fatal(err)
		}
		patch := client.RawPatch(types.ApplyPatchType, data)
		target := crd.DeepCopy()
		if err := c.Patch(t.Context(), target, patch, client.FieldOwner("fairlead-test"), client.ForceOwnership); err != nil {
			t.Fatalf("apply definition %s: %v", crd.Name, err)
		}
	}
	for _, crd := range crds {
		err := wait.PollUntilContextTimeout(t.Context(), 50*time.Millisecond, 30*time.Second, true, func(ctx context.Context) (bool, error) {
			if err := c.Get(ctx, client.ObjectKeyFromObject(crd), crd); err != nil {
				return false, err
			}
			return holds(crd, apiextensionsv1.Established), nil
		})
		if err != nil {
			t.Fatalf("definition %s is not established: %v", crd.Name, err)
		}
		if holds(crd, apiextensionsv1.NonStructuralSchema) {
			t.Fatalf("definition %s has a schema that is not structural: %v", crd.Name, crd.Status.Conditions)
		}
	}
}

func holds(crd *apiextensionsv1.CustomResourceDefinition, kind apiextensionsv1.CustomResourceDefinitionConditionType) bool {
	for _, condition := range crd.Status.Conditions {
		if condition.Type == kind {
			return condition.Status == apiextensionsv1.ConditionTrue
		}
	}
	return false
}

// eventually tries until f succeeds, and fails with its last error after 30 s.
func eventually(t *testing.T, f func() error) {
	t.Helper()
	var last error
	err := wait.PollUntilContextTimeout(t.Context(), 100*time.Millisecond, 30*time.Second, true, func(context.Context) (bool, error) {
		last = f()
		return last == nil, nil
	})
	if err != nil {
		t.Fatalf("%v: %v", err, last)
	}
}

func create(t *testing.T, c client.Client, object client.Object) {
	t.Helper()
	if err := c.Create(t.Context(), object); err != nil {
		t.Fatalf("create %T: %v", object, err)
	}
}

func patchStatus(t *testing.T, c client.Client, object client.Object, status string) {
	t.Helper()
	patch := client.RawPatch(client.Merge.Type(), []byte(`{"status":`+status+`}`))
	if err := c.Status().Patch(t.Context(), object, patch); err != nil {
		t.Fatalf("patch the status of %s: %v", object.GetName(), err)
	}
}

// diffJSON compares what two values encode to: times have no zone there.
func diffJSON(t *testing.T, want, got any) string {
	t.Helper()
	var objects [2]any
	for i, value := range []any{want, got} {
		data, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &objects[i]); err != nil {
			t.Fatal(err)
		}
	}
	return cmp.Diff(objects[0], objects[1])
}
