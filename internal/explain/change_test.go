package explain_test

import (
	"strings"
	"testing"
)

func TestAChangeSaysWhatIsInTheWayAfterIt(t *testing.T) {
	const region = "{metadata: {name: '{{.name}}-{{.metadata.labels.region}}'}, spec: {destination: {name: '{{.name}}'}}}"
	for name, c := range map[string]struct{ generators, template, cluster, change, next string }{
		"a key that the template wants": {"[{clusters: {selector: {matchLabels: {env: prod}}}}]", region, "lima",
			"fairlead cluster label lima env=prod", `render: generators[0].clusters: its row was rejected: template.metadata.name: key "region" is missing`},
		"another value where none would do": {"[{clusters: {selector: {matchExpressions: [{key: region, operator: NotIn, values: [eu]}]}}}]", region, "oslo",
			"fairlead cluster label oslo region=VALUE", ""},
		"an empty leg": {"[{matrix: {generators: [{clusters: {selector: {matchLabels: {env: prod}}}}, {list: {elements: []}}]}}]", "", "lima",
			"fairlead cluster label lima env=prod", "empty: generators[0].matrix[1].list"},
		"a selector that is misspelt and another value": {"[{clusters: {selector: {matchLabels: {regoin: ap}}}}]", "", "oslo",
			"write region for regoin in the selector of generators[0].clusters", "selector: generators[0].clusters: selector term region=ap: the cluster has region=eu"},
		"a misspelt selector and no such label": {"[{clusters: {selector: {matchLabels: {regoin: eu}}}}]", "", "lima",
			"write region for regoin in the selector of generators[0].clusters", "selector: generators[0].clusters: selector term region=eu: the cluster has no region"},
		"a misspelt selector and a label": {"[{clusters: {selector: {matchLabels: {regoin: eu, env: dev}}}}]", "", "oslo",
			"write region for regoin in the selector of generators[0].clusters, and fairlead cluster label oslo env=dev", ""},
		"a post-selector": {"[{clusters: {}, selector: {matchLabels: {name: x}}}]", region, "lima",
			"change the term", `render: generators[0].clusters: its row was rejected`},
	} {
		t.Run(name, func(t *testing.T) {
			r := ask(t, set(t, c.generators, c.template), c.cluster).Reason
			if !strings.HasPrefix(r.Change, c.change) || !strings.HasPrefix(r.Next, c.next) || (c.next == "") != (r.Next == "") {
				t.Errorf("%s\nchange %q, want %q\nthen %q, want %q", r, r.Change, c.change, r.Next, c.next)
			}
		})
	}
}
