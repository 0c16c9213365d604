package policy

import (
	"regexp"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Application lists what the project forbids of an Application: its
// repositories first, then its destination; nothing when it may be delivered.
// The answer depends on nothing but the arguments, so that the hub, before it
// writes or sends, and an agent, before it applies, say the same.
//
// cluster is where the destination leads. An agent that has no name for the
// project gives it the one that spec.project says.
//
// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/projects/
func Application(project *v1alpha1.AppProject, app *v1alpha1.Application, cluster Cluster) []Violation {
	if project == nil {
		return []Violation{unknown(app.Spec.GetProject())}
	}
	f := found{project: nameOf(project)}
	f.repositories(project, app)
	f.destination(project, cluster, app.Spec.Destination.Namespace)
	return f.violations
}

const sourceNamespaces = "spec.sourceNamespaces"

// Member says whether an Application of its namespace may belong to the
// project: where the project itself is, always; elsewhere if spec.sourceNamespaces
// lists the namespace as a glob or as a /regular expression/. Only the hub can
// ask, because only it knows where projects are. The error is a Violation.
//
// Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/app-any-namespace/
func Member(project *v1alpha1.AppProject, app *v1alpha1.Application) error {
	if project == nil {
		return unknown(app.Spec.GetProject())
	}
	if app.Namespace == "" || app.Namespace == project.Namespace {
		return nil
	}
	unread := ""
	for i, text := range project.Spec.SourceNamespaces {
		switch matches, err := namespacePattern(text); {
		case err != nil:
			unread += "; correct " + at(sourceNamespaces, i) + ", " + text + because(err)
		case matches(app.Namespace):
			return nil
		}
	}
	return Violation{
		Project: nameOf(project), Field: sourceNamespaces,
		Value: "namespace " + app.Namespace + " of application " + app.Name + " is not permitted",
		Fix:   "add it there, or move the application to namespace " + project.Namespace + unread,
	}
}

// namespacePattern reads a glob or a /regular expression/, which need not
// match the whole of a namespace. Expressions are Go's: they take time in
// proportion to the text, and know no look-ahead.
func namespacePattern(text string) (func(string) bool, error) {
	if len(text) > 1 && strings.HasPrefix(text, "/") && strings.HasSuffix(text, "/") {
		expression, err := regexp.Compile(text[1 : len(text)-1])
		if err != nil {
			return nil, err
		}
		return expression.MatchString, nil
	}
	p, err := compile(text, "")
	return p.match, err
}
