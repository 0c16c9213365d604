package hub_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/internal/hub"
	"github.com/fairlead/fairlead/internal/hub/webhook"
	"github.com/fairlead/fairlead/internal/hub/webhook/payload"
	"github.com/fairlead/fairlead/internal/testenv"
)

const hookSecret = "of the hooks"

// hooked is a second replica of the hub, which takes hooks and does not lead.
func (r *running) hooked(t *testing.T) *running {
	t.Helper()
	second := &running{Client: r.Client, namespace: r.namespace, git: r.git, opts: r.opts}
	second.opts.Replica, second.opts.DataDir, second.opts.WebhookAddr = "second", t.TempDir(), freeAddr(t)
	second.opts.Delivery.Addr = freeAddr(t)
	second.run(t)
	t.Cleanup(second.stop)
	err := r.Create(t.Context(), &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: r.namespace, Name: webhook.SecretName},
		StringData: map[string]string{"webhook.github.secret": hookSecret},
	})
	if err != nil {
		t.Fatal(err)
	}
	return second
}

// push sends GitHub's hook for a push of everything to main.
func (r *running) push(t *testing.T, repoURL, secret string) (code int, text string) {
	t.Helper()
	body := fmt.Sprintf(`{"ref": "refs/heads/main", "forced": true, "repository": {"name": "x", "default_branch": "main", "clone_url": %q}, "at": %d}`,
		repoURL, time.Now().UnixNano())
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+r.opts.WebhookAddr+webhook.Path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-GitHub-Event", "push")
	if secret != "" {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(body))
		req.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(bytes.TrimSpace(said))
}

func (r *running) notes(t *testing.T) int {
	t.Helper()
	var list corev1.ConfigMapList
	if err := r.List(t.Context(), &list, client.InNamespace(r.namespace), client.HasLabels{webhook.NoteLabel}); err != nil {
		t.Fatal(err)
	}
	return len(list.Items)
}

func TestASignedPushArrivesWithoutPollingWhicheverReplicaTakesIt(t *testing.T) {
	r := start(t, func(o *hub.Options) { o.LeaderElection = true })
	second := r.hooked(t)
	repo := r.repository(t, "dirs")
	r.apply(t, directories("dirs", repo.URL(), ""))
	r.awaitApps(t, "dirs-a", "dirs-b")
	commit, err := repo.Write(t.Context(), "add c", map[string]string{"apps/c/x.yaml": "a: b\n"})
	if err != nil {
		t.Fatal(err)
	}

	for _, secret := range []string{"", "another"} {
		if code, text := second.push(t, repo.URL(), secret); code != http.StatusUnauthorized {
			t.Errorf("a hook signed with %q: %d %s", secret, code, text)
		}
	}
	if code, text := second.push(t, r.git.URL("other"), hookSecret); code != http.StatusOK {
		t.Errorf("a push to a repository that nobody follows: %d %s", code, text)
	}
	time.Sleep(time.Second)
	if app, err := r.app(t, "dirs-c"); err == nil || r.notes(t) != 0 {
		t.Fatalf("hooks that were not taken led to %s and %d notes", app.Name, r.notes(t))
	}

	if code, text := second.push(t, repo.URL(), hookSecret); code != http.StatusAccepted {
		t.Fatalf("%d %s", code, text)
	}
	r.awaitPin(t, fleet.SetPinName("dirs"), commit)
	r.awaitApps(t, "dirs-c")
	eventually(t, func() error {
		if n := r.notes(t); n != 0 {
			return fmt.Errorf("%d notes left", n)
		}
		return nil
	})
}

// The leader may remove only what it has read, and what replicas write at once
// adds up.
func TestANoteThatWasAddedToStays(t *testing.T) {
	config := testenv.Hub(t)
	core, err := corev1client.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	configMaps := core.ConfigMaps(testenv.Namespace(t, config))
	replicas := []*webhook.Notes{webhook.NewNotes(configMaps), webhook.NewNotes(configMaps), webhook.NewNotes(configMaps)}
	event := func(ref string) payload.Event {
		return payload.Event{Provider: payload.GitHub, Repository: payload.Repository{Keys: []string{"a/b"}}, Moves: []payload.Move{{Ref: ref, All: true}}}
	}
	var wg sync.WaitGroup
	for i := range 30 {
		wg.Go(func() {
			if err := replicas[i%len(replicas)].Post(t.Context(), event(fmt.Sprint("refs/heads/", i))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	ctx, stop := context.WithCancel(t.Context())
	names := make(chan string, 100)
	watched := make(chan error, 1)
	go func() { watched <- replicas[0].Watch(ctx, func(name string) { names <- name }) }()
	name := <-names
	read, ok, err := replicas[0].Read(t.Context(), name)
	if err != nil || !ok || len(read.Event.Moves) != 30 {
		t.Fatalf("read %d moves of 30: %v, %v", len(read.Event.Moves), ok, err)
	}
	if err := replicas[1].Post(t.Context(), event("refs/heads/late")); err != nil {
		t.Fatal(err)
	}
	if err := replicas[0].Remove(t.Context(), read); !errors.Is(err, webhook.ErrChanged) {
		t.Errorf("removing what was added to: %v", err)
	}
	if again := <-names; again != name {
		t.Errorf("told of %s, want %s", again, name)
	}
	if read, _, err = replicas[0].Read(t.Context(), name); err != nil || len(read.Event.Moves) != 31 {
		t.Errorf("%d moves of 31: %v", len(read.Event.Moves), err)
	}
	for range 2 { // the second time it is gone already
		if err := replicas[0].Remove(t.Context(), read); err != nil {
			t.Error(err)
		}
	}
	if _, ok, err := replicas[0].Read(t.Context(), name); ok || err != nil {
		t.Errorf("still there: %v, %v", ok, err)
	}
	stop()
	if err := <-watched; err != nil {
		t.Error(err)
	}
}
