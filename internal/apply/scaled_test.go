package apply

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

const autoscaler = `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 1
  maxReplicas: 9
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]
`

// scaleAs scales as a controller does, by the subresource.
func (s *site) scaleAs(manager, name, replicas string) {
	s.t.Helper()
	kind, err := s.engine.kinds.Lookup(s.ctx, objects(s.t, deployment(name, 1))[0].GroupVersionKind())
	if err != nil {
		s.t.Fatal(err)
	}
	_, err = s.engine.at(kind, Ref{Namespace: s.namespace, Name: name}).Patch(s.ctx, name, types.MergePatchType,
		[]byte(`{"spec":{"replicas":`+replicas+`}}`), metav1.PatchOptions{FieldManager: manager}, "scale")
	if err != nil {
		s.t.Fatal(err)
	}
}

// G1 of the bad inputs: what an autoscaler keeps is left to it, and it is
// named; without the autoscaler, Git counts again.
func TestReplicasOfAnAutoscalerAreLeftToIt(t *testing.T) {
	for name, option := range map[string]string{"applied": "", "replaced": "argocd.argoproj.io/sync-options: Replace=true"} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			git := docs(deployment("web", 2), autoscaler)
			if option != "" {
				git = docs(deployment("web", 2, option), autoscaler)
			}
			s.sync(git)
			s.scaleAs(controllerManager, "web", "5")
			if item := s.compare(git)["Deployment/web"]; item.State != StateSynced {
				t.Errorf("compare: %s %v, want Synced", item.State, item.Fields)
			}
			res := s.sync(git)
			wantText(t, find(t, res.Items, "web").Message, "spec.replicas", "HorizontalPodAutoscaler web")
			if n := s.replicas("web"); n != 5 {
				t.Errorf("%d replicas, want the autoscaler's 5", n)
			}
			s.sync(deployment("web", 2))
			if n := s.replicas("web"); n != 2 {
				t.Errorf("%d replicas without the autoscaler, want Git's 2", n)
			}
		})
	}
}

func (s *site) replicas(name string) int64 {
	n, _ := s.live("apps/v1", "Deployment", name).Object["spec"].(map[string]any)["replicas"].(int64)
	return n
}
