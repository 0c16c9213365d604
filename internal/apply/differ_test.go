package apply

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDifferingFields(t *testing.T) {
	const base = `apiVersion: apps/v1
kind: Deployment
metadata: {name: api, generation: 1, resourceVersion: "1", labels: {a: b}, annotations: {example.com/x: "1"}}
spec:
  replicas: 1
  paused: false
  template:
    spec:
      containers:
      - {name: main, image: "app:1", args: [a, b]}
      - {name: side, image: "side:1"}
`
	cases := []struct {
		name, other string
		want        []string
	}{
		{"server fields and status do not count", `apiVersion: apps/v1
kind: Deployment
metadata: {name: api, generation: 9, resourceVersion: "9", uid: x, managedFields: [{manager: m}], labels: {a: b}, annotations: {example.com/x: "1"}}
spec:
  replicas: 1.0
  paused: false
  template:
    spec:
      containers:
      - {name: side, image: "side:1"}
      - {name: main, image: "app:1", args: [a, b]}
status: {replicas: 1}
`, nil},
		{"paths", `apiVersion: apps/v1
kind: Deployment
metadata: {name: api, labels: {}, annotations: {example.com/x: "2"}}
spec:
  replicas: 2
  template:
    spec:
      containers:
      - {name: main, image: "app:2", args: [a]}
      - {name: extra, image: "extra:1"}
`, []string{
			"metadata.annotations[example.com/x]", "metadata.labels.a", "spec.paused", "spec.replicas",
			"spec.template.spec.containers[extra]", "spec.template.spec.containers[main].args",
			"spec.template.spec.containers[main].image", "spec.template.spec.containers[side]",
		}},
	}
	for _, c := range cases {
		got := differingFields(objects(t, base)[0], objects(t, c.other)[0])
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}
