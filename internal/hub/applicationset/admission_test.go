package applicationset

import (
	"context"
	"testing"

	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs"
)

func TestNamespacesThatAreServed(t *testing.T) {
	a := Admission{Namespace: "argocd", Namespaces: []string{"team-*", "/^(a|b)$/", "{x,y}-z"}, NoSCMProviders: true}
	if err := a.Check(); err != nil {
		t.Fatal(err)
	}
	for namespace, want := range map[string]bool{
		"argocd": true, "team-1": true, "team": false, "a": true, "ab": false, "x-z": true, "other": false,
	} {
		if got := a.Serves(namespace); got != want {
			t.Errorf("%s: %t, want %t", namespace, got, want)
		}
	}
	if (Admission{Namespace: "argocd"}).Serves("team-1") {
		t.Error("by default only the control namespace is served")
	}
}

func TestOptionsThatCannotBeMeant(t *testing.T) {
	for why, a := range map[string]Admission{
		"a bad pattern":            {Namespaces: []string{"/(/"}, NoSCMProviders: true},
		"tokens could go anywhere": {Namespaces: []string{"*"}, AnySCMProvider: true},
		"a bad glob":               {Namespaces: []string{"a["}, NoSCMProviders: true},
	} {
		if a.Check() == nil {
			t.Errorf("%s: no error", why)
		}
	}
	if err := (Admission{AnySCMProvider: true}).Check(); err != nil {
		t.Error(err)
	}
}

type answering struct{}

func (answering) Answer(context.Context, generators.Question) (*generators.Answer, error) {
	return &generators.Answer{}, nil
}

func TestHostsCanBeTurnedOff(t *testing.T) {
	var a inputs.Answerer = refused{answering{}}
	for kind, allowed := range map[string]bool{"scmProvider": false, "pullRequest": false, "plugin": true, "clusterDecisionResource": true} {
		if _, err := a.Answer(t.Context(), generators.Question{Kind: kind}); (err == nil) != allowed {
			t.Errorf("%s: %v", kind, err)
		}
	}
}
