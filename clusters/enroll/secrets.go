package enroll

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
)

const (
	// CASecret holds the fleet's CA: tls.crt and tls.key.
	CASecret = "fairlead-ca"
	// TokenLabel marks the Secrets of join tokens; its value is the token's ID.
	TokenLabel = "fairlead.dev/join-token"

	tokenSecretPrefix = "fairlead-join-"
	tokenSecretType   = corev1.SecretType("fairlead.dev/join-token")
	// retention keeps used and expired tokens, so that who comes late is told
	// why, before Purge removes them.
	retention = 7 * 24 * time.Hour
)

// The fields of a token's Secret.
const (
	hashField    = "hash"
	clusterField = "cluster"
	expiresField = "expires"
	usedField    = "used"
)

// SecretTokens keeps each token in a Secret of the control namespace.
type SecretTokens struct{ secrets corev1client.SecretInterface }

var _ TokenStore = SecretTokens{}

// NewSecretTokens writes to the namespace of secrets.
func NewSecretTokens(secrets corev1client.SecretInterface) SecretTokens {
	return SecretTokens{secrets}
}

// Create implements TokenStore.
func (s SecretTokens) Create(ctx context.Context, token Token) error {
	_, err := s.secrets.Create(ctx, &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{
			Name:   tokenSecretPrefix + token.ID,
			Labels: map[string]string{TokenLabel: token.ID},
		},
		Type: tokenSecretType,
		Data: map[string][]byte{
			hashField:    token.Hash[:],
			clusterField: []byte(token.Cluster),
			expiresField: formatTime(token.Expires),
		},
	}, metav1.CreateOptions{})
	if err != nil {
		return fmt.Errorf("create secret %s%s: %w", tokenSecretPrefix, token.ID, err)
	}
	return nil
}

// Get implements TokenStore.
func (s SecretTokens) Get(ctx context.Context, id string) (Token, error) {
	token, _, err := s.get(ctx, id)
	return token, err
}

func (s SecretTokens) get(ctx context.Context, id string) (Token, *corev1.Secret, error) {
	secret, err := s.secrets.Get(ctx, tokenSecretPrefix+id, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return Token{}, nil, ErrUnknown
	}
	if err != nil {
		return Token{}, nil, fmt.Errorf("get secret %s%s: %w", tokenSecretPrefix, id, err)
	}
	token, err := tokenOf(secret)
	return token, secret, err
}

// MarkUsed implements TokenStore: a patch that holds only for the version that
// was read unused.
func (s SecretTokens) MarkUsed(ctx context.Context, id string, at time.Time) error {
	token, secret, err := s.get(ctx, id)
	if err != nil {
		return err
	}
	if !token.Used.IsZero() {
		return ErrUsed
	}
	patch, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"resourceVersion": secret.ResourceVersion, "uid": secret.UID},
		"data":     map[string]any{usedField: base64.StdEncoding.EncodeToString(formatTime(at))},
	})
	if err != nil {
		return err
	}
	_, err = s.secrets.Patch(ctx, secret.Name, types.MergePatchType, patch, metav1.PatchOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return ErrUnknown
	case apierrors.IsConflict(err):
		return s.afterConflict(ctx, id, err)
	case err != nil:
		return fmt.Errorf("mark secret %s used: %w", secret.Name, err)
	}
	return nil
}

// afterConflict tells another redeemer from somebody who merely labelled the
// Secret; the latter is worth another attempt, by the agent.
func (s SecretTokens) afterConflict(ctx context.Context, id string, conflict error) error {
	token, err := s.Get(ctx, id)
	switch {
	case err != nil:
		return err
	case !token.Used.IsZero():
		return ErrUsed
	default:
		return fmt.Errorf("mark secret %s%s used: %w", tokenSecretPrefix, id, conflict)
	}
}

// Purge removes tokens that ended long ago.
func (s SecretTokens) Purge(ctx context.Context, now time.Time) error {
	list, err := s.secrets.List(ctx, metav1.ListOptions{LabelSelector: TokenLabel})
	if err != nil {
		return fmt.Errorf("list join tokens: %w", err)
	}
	for i := range list.Items {
		secret := &list.Items[i]
		token, err := tokenOf(secret)
		if err != nil || now.Before(token.Expires.Add(retention)) {
			continue // not ours to judge, or not yet
		}
		err = s.secrets.Delete(ctx, secret.Name, metav1.DeleteOptions{
			Preconditions: &metav1.Preconditions{UID: &secret.UID, ResourceVersion: &secret.ResourceVersion},
		})
		if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
			return fmt.Errorf("delete secret %s: %w", secret.Name, err)
		}
	}
	return nil
}

func tokenOf(secret *corev1.Secret) (Token, error) {
	token := Token{ID: secret.Labels[TokenLabel], Cluster: string(secret.Data[clusterField])}
	hash := secret.Data[hashField]
	expires, err := time.Parse(time.RFC3339, string(secret.Data[expiresField]))
	if err != nil || len(hash) != sha256.Size || token.Cluster == "" {
		return Token{}, fmt.Errorf("secret %s is not a join token: want %s, %s and %s", secret.Name, hashField, clusterField, expiresField)
	}
	token.Hash, token.Expires = [sha256.Size]byte(hash), expires
	if used, ok := secret.Data[usedField]; ok {
		if token.Used, err = time.Parse(time.RFC3339, string(used)); err != nil {
			token.Used = expires // unreadable, but used
		}
	}
	return token, nil
}

func formatTime(t time.Time) []byte { return []byte(t.UTC().Format(time.RFC3339)) }

// EnsureCA reads the fleet's CA, or makes it if there is none.
func EnsureCA(ctx context.Context, secrets corev1client.SecretInterface, fleet string, now time.Time) (*CA, error) {
	ca, err := readCA(ctx, secrets)
	if !apierrors.IsNotFound(err) {
		return ca, err
	}
	made, err := NewCA(fleet, now)
	if err != nil {
		return nil, err
	}
	key, err := made.KeyPEM()
	if err != nil {
		return nil, err
	}
	_, err = secrets.Create(ctx, &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: CASecret},
		Type:       corev1.SecretTypeTLS,
		Data:       map[string][]byte{corev1.TLSCertKey: made.CertificatePEM(), corev1.TLSPrivateKeyKey: key},
	}, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) { // another replica was first
		return readCA(ctx, secrets)
	}
	if err != nil {
		return nil, fmt.Errorf("create secret %s: %w", CASecret, err)
	}
	return made, nil
}

func readCA(ctx context.Context, secrets corev1client.SecretInterface) (*CA, error) {
	secret, err := secrets.Get(ctx, CASecret, metav1.GetOptions{})
	if err != nil {
		return nil, fmt.Errorf("get secret %s: %w", CASecret, err)
	}
	ca, err := ParseCA(secret.Data[corev1.TLSCertKey], secret.Data[corev1.TLSPrivateKeyKey])
	if err != nil {
		return nil, fmt.Errorf("secret %s: %w; restore it from a backup, or every agent must join again", CASecret, err)
	}
	return ca, nil
}
