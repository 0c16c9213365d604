package hub_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/hub/healthrules"
)

// configMap writes the data of a ConfigMap in the control namespace.
func (r *running) configMap(t *testing.T, name string, data map[string]string) *corev1.ConfigMap {
	t.Helper()
	cm := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: r.namespace, Name: name}, Data: data}
	err := r.Create(t.Context(), cm)
	if client.IgnoreAlreadyExists(err) != nil {
		t.Fatal(err)
	}
	if err != nil {
		before := &corev1.ConfigMap{}
		if err := r.Get(t.Context(), client.ObjectKeyFromObject(cm), before); err != nil {
			t.Fatal(err)
		}
		after := before.DeepCopy()
		after.Data = data
		if err := r.Patch(t.Context(), after, client.MergeFrom(before)); err != nil {
			t.Fatal(err)
		}
		cm = after
	}
	return cm
}

// ear is an agent that only listens for health rules.
type ear struct {
	mu   sync.Mutex
	told []map[string]string
}

// listen to the hub that runs, as the agent of its own cluster.
func (r *running) listen(t *testing.T) *ear {
	t.Helper()
	credentials := r.hub.InCluster()
	certificate, ca, err := credentials.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	c, err := delivery.NewClient(delivery.ClientOptions{
		Endpoint: credentials.Endpoint(), CA: ca, Certificate: certificate, Version: "test", Time: delivery.NewAgentTime(time.Now),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	e := &ear{}
	eventually(t, func() error {
		stream, err := c.Watch(t.Context(), delivery.Have{})
		if err == nil {
			go e.hear(stream)
		}
		return err
	})
	return e
}

func (e *ear) hear(stream *delivery.Stream) {
	for {
		answer, err := stream.Next()
		if err != nil {
			return
		}
		if answer.GetSettings() != nil {
			e.mu.Lock()
			e.told = append(e.told, answer.GetSettings().GetHealthRules())
			e.mu.Unlock()
		}
	}
}

// rules that were told, in order.
func (e *ear) rules() []map[string]string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.told)
}

// awaitRules waits until these were told last.
func (e *ear) awaitRules(t *testing.T, want map[string]string) {
	t.Helper()
	eventually(t, func() error {
		told := e.rules()
		if len(told) == 0 || !maps.Equal(told[len(told)-1], want) {
			return fmt.Errorf("the agent was told %v, want %v", told, want)
		}
		return nil
	})
}

// awaitNote waits for an event about a ConfigMap that has all of
// parts.
func (r *running) awaitNote(t *testing.T, name, reason string, parts ...string) {
	t.Helper()
	eventually(t, func() error {
		var list corev1.EventList
		if err := r.List(context.Background(), &list, client.InNamespace(r.namespace)); err != nil {
			return err
		}
		var seen []string
		for _, e := range list.Items {
			if e.InvolvedObject.Kind != "ConfigMap" || e.InvolvedObject.Name != name || e.Reason != reason || e.Type != corev1.EventTypeWarning {
				continue
			}
			seen = append(seen, e.Message)
			if hasAll(e.Message, parts) {
				return nil
			}
		}
		return fmt.Errorf("no event %s about %s with %q among %q", reason, name, parts, seen)
	})
}

func hasAll(text string, parts []string) bool {
	for _, p := range parts {
		if !strings.Contains(text, p) {
			return false
		}
	}
	return true
}

// Rules in the ConfigMap reach the agents, change, and end with it; those that
// are refused are named in an event and in an annotation, and the others hold.
func TestHealthRulesReachAgents(t *testing.T) {
	r := start(t)
	agent := r.listen(t)
	const good, secret = "- {when: true, status: Healthy}", "- {when: true, status: Degraded}"
	rules := map[string]string{"example.com_Widget": good, "timeouts": "default: 30m"}
	cm := r.configMap(t, healthrules.ConfigMapName, rules)
	agent.awaitRules(t, rules)

	broken := "- {when: '1 +', status: Healthy}"
	r.configMap(t, healthrules.ConfigMapName, map[string]string{"example.com_Widget": good, "example.com_Gear": broken, "Secret": secret, "timeouts": "default: soon"})
	agent.awaitRules(t, map[string]string{"example.com_Widget": good, "example.com_Gear": broken, "timeouts": "default: soon"})
	named := []string{"health rules example.com_Gear, rule 1, when", "health rules Secret: ", "health rules timeouts, default: soon"}
	r.awaitNote(t, healthrules.ConfigMapName, healthrules.ReasonRefused, named...)
	refused := func() string {
		var live corev1.ConfigMap
		if err := r.Get(t.Context(), client.ObjectKeyFromObject(cm), &live); err != nil {
			t.Fatal(err)
		}
		return live.Annotations[healthrules.AnnotationRefused]
	}
	eventually(t, func() error {
		if note := refused(); !hasAll(note, named) {
			return fmt.Errorf("annotation is %q", note)
		}
		return nil
	})

	// Mended while the hub is away: it says so when it is back, and agents are
	// told what stands before anything else.
	r.stop()
	r.configMap(t, healthrules.ConfigMapName, rules)
	r.run(t)
	agent = r.listen(t)
	agent.awaitRules(t, rules)
	eventually(t, func() error {
		if note := refused(); note != "" {
			return fmt.Errorf("annotation is still %q", note)
		}
		return nil
	})
	if first := agent.rules()[0]; !maps.Equal(first, rules) {
		t.Errorf("an agent was first told %v, while the rules were %v", first, rules)
	}

	if err := r.Delete(t.Context(), cm); err != nil {
		t.Fatal(err)
	}
	agent.awaitRules(t, nil)
}

// A health check in Lua is named, with the way to write it in CEL.
func TestLuaHealthChecksAreNamed(t *testing.T) {
	r := start(t)
	r.configMap(t, "argocd-cm", map[string]string{"resource.customizations.health.example.com_Widget": "hs = {}"})
	r.awaitNote(t, "argocd-cm", healthrules.ReasonLua, "resource.customizations.health.example.com_Widget", "CEL", healthrules.ConfigMapName)
}
