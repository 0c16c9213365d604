package webhook

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr/funcr"
	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/internal/hub/webhook/payload"
)

const secret = "correct-horse"

var signingToken = standardPrefix + base64.StdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef"))

// allSecrets has one of every provider's.
var allSecrets = map[string]string{
	"webhook.github.secret": secret, "webhook.gitlab.secret": secret, "webhook.gogs.secret": secret, "webhook.bitbucket.secret": secret,
	"webhook.bitbucketserver.secret": secret, "webhook.generic.secret": secret,
	"webhook.azuredevops.username": "ada", "webhook.azuredevops.password": secret,
}

// vault is a namespace's Secrets.
type vault struct {
	mu      sync.Mutex
	secrets map[string]*corev1.Secret
	err     error
	reads   int
}

func newVault(values map[string]string) *vault {
	v := &vault{secrets: map[string]*corev1.Secret{}}
	if values != nil {
		v.put(SecretName, nil, values)
	}
	return v
}

func (v *vault) put(name string, labels, values map[string]string) {
	s := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}, Data: map[string][]byte{}}
	for k, value := range values {
		s.Data[k] = []byte(value)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.secrets[name] = s
}

func (v *vault) Get(_ context.Context, name string, _ metav1.GetOptions) (*corev1.Secret, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.reads++
	if v.err != nil {
		return nil, v.err
	}
	if s, ok := v.secrets[name]; ok {
		return s, nil
	}
	return nil, apierrors.NewNotFound(schema.GroupResource{Resource: "secrets"}, name)
}

// tray takes events, in memory.
type tray struct {
	mu     sync.Mutex
	events []payload.Event
	err    error
}

func (p *tray) Post(_ context.Context, e payload.Event) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.events = append(p.events, e)
	}
	return p.err
}

func (p *tray) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.events)
}

type everything bool

func (e everything) Concerns(context.Context, payload.Event) bool { return bool(e) }

// desk is a Handler with what it stands on.
type desk struct {
	*Handler
	vault    *vault
	tray     *tray
	registry *prometheus.Registry
	log      *bytes.Buffer
}

func newDesk(t *testing.T, values map[string]string, edit ...func(*Options)) *desk {
	t.Helper()
	d := &desk{vault: newVault(values), tray: &tray{}, registry: prometheus.NewRegistry(), log: &bytes.Buffer{}}
	metrics, err := NewMetrics(d.registry)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	logger := funcr.New(func(prefix, args string) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintln(d.log, prefix, args)
	}, funcr.Options{Verbosity: 10})
	o := Options{Secrets: d.vault, Notes: d.tray, World: everything(true), Metrics: metrics, Logger: logger, Now: time.Now}
	for _, e := range edit {
		e(&o)
	}
	d.Handler = NewHandler(o)
	return d
}

func (d *desk) send(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

// metric sums a counter over the labels whose value is given; "" means all.
func (d *desk) metric(t *testing.T, name, label string) float64 {
	return metricOf(t, d.registry, name, label)
}

func metricOf(t *testing.T, registry *prometheus.Registry, name, label string) float64 {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if label == "" || l.GetValue() == label {
					sum += m.GetCounter().GetValue()
				}
			}
		}
	}
	return sum
}

func request(path, body string, headers ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader([]byte(body)))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func mac(key string, parts ...string) string {
	var bytes [][]byte
	for _, p := range parts {
		bytes = append(bytes, []byte(p))
	}
	return hex.EncodeToString(sum([]byte(key), bytes...))
}

const someCommit, otherCommit = "1111111111111111111111111111111111111111", "2222222222222222222222222222222222222222"

// push is a push to a GitHub repository, and whatever else makes it different.
func push(repo, ref, salt string) string {
	return `{"ref": "` + ref + `", "before": "` + someCommit + `", "after": "` + otherCommit + `", "salt": "` + salt + `", "commits": [{"added": ["apps/a/x"], "removed": [], "modified": []}],
		"repository": {"name": "` + repo + `", "owner": {"login": "acme"}, "default_branch": "main", "html_url": "https://github.com/acme/` + repo + `"}}`
}

func github(body, delivery string) *http.Request {
	return request(Path, body, "X-GitHub-Event", "push", "X-GitHub-Delivery", delivery, "X-Hub-Signature-256", "sha256="+mac(secret, body))
}

func generic(body string, now time.Time) *http.Request {
	stamp := strconv.FormatInt(now.Unix(), 10)
	return request(GenericPath, body, GenericTimestamp, stamp, GenericSignature, "sha256="+mac(secret, stamp+"."+body))
}

// standardMAC signs with signingToken.
func standardMAC(text string) string {
	return base64.StdEncoding.EncodeToString(sum([]byte("0123456789abcdef0123456789abcdef"), []byte(text)))
}
