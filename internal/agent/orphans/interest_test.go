package orphans

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func of(group, kind, name string) object {
	return object{GroupKind: schema.GroupKind{Group: group, Kind: kind}, name: name}
}

func TestMessageCountsWhatConcernsTheApplication(t *testing.T) {
	i := &Interest{
		Namespace: "web",
		Ignore: []v1alpha1.OrphanedResourceKey{
			{Kind: "Secret", Name: "*.example.com"}, {Group: "apps"}, {Kind: "["},
		},
		Permits: func(k schema.GroupKind) bool { return k.Kind != "ResourceQuota" },
	}
	quiet := []object{
		of("", "ServiceAccount", "default"), of("", "ConfigMap", "kube-root-ca.crt"), of("", "ResourceQuota", "q"),
		of("", "Secret", "a.example.com"), of("apps", "Deployment", "d"),
	}
	if got := i.message(quiet); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
	loud := append(quiet, of("", "Secret", "a"), of("batch", "Job", "b"), of("", "Service", "kubernetes"), of("", "ConfigMap", "c"), of("", "ConfigMap", "d"), of("", "ConfigMap", "e"))
	got := i.message(loud)
	if !strings.HasPrefix(got, "Application has 6 orphaned resources in namespace web: Secret a, Job b, ") || !strings.Contains(got, "and 1 more") {
		t.Errorf("got %q", got)
	}
	i.Namespace = "default"
	if got := i.message([]object{of("", "Service", "kubernetes")}); got != "" {
		t.Errorf("got %q for what every cluster has", got)
	}
}
