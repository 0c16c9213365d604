package agent_test

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent"
	"github.com/fairlead/fairlead/internal/agent/reconcile"
)

var (
	serviceAccounts = schema.GroupVersionResource{Version: "v1", Resource: "serviceaccounts"}
	roles           = schema.GroupVersionResource{Group: "rbac.authorization.k8s.io", Version: "v1", Resource: "roles"}
	bindings        = schema.GroupVersionResource{Group: "rbac.authorization.k8s.io", Version: "v1", Resource: "rolebindings"}
)

func (s *site) create(kind schema.GroupVersionResource, text string) {
	s.t.Helper()
	u := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(text), &u.Object); err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.client.Resource(kind).Namespace(s.ns).Create(s.t.Context(), u, metav1.CreateOptions{}); err != nil {
		s.t.Fatal(err)
	}
}

func TestAServiceAccountAppliesAndPrunesForItsApplication(t *testing.T) {
	s := newSite(t, files(map[string]string{"web/c.yaml": configMap("web-config", "one"), "web/d.yaml": configMap("second", "one")}))
	s.create(serviceAccounts, account("deployer"))
	s.options = func(o *agent.Options) { o.Impersonation = reconcile.ImpersonationEnforced }
	s.start()
	deployer := func(p *v1alpha1.AppProjectSpec) {
		p.DestinationServiceAccounts = []v1alpha1.ApplicationDestinationServiceAccount{{Server: "*", Namespace: s.ns, DefaultServiceAccount: "deployer"}}
	}
	once := full()
	once.Retry.Limit = 0
	s.hub.put(s.under("web", once, deployer))
	s.awaitStatus("web", "refused to the account by name", func(a v1alpha1.ApplicationStatus) bool {
		return a.OperationState != nil && a.OperationState.Phase == v1alpha1.OperationFailed &&
			strings.Contains(a.OperationState.Message, `User "system:serviceaccount:`+s.ns+`:deployer" cannot patch resource "configmaps"`)
	})
	s.create(roles, `{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: deployer}, rules: [{apiGroups: [""], resources: [configmaps], verbs: [create, patch, delete]}]}`)
	s.create(bindings, `{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: deployer}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: deployer}, subjects: [{kind: ServiceAccount, name: deployer, namespace: `+s.ns+`}]}`)
	s.commit(map[string]string{"web/c.yaml": configMap("web-config", "two")})
	s.hub.put(s.under("web", full(), deployer))
	s.awaitHealthy("web")
	if _, err := s.repo.Delete(t.Context(), "no second", "web/d.yaml"); err != nil {
		t.Fatal(err)
	}
	s.hub.put(s.under("web", full(), deployer))
	s.await("the account to prune", patience, func() (bool, string) { return s.get(configMaps, "second") == nil, "" })
	s.awaitHealthy("web")
}

func TestWithoutAMatchingAccount(t *testing.T) {
	for mode, applied := range map[reconcile.Impersonation]bool{
		reconcile.ImpersonationEnforced: false, reconcile.ImpersonationPreferred: true, reconcile.ImpersonationOff: true,
	} {
		t.Run(string(mode), func(t *testing.T) {
			s := newSite(t, files(map[string]string{"web/c.yaml": configMap("web-config", "one")}))
			s.options = func(o *agent.Options) { o.Impersonation = mode }
			s.start()
			s.hub.put(s.under("web", full(), as))
			if applied {
				s.awaitHealthy("web")
				return
			}
			s.awaitStatus("web", "an error", func(a v1alpha1.ApplicationStatus) bool {
				return strings.Contains(condition(a, v1alpha1.ApplicationConditionComparisonError), "no matching service account found for destination server")
			})
			if s.get(configMaps, "web-config") != nil {
				t.Error("applied all the same")
			}
		})
	}
}
