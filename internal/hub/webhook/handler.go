package webhook

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/go-logr/logr"
	"golang.org/x/time/rate"

	"github.com/fairlead/fairlead/internal/hub/webhook/payload"
)

const (
	// maxBody is the largest body that is read, in bytes.
	maxBody = 1 << 20
	// maxInFlight bodies are held at once; slotPatience is how long a hook
	// waits for its turn.
	maxInFlight  = 32
	slotPatience = 5 * time.Second
)

// Poster makes an accepted hook outlive this process before it is answered.
type Poster interface {
	Post(ctx context.Context, e payload.Event) error
}

// Concern says whether anything that the hub serves could follow from an
// event.
type Concern interface {
	Concerns(ctx context.Context, e payload.Event) bool
}

// Options of a Handler.
type Options struct {
	// Secrets reads Secrets of the control namespace.
	Secrets SecretReader
	Notes   Poster
	World   Concern
	Metrics *Metrics
	Logger  logr.Logger
	// Now is the clock.
	Now func() time.Time
}

// Why a genuine hook leads to nothing: a metric's label.
const (
	idleEvent      = "event"
	idleDuplicate  = "duplicate"
	idleUnfollowed = "unfollowed"
)

var idleText = map[string]string{
	idleEvent:      "an event of this kind changes nothing here",
	idleDuplicate:  "received before",
	idleUnfollowed: "nothing here follows this",
}

// Handler takes hooks.
type Handler struct {
	opts      Options
	providers []provider
	secrets   *secrets
	seen      *seen
	slots     chan struct{}
	logs      *rate.Limiter
}

// NewHandler returns a Handler for Path and GenericPath.
func NewHandler(o Options) *Handler {
	return &Handler{
		opts: o, providers: providers(), secrets: &secrets{reader: o.Secrets, now: o.Now}, seen: newSeen(o.Now),
		slots: make(chan struct{}, maxInFlight), logs: rate.NewLimiter(1, 10),
	}
}

// refusal is why a hook is not taken.
type refusal struct {
	code   int
	reason string // a metric's label
	text   string // for the sender: names no secret and repeats no body
}

func (r *refusal) Error() string { return r.text }

func refuse(code int, reason, format string, args ...any) error {
	return &refusal{code, reason, fmt.Sprintf(format, args...)}
}

// ServeHTTP answers 202 for a hook that will be acted on, 200 for one that
// concerns nothing here, and an error with its reason for any other.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p := h.provider(r)
	h.opts.Metrics.received.WithLabelValues(string(p.name)).Inc()
	idle, err := h.take(w, r, p)
	var no *refusal
	switch {
	case errors.As(err, &no):
		h.refused(w, r, p, no)
	case err != nil:
		h.opts.Logger.Error(err, "a hook was not taken", "provider", p.name)
		h.refused(w, r, p, &refusal{http.StatusServiceUnavailable, "unavailable", "the hub cannot take hooks now: send it again later"})
	case idle != "":
		h.opts.Metrics.idle.WithLabelValues(idle).Inc()
		reply(w, http.StatusOK, idleText[idle])
	default:
		reply(w, http.StatusAccepted, "accepted")
	}
}

func (h *Handler) refused(w http.ResponseWriter, r *http.Request, p provider, no *refusal) {
	h.opts.Metrics.refused.WithLabelValues(no.reason).Inc()
	if h.logs.AllowN(h.opts.Now(), 1) {
		h.opts.Logger.Info("a hook was refused", "provider", p.name, "reason", no.reason, "why", no.text, "from", r.RemoteAddr)
	}
	if no.code == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "10")
	}
	if no.code == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	reply(w, no.code, no.text)
}

func reply(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(code)
	_, _ = io.WriteString(w, text+"\n")
}

func (h *Handler) provider(r *http.Request) provider {
	for _, p := range h.providers {
		if p.claims(r) {
			return p
		}
	}
	return provider{name: unknownProvider}
}

// take does what it says in order of cost: headers, then the body's size, then
// its signature, and only then its content. idle says why a genuine hook leads
// to nothing.
func (h *Handler) take(w http.ResponseWriter, r *http.Request, p provider) (idle string, err error) {
	proof, err := h.admit(r, p)
	if err != nil {
		return "", err
	}
	if err := h.slot(r.Context()); err != nil {
		return "", err
	}
	h.opts.Metrics.pending.Inc()
	defer func() { h.opts.Metrics.pending.Dec(); <-h.slots }()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return "", tooLarge()
	case err != nil:
		return "", refuse(http.StatusBadRequest, "unread", "the body did not arrive whole")
	case !proof.genuine(r.Header, body, h.opts.Now()):
		return "", wrongSignature(p)
	}
	return h.act(r, p, body)
}

// admit looks at everything but the body.
func (h *Handler) admit(r *http.Request, p provider) (scheme, error) {
	switch {
	case r.Method != http.MethodPost:
		return nil, refuse(http.StatusMethodNotAllowed, "method", "hooks are sent with POST")
	case p.scheme == nil:
		return nil, refuse(http.StatusBadRequest, "unknown", "no header tells which Git host sends this: see docs/webhooks.md for those that are known, and %s for others", GenericPath)
	case r.ContentLength > maxBody:
		return nil, tooLarge()
	}
	values, err := h.secrets.get(r.Context())
	if err != nil {
		return nil, err
	}
	proof, err := p.scheme(values)
	if err != nil {
		return nil, refuse(http.StatusForbidden, "no-secret", "%s", err.Error())
	}
	if !proof.plausible(r.Header) {
		return nil, wrongSignature(p)
	}
	return proof, nil
}

func tooLarge() error {
	return refuse(http.StatusRequestEntityTooLarge, "too-large", "the body is larger than %d bytes", maxBody)
}

func wrongSignature(p provider) error {
	return refuse(http.StatusUnauthorized, "signature", "the %s signature is missing, wrong or too old: check the secret on both sides", p.name)
}

func (h *Handler) slot(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, slotPatience)
	defer cancel()
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return refuse(http.StatusServiceUnavailable, "busy", "too many hooks at once: send it again later")
	}
}

// act decodes a genuine hook and posts it.
func (h *Handler) act(r *http.Request, p provider, body []byte) (idle string, err error) {
	e, err := read(p, first(r.Header, p.event), body)
	if err != nil {
		return "", refuse(http.StatusBadRequest, "malformed", "%s", err.Error())
	}
	if e.IsZero() {
		return idleEvent, nil
	}
	// What distinguishes events of one body counts too: GitLab's and Azure
	// DevOps' is in the body, the others' in a header.
	sum := digest(sha256.Sum256(append([]byte(first(r.Header, p.event)+"\x00"), body...)))
	id := first(r.Header, p.delivery)
	if h.seen.again(e.Key(), id, sum) {
		return idleDuplicate, nil
	}
	if !h.opts.World.Concerns(r.Context(), e) {
		return idleUnfollowed, nil
	}
	if err := h.opts.Notes.Post(r.Context(), e); err != nil {
		return "", err
	}
	h.seen.took(e.Key(), id, sum)
	h.opts.Logger.Info("a hook was taken", "provider", p.name, "subject", e.Subject(), "moves", len(e.Moves), "pullRequests", e.PullRequests, "listing", e.Listing)
	return "", nil
}

// read decodes; whatever a payload does, it ends as an error.
func read(p provider, event string, body []byte) (e payload.Event, err error) {
	defer func() {
		if recover() != nil {
			e, err = payload.Event{}, errors.New("the payload cannot be read")
		}
	}()
	return p.decode(event, body)
}
