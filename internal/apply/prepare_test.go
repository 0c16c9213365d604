package apply

import (
	"strings"
	"testing"
)

// Each bad object is refused by itself; the good one goes on.
func TestRefusedByPrepare(t *testing.T) {
	cases := []struct {
		name, manifest string
		want           []string
	}{
		{"two of one name", docs(configMap("twin", "1"), configMap("twin", "2")),
			[]string{"ConfigMap", "twin", "2 times", "object 1 (v1)", "object 2 (v1)"}},
		{"two versions of one", docs(
			"apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\nmetadata: {name: twin}\n",
			"apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: twin}\n"),
			[]string{"twin", "autoscaling/v1", "autoscaling/v2"}},
		{"too large", configMap("huge", strings.Repeat("x", 1_600_000)), []string{"ConfigMap", "huge", "1500000"}},
		{"annotations too large", configMap("wide", "1", "note: "+strings.Repeat("x", 300_000)), []string{"wide", "annotations"}},
		{"label is no string", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: odd, labels: {version: 1.0}}\n", []string{"odd", "metadata.labels", "quote"}},
		{"no name", "apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: a-}\n", []string{"object 1", "ConfigMap", "metadata.name"}},
	}
	s := newSite(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m, err := s.engine.Prepare(s.ctx, s.key, s.namespace, objects(t, docs(c.manifest, configMap("good", "1"))))
			if err != nil {
				t.Fatal(err)
			}
			if len(m.Refused()) != 1 || len(m.Objects()) != 1 {
				t.Fatalf("refused %v, accepted %d, want 1 and 1", m.Refused(), len(m.Objects()))
			}
			wantText(t, m.Refused()[0].Message, c.want...)
			if len(m.Refused()[0].Message) > 500 {
				t.Error("message is too long")
			}
		})
	}
}

func TestPrepareLeavesItsInputAlone(t *testing.T) {
	s := newSite(t)
	in := objects(t, docs(configMap("a", "1"), `apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: b, creationTimestamp: null, resourceVersion: "7"}}
- {apiVersion: v1, kind: Namespace, metadata: {name: c, namespace: nonsense}, status: {phase: Active}}
`))
	before := Digest(in[0])
	m, err := s.engine.Prepare(s.ctx, s.key, s.namespace, in)
	if err != nil {
		t.Fatal(err)
	}
	if Digest(in[0]) != before {
		t.Error("input changed")
	}
	objs := m.Objects()
	if len(objs) != 3 || objs[0].GetKind() != "Namespace" || objs[0].GetNamespace() != "" || objs[0].Object["status"] != nil {
		t.Fatalf("objects %v", objs)
	}
	if b := objs[2]; b.GetNamespace() != s.namespace || b.GetResourceVersion() != "" {
		t.Errorf("list item is %v", b.Object)
	}
}
