package agent_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"

	"github.com/fairlead/fairlead/internal/testenv"
)

// breaker ends watches of Deployments, and answers the next one that goes on
// where it stopped with 410 Gone, as an API server does that has compacted.
type breaker struct {
	mu   sync.Mutex
	open []io.Closer
	// broken refuses to watch until gone is to be said; said counts.
	broken, gone bool
	said         int
}

func (b *breaker) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		if !strings.HasSuffix(req.URL.Path, "/apis/apps/v1/deployments") || req.URL.Query().Get("watch") == "" {
			return next.RoundTrip(req)
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		switch {
		case b.broken:
			return answer(req, http.StatusServiceUnavailable, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"ServiceUnavailable","code":503}`), nil
		case b.gone:
			b.gone = false
			b.said++
			return answer(req, http.StatusGone, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Expired","code":410}`), nil
		}
		res, err := next.RoundTrip(req)
		if err == nil {
			b.open = append(b.open, res.Body)
		}
		return res, err
	})
}

func answer(req *http.Request, code int, body string) *http.Response {
	return &http.Response{StatusCode: code, Request: req, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body))}
}

func (b *breaker) set(broken, gone bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.broken, b.gone = broken, gone
	for _, watch := range b.open {
		_ = watch.Close()
	}
	b.open = nil
}

func (b *breaker) times() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.said
}

// G7 of the bad inputs: a watch that cannot go on where it stopped (410 Gone)
// lists anew, and what drifted meanwhile is healed.
func TestAWatchThatIsGoneListsAnew(t *testing.T) {
	b := &breaker{}
	cfg := rest.CopyConfig(testenv.Cluster(t, 1))
	cfg.Wrap(b.wrap)
	s := newSiteOn(t, cfg, files(map[string]string{"web/deployment.yaml": deployment("web", 2)}))
	s.start()
	s.hub.put(s.bundle("web", full()))
	s.awaitHealthy("web")
	b.set(true, false)
	s.scale("web", 5)
	b.set(false, true)
	s.await("the scale to be healed", patience, func() (bool, string) { return replicas(s.get(deployments, "web")) == 2, "" })
	if b.times() == 0 {
		t.Error("no watch was told that it is gone")
	}
}

// G4 of the bad inputs: a kind that is not the agent's cannot be read, because
// its conversion is down; the agent neither asks for it nor stops healing.
func TestAnUnrelatedConversionThatIsDown(t *testing.T) {
	s := newSite(t, files(map[string]string{"web/deployment.yaml": deployment("web", 2)}))
	group := s.ns + ".example.com"
	definition := strings.Replace(crd(group), "versions:", "versions:\n  - {name: v2, served: true, storage: false, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}", 1)
	made, err := decode(definition)
	if err != nil {
		t.Fatal(err)
	}
	definitionsHere := s.client.Resource(definitions)
	if _, err := definitionsHere.Create(t.Context(), made[0], metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = definitionsHere.Delete(t.Context(), made[0].GetName(), metav1.DeleteOptions{}) })
	widgets := schema.GroupVersionResource{Group: group, Version: "v1", Resource: "widgets"}
	widget, err := decode("apiVersion: " + group + "/v1\nkind: Widget\nmetadata: {name: w}\n")
	if err != nil {
		t.Fatal(err)
	}
	s.await("the kind to be served", patience, func() (bool, string) {
		_, err := s.client.Resource(widgets).Namespace(s.ns).Create(t.Context(), widget[0], metav1.CreateOptions{})
		return err == nil, ""
	})
	s.patchDefinition(made[0].GetName(), `{"spec":{"conversion":{"strategy":"Webhook","webhook":{"conversionReviewVersions":["v1"],"clientConfig":{"url":"https://127.0.0.1:1/"}}}}}`)
	second := widgets
	second.Version = "v2"
	s.await("the conversion to fail", patience, func() (bool, string) {
		_, err := s.client.Resource(second).Namespace(s.ns).List(t.Context(), metav1.ListOptions{})
		return err != nil && strings.Contains(err.Error(), "conversion"), ""
	})
	defer func() {
		s.patchDefinition(made[0].GetName(), `{"spec":{"conversion":{"strategy":"None","webhook":null}}}`)
		s.remove(widgets, "w")
	}()

	s.start()
	s.hub.put(s.bundle("web", full()))
	s.awaitHealthy("web")
	s.scale("web", 5)
	s.await("the scale to be healed", healLimit, func() (bool, string) { return replicas(s.get(deployments, "web")) == 2, "" })
	for _, req := range s.requests.take() {
		if strings.Contains(req, group) {
			t.Errorf("the agent asked for a kind that is not its own: %s", req)
		}
	}
}

func (s *site) patchDefinition(name, patch string) {
	s.t.Helper()
	if _, err := s.client.Resource(definitions).Patch(s.t.Context(), name, types.MergePatchType, []byte(patch), metav1.PatchOptions{}); err != nil {
		s.t.Fatal(err)
	}
}
