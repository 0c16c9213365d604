package enroll

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/delivery/identity"
)

// memoryTokens is a TokenStore for tests of what is above it.
type memoryTokens struct {
	mu     sync.Mutex
	tokens map[string]Token
}

func newMemoryTokens() *memoryTokens { return &memoryTokens{tokens: map[string]Token{}} }

func (m *memoryTokens) Create(_ context.Context, t Token) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tokens[t.ID] = t
	return nil
}

func (m *memoryTokens) Get(_ context.Context, id string) (Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t, ok := m.tokens[id]
	if !ok {
		return Token{}, ErrUnknown
	}
	return t, nil
}

func (m *memoryTokens) MarkUsed(_ context.Context, id string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	t, ok := m.tokens[id]
	if !ok {
		return ErrUnknown
	}
	if !t.Used.IsZero() {
		return ErrUsed
	}
	t.Used = at
	m.tokens[id] = t
	return nil
}

func TestTokens(t *testing.T) {
	testTokens(t, newMemoryTokens())
}

// testTokens is what every TokenStore must make true.
func testTokens(t *testing.T, store TokenStore) {
	ctx := context.Background()
	at := now
	tokens := NewTokens(store, func() time.Time { return at })
	issue := func() identity.JoinToken {
		t.Helper()
		token, err := tokens.Issue(ctx, "edge-tokyo-1", "https://hub:8443", newCA(t).Pin())
		if err != nil {
			t.Fatal(err)
		}
		return token
	}

	t.Run("once", func(t *testing.T) {
		token := issue()
		if cluster, err := tokens.Redeem(ctx, token.Credential()); cluster != "edge-tokyo-1" || err != nil {
			t.Fatalf("%q %v", cluster, err)
		}
		_, err := tokens.Redeem(ctx, token.Credential())
		if !errors.Is(err, ErrUsed) || !strings.Contains(err.Error(), "create a new one: fairlead cluster token edge-tokyo-1") {
			t.Errorf("second time: %v", err)
		}
	})
	t.Run("one of many at once", func(t *testing.T) {
		token := issue()
		errs := make(chan error, 8)
		for range cap(errs) {
			go func() {
				_, err := tokens.Redeem(ctx, token.Credential())
				errs <- err
			}()
		}
		redeemed := 0
		for range cap(errs) {
			if err := <-errs; err == nil {
				redeemed++
			} else if !errors.Is(err, ErrUsed) {
				t.Error(err)
			}
		}
		if redeemed != 1 {
			t.Errorf("redeemed %d times", redeemed)
		}
	})
	t.Run("wrong secret", func(t *testing.T) {
		token := issue()
		wrong := token
		wrong.Secret[0] ^= 1
		if _, err := tokens.Redeem(ctx, wrong.Credential()); !errors.Is(err, ErrUnknown) || strings.Contains(err.Error(), "edge") {
			t.Errorf("wrong secret: %v", err)
		}
		if _, err := tokens.Redeem(ctx, token.Credential()); err != nil {
			t.Errorf("a wrong secret used the token up: %v", err)
		}
		if _, err := tokens.Redeem(ctx, wrong.Credential()); !errors.Is(err, ErrUnknown) {
			t.Errorf("wrong secret of a used token: %v", err)
		}
	})
	t.Run("unknown", func(t *testing.T) {
		for _, credential := range []string{"", "x", "aaaaaaaa.", "../../../x." + issue().Credential(), identity.JoinToken{ID: "aaaaaaaaaaaaaaaa"}.Credential()} {
			if _, err := tokens.Redeem(ctx, credential); !errors.Is(err, ErrUnknown) {
				t.Errorf("%q: %v", credential, err)
			}
		}
	})
	t.Run("expired", func(t *testing.T) {
		token := issue()
		at = at.Add(TokenLifetime + time.Second)
		_, err := tokens.Redeem(ctx, token.Credential())
		if !errors.Is(err, ErrExpired) || !strings.Contains(err.Error(), "fairlead cluster token edge-tokyo-1") {
			t.Errorf("%v", err)
		}
	})
	t.Run("names", func(t *testing.T) {
		for _, name := range []string{"", "Edge", "a/b", "a_b", strings.Repeat("a", 254)} {
			if _, err := tokens.Issue(ctx, name, "https://hub", identity.Pin{}); err == nil {
				t.Errorf("issued for %q", name)
			}
		}
		if _, err := tokens.Issue(ctx, "a", "http://hub", identity.Pin{}); err == nil {
			t.Error("issued for a plain text endpoint")
		}
	})
}

func TestStoredTokenHoldsNoSecret(t *testing.T) {
	store := newMemoryTokens()
	token, err := NewTokens(store, time.Now).Issue(context.Background(), "a", "https://hub", identity.Pin{})
	if err != nil {
		t.Fatal(err)
	}
	kept := fmt.Sprintf("%x", store.tokens[token.ID])
	if strings.Contains(kept, fmt.Sprintf("%x", token.Secret)) {
		t.Error("the secret is kept")
	}
}
