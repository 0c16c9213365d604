package anchor

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	coordinationv1 "k8s.io/client-go/kubernetes/typed/coordination/v1"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"

	"github.com/fairlead/fairlead/internal/store"
)

const (
	// KeySecret holds the key that seals the local store.
	KeySecret = "fairlead-agent-store"
	// Lease is held by the one agent that acts.
	Lease = "fairlead-agent"

	keyField     = "key"
	fieldManager = "fairlead-agent"
)

// ErrKey is a Secret that holds no usable key.
var ErrKey = errors.New("no sealing key")

// Anchor works in one namespace of one cluster.
type Anchor struct {
	namespace string
	core      typedcorev1.CoreV1Interface
	leases    coordinationv1.CoordinationV1Interface
	log       logr.Logger
}

// New anchor; nothing is read or written yet.
func New(cfg *rest.Config, namespace string, log logr.Logger) (*Anchor, error) {
	core, err := typedcorev1.NewForConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("make client for %s: %w", cfg.Host, err)
	}
	leases, err := coordinationv1.NewForConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("make client for %s: %w", cfg.Host, err)
	}
	return &Anchor{namespace: namespace, core: core, leases: leases, log: log}, nil
}

// Key is the key that seals the local store: read from its Secret, or made
// together with the namespace if there is none.
func (a *Anchor) Key(ctx context.Context) ([]byte, error) {
	secret, err := a.core.Secrets(a.namespace).Get(ctx, KeySecret, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		if err := a.ensureNamespace(ctx); err != nil {
			return nil, err
		}
		secret, err = a.makeKey(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("read secret %s/%s: %w", a.namespace, KeySecret, err)
	}
	key := secret.Data[keyField]
	if len(key) != store.KeySize {
		return nil, fmt.Errorf("%w: secret %s/%s has no %d bytes in %q: restore it, or delete it together with the agent's data directory",
			ErrKey, a.namespace, KeySecret, store.KeySize, keyField)
	}
	return key, nil
}

func (a *Anchor) ensureNamespace(ctx context.Context) error {
	_, err := a.core.Namespaces().Get(ctx, a.namespace, metav1.GetOptions{})
	if !apierrors.IsNotFound(err) {
		if err != nil {
			return fmt.Errorf("read namespace %s: %w", a.namespace, err)
		}
		return nil
	}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: a.namespace}}
	_, err = a.core.Namespaces().Create(ctx, namespace, metav1.CreateOptions{FieldManager: fieldManager})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("make namespace %s: %w", a.namespace, err)
	}
	return nil
}

// makeKey writes a fresh key, unless another agent was faster: then its key
// counts.
func (a *Anchor) makeKey(ctx context.Context) (*corev1.Secret, error) {
	key := make([]byte, store.KeySize)
	if _, err := rand.Read(key); err != nil {
		return nil, fmt.Errorf("make sealing key: %w", err)
	}
	immutable := true
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: KeySecret, Namespace: a.namespace},
		Immutable:  &immutable,
		Data:       map[string][]byte{keyField: key},
	}
	made, err := a.core.Secrets(a.namespace).Create(ctx, secret, metav1.CreateOptions{FieldManager: fieldManager})
	if apierrors.IsAlreadyExists(err) {
		return a.core.Secrets(a.namespace).Get(ctx, KeySecret, metav1.GetOptions{})
	}
	return made, err
}
