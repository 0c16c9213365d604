package enroll

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/fairlead/fairlead/internal/delivery/identity"
)

// TokenLifetime is how long a join token can be redeemed.
const TokenLifetime = time.Hour

// Why a join token does not let its bearer in.
var (
	ErrUnknown = errors.New("join token is not known here; create a new one: fairlead cluster token NAME")
	ErrUsed    = errors.New("join token has been used")
	ErrExpired = errors.New("join token has expired")
)

// Token is what is kept of a join token.
type Token struct {
	ID string
	// Hash is the SHA-256 of the secret, which has 256 random bits and so needs
	// neither salt nor stretching.
	Hash [sha256.Size]byte
	// Cluster that the token is bound to.
	Cluster string
	Expires time.Time
	// Used is when it was redeemed; zero before.
	Used time.Time
}

// TokenStore keeps tokens.
type TokenStore interface {
	Create(ctx context.Context, token Token) error
	// Get returns ErrUnknown for an ID that it does not hold.
	Get(ctx context.Context, id string) (Token, error)
	// MarkUsed succeeds once per token, whoever else calls it at the same time,
	// and returns ErrUsed after that.
	MarkUsed(ctx context.Context, id string, at time.Time) error
}

// Tokens issues and redeems join tokens.
type Tokens struct {
	store TokenStore
	clock func() time.Time
}

// NewTokens keeps its tokens in store.
func NewTokens(store TokenStore, clock func() time.Time) *Tokens {
	return &Tokens{store: store, clock: clock}
}

// Issue makes a join token for a cluster name. It is returned once and cannot be
// read again. endpoint is the hub's address, https://HOST[:PORT].
func (t *Tokens) Issue(ctx context.Context, cluster, endpoint string, pin identity.Pin) (identity.JoinToken, error) {
	if problems := validation.IsDNS1123Subdomain(cluster); len(problems) > 0 {
		return identity.JoinToken{}, fmt.Errorf("issue a join token for cluster %q: %s", cluster, strings.Join(problems, "; "))
	}
	if err := identity.CheckEndpoint(endpoint); err != nil {
		return identity.JoinToken{}, fmt.Errorf("issue a join token for cluster %s: %w", cluster, err)
	}
	token := identity.JoinToken{Endpoint: endpoint, Pin: pin, ID: newTokenID()}
	_, _ = rand.Read(token.Secret[:]) // never fails: crypto/rand ends the process instead
	err := t.store.Create(ctx, Token{
		ID:      token.ID,
		Hash:    sha256.Sum256(token.Secret[:]),
		Cluster: cluster,
		Expires: t.clock().Add(TokenLifetime),
	})
	if err != nil {
		return identity.JoinToken{}, fmt.Errorf("issue a join token for cluster %s: %w", cluster, err)
	}
	return token, nil
}

// newTokenID has 80 random bits.
func newTokenID() string {
	var raw [10]byte
	_, _ = rand.Read(raw[:]) // as above
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw[:]))
}

// Redeem uses up the token of a credential (identity.JoinToken.Credential) and
// returns the name of the cluster that it is bound to. A wrong secret is
// ErrUnknown and uses nothing up. ErrUsed and ErrExpired are told only to who
// knows the secret.
func (t *Tokens) Redeem(ctx context.Context, credential string) (cluster string, err error) {
	id, secret, err := identity.ParseCredential(credential)
	if err != nil {
		return "", ErrUnknown
	}
	token, err := t.store.Get(ctx, id)
	if err != nil {
		return "", err
	}
	hash := sha256.Sum256(secret[:])
	if subtle.ConstantTimeCompare(hash[:], token.Hash[:]) != 1 {
		return "", ErrUnknown
	}
	now := t.clock()
	switch {
	case !token.Used.IsZero():
		err = ErrUsed
	case now.After(token.Expires):
		err = ErrExpired
	default:
		err = t.store.MarkUsed(ctx, id, now)
	}
	if errors.Is(err, ErrUsed) || errors.Is(err, ErrExpired) {
		return "", fmt.Errorf("%w; create a new one: fairlead cluster token %s", err, token.Cluster)
	}
	if err != nil {
		return "", fmt.Errorf("redeem the join token of cluster %s: %w", token.Cluster, err)
	}
	return token.Cluster, nil
}
