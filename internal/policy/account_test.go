package policy_test

import (
	"strings"
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/policy"
)

// The facts are those of Argo CD's TestDeriveServiceAccountToImpersonate.
func TestServiceAccountAsInArgoCD(t *testing.T) {
	type entries = []v1alpha1.ApplicationDestinationServiceAccount
	const server = "https://cluster-api.example.com"
	for _, c := range []struct {
		name      string
		list      entries
		namespace string
		want      string // a user; empty for none; "error: FIELD"
	}{
		{"server and namespace match", entries{{Server: server, Namespace: "dest-ns", DefaultServiceAccount: "test-sa"}}, "dest-ns", "system:serviceaccount:dest-ns:test-sa"},
		{"globs", entries{{Server: "*", Namespace: "*", DefaultServiceAccount: "test-sa"}}, "any-ns", "system:serviceaccount:any-ns:test-sa"},
		{"an account with its namespace", entries{{Server: server, Namespace: "dest-ns", DefaultServiceAccount: "other-ns:deploy-sa"}}, "dest-ns", "system:serviceaccount:other-ns:deploy-sa"},
		{"no destination namespace", entries{{Server: "*", Namespace: "", DefaultServiceAccount: "test-sa"}}, "", "system:serviceaccount:argocd:test-sa"},
		{"no entry matches", entries{{Server: "https://other-server.com", Namespace: "other-ns", DefaultServiceAccount: "test-sa"}}, "dest-ns", ""},
		{"no entries", nil, "dest-ns", ""},
		{"bad characters", entries{{Server: "*", Namespace: "*", DefaultServiceAccount: "bad*sa"}}, "dest-ns", "error: spec.destinationServiceAccounts[0].defaultServiceAccount"},
		{"blank", entries{{Server: "*", Namespace: "*", DefaultServiceAccount: "  "}}, "dest-ns", "error: spec.destinationServiceAccounts[0].defaultServiceAccount"},
		{"a server that is no pattern", entries{{Server: "[", Namespace: "dest-ns", DefaultServiceAccount: "test-sa"}}, "dest-ns", "error: spec.destinationServiceAccounts[0].server"},
		{"a namespace that is no pattern", entries{{Server: "*", Namespace: "[", DefaultServiceAccount: "test-sa"}}, "dest-ns", "error: spec.destinationServiceAccounts[0].namespace"},
		{"the first match", entries{{Server: "*", Namespace: "dest-ns", DefaultServiceAccount: "first-sa"}, {Server: "*", Namespace: "*", DefaultServiceAccount: "second-sa"}}, "dest-ns", "system:serviceaccount:dest-ns:first-sa"},
		// Beyond its tests.
		{"the second match", entries{{Server: "*", Namespace: "x", DefaultServiceAccount: "first-sa"}, {Server: "*", Namespace: "*", DefaultServiceAccount: "second-sa"}}, "dest-ns", "system:serviceaccount:dest-ns:second-sa"},
		{"a bad account that is not asked for", entries{{Server: "*", Namespace: "x", DefaultServiceAccount: "bad*sa"}, {Server: "*", Namespace: "*", DefaultServiceAccount: "second-sa"}}, "dest-ns", "system:serviceaccount:dest-ns:second-sa"},
		{"a bad pattern after the match", entries{{Server: "*", Namespace: "*", DefaultServiceAccount: "a"}, {Server: "[", DefaultServiceAccount: "b"}}, "dest-ns", "system:serviceaccount:dest-ns:a"},
		{"entries do not forbid", entries{{Server: "!" + server, Namespace: "*", DefaultServiceAccount: "a"}}, "dest-ns", "error: spec.destinationServiceAccounts[0].server"},
		{"too many colons", entries{{Server: "*", Namespace: "*", DefaultServiceAccount: "a:b:c"}}, "dest-ns", "error: spec.destinationServiceAccounts[0].defaultServiceAccount"},
		{"a colon and no namespace", entries{{Server: "*", Namespace: "*", DefaultServiceAccount: ":a"}}, "dest-ns", "error: spec.destinationServiceAccounts[0].defaultServiceAccount"},
		{"a slash at the server's end", entries{{Server: server + "/", Namespace: "*", DefaultServiceAccount: "a"}}, "dest-ns", "system:serviceaccount:dest-ns:a"},
	} {
		p := project("*")
		p.Spec.DestinationServiceAccounts = c.list
		app := from("https://a/x")
		app.Spec.Destination.Namespace = c.namespace
		account, ok, err := policy.ServiceAccount(p, app, policy.Cluster{Name: "c", Server: server})
		got := ""
		switch {
		case ok:
			got = account.User()
		case err != nil:
			got = "error: " + err.(policy.Violation).Field
		}
		if got != c.want || ok && err != nil {
			t.Errorf("%s: got %q, %v, want %q", c.name, got, err, c.want)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "project edge: ") {
			t.Errorf("%s: %v does not name the project", c.name, err)
		}
	}
}

// The facts are those of Argo CD's TestAppProjectIsSourceNamespacePermitted
// and Test_MatchList.
func TestMembersAsInArgoCD(t *testing.T) {
	for _, c := range []struct {
		name      string
		list      []string
		namespace string
		want      bool
	}{
		{"the project's own namespace", []string{"other-ns"}, "argocd", true},
		{"no namespace yet", []string{"other-ns"}, "", true},
		{"its own, nothing listed", nil, "argocd", true},
		{"nothing listed", nil, "some-ns", false},
		{"listed", []string{"some-ns"}, "some-ns", true},
		{"another is listed", []string{"some-ns"}, "other-ns", false},
		{"a glob", []string{"some-*"}, "some-ns1", true},
		{"not of the glob", []string{"some-*"}, "someotherns", false},
		{"an expression", []string{"/^team-[0-9]+$/"}, "team-12", true},
		{"part of an expression", []string{"/team/"}, "my-team", true},
		{"not of the expression", []string{"/^team-[0-9]+$/"}, "team-x", false},
		{"no expression, but another entry", []string{"/(/", "some-ns"}, "some-ns", true},
		{"no expression", []string{"/^((?!other).)*$/"}, "some-ns", false},
	} {
		p := project("*")
		p.Spec.SourceNamespaces = c.list
		app := from("https://a/x")
		app.Namespace = c.namespace
		if err := policy.Member(p, app); (err == nil) != c.want {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
	p, app := project("*"), from("https://a/x")
	p.Spec.SourceNamespaces, app.Namespace = []string{"["}, "team"
	want := "project edge: spec.sourceNamespaces: namespace team of application web is not permitted; add it there, or move the application to namespace argocd; correct spec.sourceNamespaces[0], [, which is no pattern ("
	if err := policy.Member(p, app); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v\nwant %s", err, want)
	}
}
