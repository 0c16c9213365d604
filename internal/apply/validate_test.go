package apply

import (
	"strings"
	"testing"
)

func TestValidateFalseDropsUnknownFields(t *testing.T) {
	s := newSite(t)
	crd, group := s.widget("Namespaced")
	s.sync(crd)
	odd := strings.Replace(widget(group, "odd"), "color: red", "color: red, taste: sweet", 1)
	res := s.mustFail(s.request(docs(crd, odd)))
	wantText(t, find(t, res.Items, "odd").Message, "taste")
	if item := s.compare(docs(crd, odd))["Widget/odd"]; item.State != StateOutOfSync {
		t.Errorf("compare: %s", item.State)
	}
	lenient := strings.Replace(odd, "{name: odd}", "{name: odd, annotations: {argocd.argoproj.io/sync-options: Validate=false}}", 1)
	s.sync(docs(crd, lenient))
	if item := s.compare(docs(crd, lenient))["Widget/odd"]; item.State != StateSynced {
		t.Errorf("compare: %s %s", item.State, item.Message)
	}
}
