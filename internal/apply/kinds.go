package apply

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
)

// Kind is how a cluster serves one kind.
type Kind struct {
	Resource   schema.GroupVersionResource
	Namespaced bool
}

// NotInstalledError says that the cluster does not serve a kind.
type NotInstalledError struct{ GVK schema.GroupVersionKind }

func (e *NotInstalledError) Error() string {
	return fmt.Sprintf("kind %s of %s is not installed in the cluster (its CRD is missing, or does not serve this version)",
		e.GVK.Kind, e.GVK.GroupVersion())
}

// Kinds knows the kinds that a cluster serves. It asks for one group and
// version at a time, when it is first needed, and again when a kind is not
// found, since a CRD may have been added. Safe for concurrent use.
type Kinds struct {
	client *discovery.DiscoveryClient

	mu     sync.Mutex
	served map[schema.GroupVersion]map[string]Kind
}

// NewKinds over the API server of cfg.
func NewKinds(cfg *rest.Config, hc *http.Client) (*Kinds, error) {
	client, err := discovery.NewDiscoveryClientForConfigAndClient(cfg, hc)
	if err != nil {
		return nil, fmt.Errorf("make discovery client: %w", err)
	}
	return &Kinds{client: client, served: map[schema.GroupVersion]map[string]Kind{}}, nil
}

// Lookup gives the resource of a kind, or a *NotInstalledError.
func (k *Kinds) Lookup(ctx context.Context, gvk schema.GroupVersionKind) (Kind, error) {
	gv := gvk.GroupVersion()
	k.mu.Lock()
	kind, found := k.served[gv][gvk.Kind]
	k.mu.Unlock()
	if found {
		return kind, nil
	}
	served, err := k.ask(ctx, gv)
	if err != nil {
		return Kind{}, err
	}
	k.mu.Lock()
	k.served[gv] = served
	k.mu.Unlock()
	if kind, found = served[gvk.Kind]; !found {
		return Kind{}, &NotInstalledError{GVK: gvk}
	}
	return kind, nil
}

// LookupAnyVersion is Lookup, falling back on the group's preferred version:
// for objects of an inventory whose version the cluster no longer serves.
func (k *Kinds) LookupAnyVersion(ctx context.Context, gvk schema.GroupVersionKind) (Kind, error) {
	kind, err := k.Lookup(ctx, gvk)
	if _, missing := err.(*NotInstalledError); !missing || gvk.Group == "" {
		return kind, err
	}
	group := metav1.APIGroup{}
	getErr := k.client.RESTClient().Get().AbsPath("/apis/" + gvk.Group).Do(ctx).Into(&group)
	if apierrors.IsNotFound(getErr) {
		return Kind{}, err
	}
	if getErr != nil {
		return Kind{}, fmt.Errorf("list versions of API group %s: %w", gvk.Group, getErr)
	}
	for _, v := range append([]metav1.GroupVersionForDiscovery{group.PreferredVersion}, group.Versions...) {
		if other, otherErr := k.Lookup(ctx, gvk.GroupKind().WithVersion(v.Version)); otherErr == nil {
			return other, nil
		}
	}
	return Kind{}, err
}

// Forget drops what is known of a group: after its CRDs changed, or when the
// server answers that a resource is not there.
func (k *Kinds) Forget(group string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for gv := range k.served {
		if gv.Group == group {
			delete(k.served, gv)
		}
	}
}

func (k *Kinds) ask(ctx context.Context, gv schema.GroupVersion) (map[string]Kind, error) {
	list, err := k.client.ServerResourcesForGroupVersionWithContext(ctx, gv.String())
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list kinds of %s: %w", gv, err)
	}
	served := make(map[string]Kind, len(list.APIResources))
	for _, r := range list.APIResources {
		if !strings.Contains(r.Name, "/") {
			served[r.Kind] = Kind{Resource: gv.WithResource(r.Name), Namespaced: r.Namespaced}
		}
	}
	return served, nil
}
