package policy

import (
	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Problems lists what is wrong with a project itself, whichever Application
// asks: patterns, windows and service accounts that cannot be read, and entries
// that cannot be meant. Each of them permits less than its author wants, never
// more. Roles are not looked at.
func Problems(project *v1alpha1.AppProject) []Violation {
	f := found{project: nameOf(project)}
	repositories := repositoryRules(project)
	f.unreadable(sourceRepos, shownAll(project.Spec.SourceRepos), repositories)
	for i, r := range repositories {
		f.forbidsAll(at(sourceRepos, i), r)
	}
	f.checkDestinations(project)
	f.checkNamespaces(project)
	f.unreadableItems(clusterWhitelist, project.Spec.ClusterResourceWhitelist)
	f.unreadableItems(clusterBlacklist, project.Spec.ClusterResourceBlacklist)
	f.unreadableItems(namespaceWhitelist, items(project.Spec.NamespaceResourceWhitelist))
	f.unreadableItems(namespaceBlacklist, items(project.Spec.NamespaceResourceBlacklist))
	f.checkWindows(project)
	f.checkAccounts(project)
	return f.violations
}

func (f *found) checkDestinations(project *v1alpha1.AppProject) {
	rules := make([]destinationRule, len(project.Spec.Destinations))
	for i, d := range project.Spec.Destinations {
		rules[i] = destinationRuleOf(d)
		field := at(destinations, i)
		f.forbidsAll(field+".name", rules[i].name)
		f.forbidsAll(field+".server", rules[i].server)
		f.forbidsAll(field+".namespace", rules[i].namespace)
	}
	f.unreadableDestinations(project, rules)
}

// forbidsAll adds "!*", which permits nothing, whatever else is listed.
func (f *found) forbidsAll(field string, r rule) {
	if r.denies && r.err == nil && r.text == "*" {
		f.add(field, "!* forbids everything", "take it away; an empty list permits nothing")
	}
}

func (f *found) checkNamespaces(project *v1alpha1.AppProject) {
	for i, text := range project.Spec.SourceNamespaces {
		if _, err := namespacePattern(text); err != nil {
			f.add(at(sourceNamespaces, i), text+" cannot be matched"+because(err), "correct the pattern")
		}
	}
}

func (f *found) checkWindows(project *v1alpha1.AppProject) {
	for i, spec := range project.Spec.SyncWindows {
		if spec == nil {
			continue
		}
		field := at("spec.syncWindows", i)
		f.globs(field+".applications", spec.Applications)
		f.globs(field+".clusters", spec.Clusters)
		f.globs(field+".namespaces", spec.Namespaces)
		if len(spec.Applications)+len(spec.Clusters)+len(spec.Namespaces) == 0 {
			f.add(field, "the window selects nothing", `list applications, clusters or namespaces; "*" is all`)
		}
		f.readWindow(i, spec)
	}
}

func (f *found) checkAccounts(project *v1alpha1.AppProject) {
	// Any Application that has both namespaces shows whether an account is one.
	app := &v1alpha1.Application{}
	app.Namespace, app.Spec.Destination.Namespace = "any", "any"
	for i, e := range project.Spec.DestinationServiceAccounts {
		field := at(serviceAccounts, i)
		f.accountMatches(field, e, "", "")
		f.account(field, e.DefaultServiceAccount, app)
	}
}
