package apply

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// job ends at once on the simulated node.
func job(name string, annotations ...string) string {
	return "apiVersion: batch/v1\nkind: Job\nmetadata:\n  " + name + "\n  annotations:\n    " + strings.Join(annotations, "\n    ") + `
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{name: main, image: "example.com/app:1"}]
`
}

const hookKey = "argocd.argoproj.io/hook: "

func TestHooksRunInTheirPhases(t *testing.T) {
	s := newSite(t)
	manifests := docs(
		deployment("api", 1),
		job("name: after", hookKey+"PostSync", "argocd.argoproj.io/hook-delete-policy: HookSucceeded"),
		job("generateName: before-", hookKey+"PreSync"),
		job("name: never", hookKey+"Skip"),
		job("name: mourn", hookKey+"SyncFail"),
		job("name: last-rites", "helm.sh/hook: pre-delete"),
		job("name: exam", "helm.sh/hook: test"),
	)
	res := s.sync(manifests)
	if len(res.Items) != 3 || res.Items[0].Hook != v1alpha1.HookTypePreSync || res.Items[1].Name != "api" ||
		res.Items[2].Hook != v1alpha1.HookTypePostSync {
		t.Fatalf("results %v", summary(res.Items))
	}
	for _, item := range res.Items {
		if item.Health.Status != v1alpha1.HealthStatusHealthy {
			t.Errorf("%s is %s at the end", item.Ref, item.Health.Status)
		}
	}
	before := s.live("batch/v1", "Job", res.Items[0].Name)
	if before == nil || before.GetLabels()[LabelApplication] != "" || before.GetLabels()[LabelHook] != s.key.Hash() {
		t.Errorf("the PreSync hook is not labelled apart: %v", before)
	}
	for _, name := range []string{"after", "never", "mourn", "last-rites", "exam"} {
		if s.live("batch/v1", "Job", name) != nil {
			t.Errorf("job %s is there", name)
		}
	}
	if w := s.prepare(manifests).Warnings(); len(w) != 0 {
		t.Errorf("warnings %v", w)
	}
	if items := s.compare(manifests); len(items) != 1 {
		t.Errorf("hooks are compared: %v", items)
	}

	// Healing runs no hook; the next release makes the job anew.
	heal := s.request(manifests)
	heal.Healing = true
	if got := summary(s.mustSync(heal).Items); !slices.Equal(got, []string{"Deployment/api Synced"}) {
		t.Errorf("healing did %v", got)
	}
	s.sync(manifests)
	again := s.live("batch/v1", "Job", before.GetName())
	if again == nil || again.GetUID() == before.GetUID() {
		t.Error("the PreSync hook did not run again")
	}

	if left, err := s.engine.Delete(s.ctx, s.key, s.inventory, DeleteOptions{}); err != nil || len(left) != 0 {
		t.Fatalf("delete: %v, left %v", err, left)
	}
	if s.live("batch/v1", "Job", before.GetName()) != nil {
		t.Error("the hook outlived its application")
	}
}

// A failed PreSync hook leaves everything as it was and calls SyncFail.
func TestFailedHookStopsTheSync(t *testing.T) {
	s := newSite(t)
	late := strings.Replace(job("name: before", hookKey+"PreSync"), "backoffLimit: 0", "activeDeadlineSeconds: 1", 1)
	late = strings.Replace(late, "restartPolicy", "nodeSelector: {no: such-node}\n      restartPolicy", 1)
	res := s.mustFail(s.request(docs(late, configMap("settings", "1"), job("name: mourn", hookKey+"SyncFail"))))
	wantText(t, res.Message, "Job.batch", "before", "Degraded")
	if s.live("v1", "ConfigMap", "settings") != nil {
		t.Error("applied after a failed PreSync hook")
	}
	if s.live("batch/v1", "Job", "mourn") == nil {
		t.Error("the SyncFail hook did not run")
	}
}

func TestHookAnnotations(t *testing.T) {
	type hook struct {
		Phases   []v1alpha1.HookType
		Policies []v1alpha1.HookDeletePolicy
		Wave     int
	}
	policies := func(p ...v1alpha1.HookDeletePolicy) []v1alpha1.HookDeletePolicy { return p }
	phases := func(p ...v1alpha1.HookType) []v1alpha1.HookType { return p }
	cases := []struct {
		name        string
		annotations map[string]string
		want        *hook
	}{
		{"none", map[string]string{"a": "b"}, nil},
		{"helm crd-install is ordinary", map[string]string{"helm.sh/hook": "crd-install"}, nil},
		{"two phases", map[string]string{"argocd.argoproj.io/hook": "PreSync, PostSync", "argocd.argoproj.io/sync-wave": "-2"},
			&hook{phases("PostSync", "PreSync"), policies("BeforeHookCreation"), -2}},
		{"helm", map[string]string{"helm.sh/hook": "pre-install,pre-upgrade", "helm.sh/hook-weight": "-5", "helm.sh/hook-delete-policy": "hook-succeeded,before-hook-creation"},
			&hook{phases("PreSync"), policies("HookSucceeded", "BeforeHookCreation"), -5}},
		{"Argo CD's win over Helm's", map[string]string{"helm.sh/hook": "pre-install", "argocd.argoproj.io/hook": "Sync", "argocd.argoproj.io/hook-delete-policy": "HookFailed", "helm.sh/hook-delete-policy": "hook-succeeded"},
			&hook{phases("Sync"), policies("HookFailed"), 0}},
	}
	for _, c := range cases {
		var got *hook
		if isHook(c.annotations) {
			got = &hook{hookPhases(c.annotations), hookPolicies(c.annotations), hookWave(c.annotations)}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}
