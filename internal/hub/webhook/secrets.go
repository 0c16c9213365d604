package webhook

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// SecretName is the Secret in the control namespace that holds the secrets of
// hooks, under Argo CD's keys. A value $NAME:KEY stands for a key of another
// Secret that is labelled app.kubernetes.io/part-of: argocd, and $KEY for
// another key of the same one.
// Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/webhook/.
const SecretName = "argocd-secret"

// fresh is how long what was read counts: a changed Secret takes effect after
// at most this.
const fresh = 10 * time.Second

// SecretReader reads Secrets of the control namespace.
type SecretReader interface {
	Get(ctx context.Context, name string, opts metav1.GetOptions) (*corev1.Secret, error)
}

// secrets reads SecretName at most once in a while, however many hooks come.
type secrets struct {
	reader SecretReader
	now    func() time.Time

	mu     sync.Mutex
	values map[string]string
	err    error
	until  time.Time
}

// get returns the values by key. While the API server is away it returns what
// was read last.
func (s *secrets) get(ctx context.Context) (map[string]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now().Before(s.until) {
		return s.values, s.err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	values, err := s.read(ctx)
	if err == nil {
		s.values, s.err, s.until = values, nil, s.now().Add(fresh)
		return values, nil
	}
	if s.values == nil {
		s.err = err
	}
	s.until = s.now().Add(time.Second)
	return s.values, s.err
}

func (s *secrets) read(ctx context.Context) (map[string]string, error) {
	values := map[string]string{}
	secret, err := s.reader.Get(ctx, SecretName, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return values, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read secret %s: %w", SecretName, err)
	}
	for key, value := range secret.Data {
		if !strings.HasPrefix(key, "webhook.") {
			continue
		}
		resolved, err := s.resolve(ctx, secret, strings.TrimSpace(string(value)))
		if err != nil {
			return nil, err
		}
		values[key] = resolved
	}
	return values, nil
}

// resolve follows one reference. One that leads nowhere is empty, which is no
// secret at all.
func (s *secrets) resolve(ctx context.Context, own *corev1.Secret, value string) (string, error) {
	reference, ok := strings.CutPrefix(value, "$")
	if !ok {
		return value, nil
	}
	name, key, other := strings.Cut(reference, ":")
	if !other {
		return strings.TrimSpace(string(own.Data[reference])), nil
	}
	secret, err := s.reader.Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) || apierrors.IsInvalid(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read secret %s: %w", name, err)
	}
	if secret.Labels["app.kubernetes.io/part-of"] != "argocd" {
		return "", nil
	}
	return strings.TrimSpace(string(secret.Data[key])), nil
}
