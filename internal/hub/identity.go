package hub

import (
	"context"
	"fmt"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/uuid"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/clusters/enroll"
	"github.com/fairlead/fairlead/internal/delivery/identity"
	"github.com/fairlead/fairlead/internal/hub/desired"
	"github.com/fairlead/fairlead/internal/hub/session"
)

// authority lets agents in: it implements session.Authority over Clusters,
// join tokens and the fleet's CA.
type authority struct {
	fleetID   string
	ca        *enroll.CA
	tokens    *enroll.Tokens
	client    client.Client
	live      client.Reader // past the cache: the cluster may be seconds old
	index     *desired.Index
	namespace string
	now       func() time.Time

	mu     sync.Mutex
	issued map[string]issuedIdentity // by cluster
}

// issuedIdentity is what this replica issued last, and what was recorded
// before: while the caches still show that, the new one counts.
type issuedIdentity struct{ uid, before string }

var _ session.Authority = (*authority)(nil)

// Enroll redeems a token and gives the cluster a new identity; the one before
// it is void from then on. A request that could not be signed anyway does not
// cost the token.
func (a *authority) Enroll(ctx context.Context, credential string, csr []byte) (session.Enrolled, error) {
	if _, err := a.ca.SignCSR(csr, identity.Identity{Fleet: a.fleetID, Cluster: "unknown", UID: "none"}, a.now()); err != nil {
		return session.Enrolled{}, err
	}
	cluster, err := a.tokens.Redeem(ctx, credential)
	if err != nil {
		return session.Enrolled{}, err
	}
	return a.enroll(ctx, cluster, csr)
}

func (a *authority) enroll(ctx context.Context, cluster string, csr []byte) (session.Enrolled, error) {
	id := identity.Identity{Fleet: a.fleetID, Cluster: cluster, UID: string(uuid.NewUUID())}
	cert, err := a.ca.SignCSR(csr, id, a.now())
	if err != nil {
		return session.Enrolled{}, err
	}
	c := &fleet.Cluster{}
	err = a.live.Get(ctx, types.NamespacedName{Namespace: a.namespace, Name: cluster}, c)
	if apierrors.IsNotFound(err) {
		return session.Enrolled{}, fmt.Errorf("cluster %s has been removed from the fleet; add it again: fairlead cluster add %s", cluster, cluster)
	}
	if err != nil {
		return session.Enrolled{}, fmt.Errorf("read cluster %s: %w", cluster, err)
	}
	before := c.DeepCopy()
	c.Status.Identity = id.UID
	if err := a.client.Status().Patch(ctx, c, client.MergeFrom(before)); err != nil {
		return session.Enrolled{}, fmt.Errorf("record the identity of cluster %s: %w", cluster, err)
	}
	a.mu.Lock()
	a.issued[cluster] = issuedIdentity{uid: id.UID, before: before.Status.Identity}
	a.mu.Unlock()
	return session.Enrolled{Identity: id, Certificate: cert, CA: a.ca.CertificatePEM()}, nil
}

// Renew signs a new key for the same identity.
func (a *authority) Renew(_ context.Context, id identity.Identity, csr []byte) (session.Enrolled, error) {
	cert, err := a.ca.SignCSR(csr, id, a.now())
	if err != nil {
		return session.Enrolled{}, err
	}
	return session.Enrolled{Identity: id, Certificate: cert, CA: a.ca.CertificatePEM()}, nil
}

// IdentityValid answers from memory. An identity that this replica has just
// issued is valid although its own caches may not have seen it written.
func (a *authority) IdentityValid(cluster, uid string) bool {
	recorded, exists := a.index.Identity(cluster)
	if !exists {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if just, ok := a.issued[cluster]; ok {
		if recorded == just.before {
			return uid == just.uid // the caches have not seen it written yet
		}
		delete(a.issued, cluster) // from now on the record decides
	}
	return uid == recorded
}
