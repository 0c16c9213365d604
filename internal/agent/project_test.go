package agent_test

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// under is the bundle of an application under a project.
func (s *site) under(name string, policy *v1alpha1.SyncPolicy, project func(*v1alpha1.AppProjectSpec), modify ...func(*v1alpha1.Application)) *deliveryv1.Bundle {
	s.t.Helper()
	app := &v1alpha1.Application{}
	app.Namespace, app.Name, app.UID = "argocd", name, types.UID("uid-"+name)
	app.Spec = v1alpha1.ApplicationSpec{
		Source:      &v1alpha1.ApplicationSource{RepoURL: s.repo.URL(), Path: name, TargetRevision: "main"},
		Destination: v1alpha1.ApplicationDestination{Name: "here", Namespace: s.ns},
		Project:     "edge", SyncPolicy: policy,
	}
	for _, m := range modify {
		m(app)
	}
	spec := anything()
	project(&spec)
	return s.bundleOf(app, spec)
}

func as(*v1alpha1.AppProjectSpec) {}

func account(name string) string {
	return "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: " + name + "}\n"
}

func condition(a v1alpha1.ApplicationStatus, kind string) string {
	for _, c := range a.Conditions {
		if c.Type == kind {
			return c.Message
		}
	}
	return ""
}

func TestAKindThatTheProjectDeniesFailsTheSyncBeforeItChangesAnything(t *testing.T) {
	s := newSite(t, files(map[string]string{"web/c.yaml": configMap("web-config", "one"), "web/a.yaml": account("robot")}))
	denied := func(p *v1alpha1.AppProjectSpec) {
		p.NamespaceResourceBlacklist = []metav1.GroupKind{{Kind: "ServiceAccount"}}
	}
	once := full()
	once.Retry.Limit = 0
	s.start()
	s.hub.put(s.under("web", once, denied))
	got := s.awaitStatus("web", "refused", func(a v1alpha1.ApplicationStatus) bool {
		return a.OperationState != nil && a.OperationState.Phase == v1alpha1.OperationFailed
	})
	if m := got.OperationState.Message; !strings.Contains(m, "resource :ServiceAccount is not permitted in project edge") || !strings.Contains(m, "spec.namespaceResourceBlacklist[0]") {
		t.Errorf("message %q", m)
	}
	if s.get(configMaps, "web-config") != nil {
		t.Error("the sync changed something")
	}
	for _, r := range got.Resources {
		if r.Kind == "ServiceAccount" && r.Status != v1alpha1.SyncStatusCodeUnknown {
			t.Errorf("%s is %s, want Unknown", r.Name, r.Status)
		}
	}

	s.hub.put(s.under("web", once, as))
	s.awaitHealthy("web")
	// Denied now: what left Git is neither shown nor pruned.
	if _, err := s.repo.Delete(t.Context(), "no account", "web/a.yaml"); err != nil {
		t.Fatal(err)
	}
	s.commit(map[string]string{"web/c.yaml": configMap("web-config", "two")})
	s.hub.put(s.under("web", once, denied))
	if got = s.awaitHealthy("web"); len(got.Resources) != 1 {
		t.Errorf("resources %+v, want the ConfigMap alone", got.Resources)
	}
	if s.get(serviceAccounts, "robot") == nil {
		t.Fatal("what the project denies was pruned")
	}
	// Permitted again: it is still accounted for, and goes.
	s.hub.put(s.under("web", once, as))
	s.await("the account to be pruned", patience, func() (bool, string) { return s.get(serviceAccounts, "robot") == nil, "" })
}

func TestAForbiddenApplicationKeepsWhatRanAlsoOffline(t *testing.T) {
	s := newSite(t, files(map[string]string{"web/c.yaml": configMap("web-config", "one")}))
	s.start()
	s.hub.put(s.under("web", full(), as))
	s.awaitHealthy("web")
	s.commit(map[string]string{"web/c.yaml": configMap("web-config", "two")})
	s.hub.put(s.under("web", full(), func(p *v1alpha1.AppProjectSpec) { p.SourceRepos = []string{"https://elsewhere.invalid/*"} }))
	forbidden := func(a v1alpha1.ApplicationStatus) bool {
		m := condition(a, v1alpha1.ApplicationConditionInvalidSpecError)
		return strings.Contains(m, "application web: project edge: spec.sourceRepos") && a.Sync.Status == v1alpha1.SyncStatusCodeUnknown
	}
	s.awaitStatus("web", "forbidden", forbidden)
	value := func() string {
		if o := s.get(configMaps, "web-config"); o != nil {
			v, _ := o.Object["data"].(map[string]any)["value"].(string)
			return v
		}
		return ""
	}
	heal := func() {
		t.Helper()
		s.patch("web-config", `{"data":{"value":"by hand"}}`)
		s.await("what ran to be healed", patience, func() (bool, string) { return value() == "one", value() })
	}
	heal()
	s.stop()
	s.hub.leave()
	s.start() // with the project that it heard of last
	heal()
	s.hub.back()
	s.hub.put(s.under("web", full(), as))
	s.awaitHealthy("web")
	if value() != "two" {
		t.Errorf("value %q once permitted", value())
	}
}

func TestADestinationOutsideTheProjectIsRefusedPerObject(t *testing.T) {
	elsewhere := configMap("stray", "x")
	s := newSite(t, files(map[string]string{"web/c.yaml": configMap("web-config", "one"),
		"web/other.yaml": strings.Replace(elsewhere, "name: stray", "name: stray\n  namespace: kube-public", 1)}))
	s.start()
	s.hub.put(s.under("web", full(), func(p *v1alpha1.AppProjectSpec) {
		p.Destinations = []v1alpha1.ApplicationDestination{{Name: "here", Namespace: s.ns}}
	}))
	s.awaitStatus("web", "refused", func(a v1alpha1.ApplicationStatus) bool {
		return strings.Contains(condition(a, v1alpha1.ApplicationConditionSyncError), "namespace kube-public is not permitted in project 'edge'")
	})
	if s.get(configMaps, "web-config") != nil {
		t.Error("the sync changed something")
	}
}
