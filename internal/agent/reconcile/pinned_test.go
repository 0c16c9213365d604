package reconcile

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent/state"
	"github.com/fairlead/fairlead/internal/agent/status"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

func TestTheHistoryRemembersDigests(t *testing.T) {
	w := &work{held: state.Application{Bundle: &deliveryv1.Bundle{
		Pins:  []*deliveryv1.PinnedSource{{Revision: "1.2.3", Digest: "sha256:a"}, {Revision: "c1"}},
		Files: []*deliveryv1.PinnedSource{{RepoUrl: "https://x/v.yaml", Digest: "sha256:b"}},
	}}}
	whole := status.Pinned{Digests: []string{"sha256:a", ""}, Files: []v1alpha1.RevisionFile{{URL: "https://x/v.yaml", Digest: "sha256:b"}}}
	for name, tc := range map[string]struct {
		revisions []string
		want      status.Pinned
	}{
		"as pinned":              {[]string{"1.2.3", "c1"}, whole},
		"another revision":       {[]string{"1.2.4", "c1"}, status.Pinned{}},
		"another number of them": {[]string{"1.2.3"}, status.Pinned{}},
	} {
		if diff := cmp.Diff(tc.want, w.pinned(tc.revisions)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	w.held.Bundle.Pins[0].Digest, w.held.Bundle.Files = "", nil
	if got := w.pinned([]string{"1.2.3", "c1"}); got.Digests != nil {
		t.Errorf("commits have digests: %v", got.Digests)
	}
	h := status.History(nil, status.Synced{Spec: v1alpha1.ApplicationSpec{}, Revisions: []string{"1.2.3"}, Pinned: whole})
	if diff := cmp.Diff(whole, status.Pinned{Digests: h[0].Digests, Files: h[0].Files}); diff != "" {
		t.Errorf("entry (-want +got):\n%s", diff)
	}
}
