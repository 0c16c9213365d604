package apply

import (
	"errors"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
)

// What is out of sync always says why, also where no field can be shown.
func TestDiffAlwaysSaysWhy(t *testing.T) {
	s := newSite(t, func(o *Options) {
		o.Allow = func(gvk schema.GroupVersionKind, _ string) error {
			if gvk.Kind == "Role" {
				return errNotHere
			}
			return nil
		}
	})
	s.put(configMap("theirs", "1", `fairlead.dev/application: "test/argocd/other"`))
	m := s.prepare(docs(
		configMap("theirs", "2"),
		"apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: none}\n",
		"apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: reader}\n",
		strings.Replace(configMap("far", "1"), "name: far", "name: far\n  namespace: "+s.namespace+"-far", 1),
		configMap("task", "1", `argocd.argoproj.io/hook: PreSync`),
		configMap("denied", "1"),
	)).Permit(noConfigMap("denied"))
	got := s.diff(m)
	for name, want := range map[string]struct {
		action       fleet.DiffAction
		reason, says string
	}{
		"ConfigMap/theirs": {fleet.DiffBlocked, "OwnedByAnother", "belongs to application test/argocd/other"},
		"Widget/none":      {fleet.DiffBlocked, "KindNotInstalled", "cannot be dry-run: "},
		"Role/reader":      {fleet.DiffBlocked, "NotAllowed", "not here"},
		"ConfigMap/far":    {fleet.DiffBlocked, "Refused", "does not exist"},
		"ConfigMap/denied": {fleet.DiffBlocked, "NotPermitted", "denied is not permitted"},
		"ConfigMap/task":   {fleet.DiffHook, "PreSync", "runs in phase PreSync"},
	} {
		d := got[name]
		if d.Action != want.action || d.Reason != want.reason || !strings.Contains(d.Message, want.says) {
			t.Errorf("%s: %s %s: %s", name, d.Action, d.Reason, d.Message)
		}
		if (want.action != fleet.DiffHook) != d.Counts() {
			t.Errorf("%s counts: %v", name, d.Counts())
		}
	}
}

var errNotHere = errors.New("not here")

// What the sync itself makes first is no obstacle.
func TestDiffOfWhatComesWithTheSync(t *testing.T) {
	s := newSite(t)
	far := s.namespace + "-far"
	got := s.diff(s.prepare(docs(
		"apiVersion: v1\nkind: Namespace\nmetadata: {name: "+far+"}\n",
		strings.Replace(configMap("a", "1"), "name: a", "name: a\n  namespace: "+far, 1),
	)))
	if d := got["ConfigMap/a"]; d.Action != fleet.DiffCreate || !strings.Contains(d.Message, "the sync makes namespace") {
		t.Errorf("%s: %s", d.Action, d.Message)
	}
	wantField(t, got["ConfigMap/a"], `yours add data.key:  -> "1"`)
}
