package session

import (
	"context"
	"time"

	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/delivery/identity"
)

// Set is the desired set of one cluster.
type Set = delivery.Set

// Desired is what each cluster should have. Methods must not block for long
// and are called from many sessions at once.
type Desired interface {
	// Set returns the desired set of a cluster. The caller does not change it.
	// While the set is not known as a whole (caches still filling, say) it is an
	// error: a part would orphan the rest.
	Set(cluster string) (Set, error)
	// Subscribe returns a channel that receives when the set of a cluster may
	// have changed. A capacity of one is enough, signals may be merged, and
	// none may be lost between Subscribe and cancel.
	Subscribe(cluster string) (changed <-chan struct{}, cancel func())
}

// Info describes one session.
type Info struct {
	// Number rises with each session, also over restarts of the hub.
	Number uint64
	// Identity of the agent, from its certificate.
	Identity identity.Identity
	// AgentVersion as the agent says.
	AgentVersion string
	// Remote address, HOST:PORT.
	Remote string
	// Since is when it opened.
	Since time.Time
	// Highest position that the agent had seen when it connected.
	Highest delivery.Position
}

// Sink takes what sessions learn. For one cluster, calls come one at a time and
// in order; a replaced session is Disconnected before its successor is
// Connected.
type Sink interface {
	Connected(ctx context.Context, cluster string, session Info)
	Disconnected(ctx context.Context, cluster string, session Info)
	// Report is called with reports of the cluster's open session only, in the
	// order of their sequence. Which applications it names is the agent's word:
	// the implementation checks that each is this cluster's. An error is told to
	// the agent, which reports again.
	Report(ctx context.Context, cluster string, report *deliveryv1.ReportRequest) error
}

// Authority lets agents in.
type Authority interface {
	// Enroll redeems a join token's credential and signs the request's key.
	// Its errors are shown to the bearer of the token.
	Enroll(ctx context.Context, credential string, csr []byte) (Enrolled, error)
	// Renew signs the request's key for an identity that is valid now.
	Renew(ctx context.Context, id identity.Identity, csr []byte) (Enrolled, error)
	// IdentityValid says whether the UID is that of the cluster's current
	// enrolment: not superseded, not revoked. It is asked often and must answer
	// from memory.
	IdentityValid(cluster, uid string) bool
}

// Enrolled is a certificate and what its holder must know.
type Enrolled struct {
	Identity identity.Identity
	// Certificate, PEM, leaf first.
	Certificate []byte
	// CA is the PEM bundle to trust.
	CA []byte
}

// Guard stops tombstones when the hub may have been restored from a backup.
type Guard interface {
	// HigherPosition is told that an agent saw a position above that of the
	// cluster's set here. The implementation decides what it means; when it
	// means a restored hub, it holds tombstones from its return on.
	HigherPosition(ctx context.Context, cluster string, seen, own delivery.Position)
	// TombstonesHeld says whether tombstones are withheld from everybody. When
	// they are released, every cluster's Desired subscription must be signalled.
	TombstonesHeld() bool
}
