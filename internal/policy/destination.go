package policy

import (
	"cmp"
	"slices"
	"strings"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

const (
	destinations = "spec.destinations"
	onlyScoped   = "spec.permitOnlyProjectScopedClusters"
)

// Cluster is the destination's cluster, as the fleet's inventory has it: both
// its name and its server, whichever of them the Application writes.
type Cluster struct {
	// Name is what destination.name says.
	Name string
	// Server is what destination.server says. A slash at its end is ignored.
	Server string
	// Project that the cluster is scoped to; empty means none.
	Project string
}

// String names the cluster for messages.
func (c Cluster) String() string {
	switch {
	case c.Name == "":
		return c.Server
	case c.Server == "":
		return c.Name
	default:
		return c.Name + " (" + c.Server + ")"
	}
}

// names are what globs may call the cluster.
func (c Cluster) names() []string {
	return slices.DeleteFunc([]string{c.Name, fleet.ServerKey(c.Server), c.Server}, func(s string) bool { return s == "" })
}

// destinationRule is one entry of spec.destinations.
type destinationRule struct{ name, server, namespace rule }

func destinationRuleOf(d v1alpha1.ApplicationDestination) destinationRule {
	return destinationRule{
		name:      ruleOf(d.Name, "", strings.TrimSpace),
		server:    ruleOf(d.Server, "", fleet.ServerKey),
		namespace: ruleOf(d.Namespace, "", strings.TrimSpace),
	}
}

// err is why one of the fields is no pattern.
func (d destinationRule) err() error { return cmp.Or(d.name.err, d.server.err, d.namespace.err) }

// judge says whether the entry permits a namespace of a cluster and whether it
// forbids it. It permits where name or server match, and namespace too; when
// it does, it does not forbid. Otherwise a "!" in front of
//   - the name forbids the clusters so named, whatever the namespace,
//   - the server forbids the servers so addressed, in the entry's namespaces,
//   - the namespace forbids the namespaces so named, in the entry's clusters.
func (d destinationRule) judge(c Cluster, namespace string) (permits, forbids bool) {
	server := fleet.ServerKey(c.Server)
	name := c.Name != "" && d.name.match(c.Name)
	address := server != "" && d.server.match(server)
	inside := d.namespace.match(namespace)
	if (name || address) && inside {
		return true, false
	}
	return false, d.name.denies && !name ||
		d.server.denies && !address && inside ||
		d.namespace.denies && !inside && (name || address)
}

// destination checks a cluster and a namespace. A cluster that is scoped to
// the project need not be listed.
//
// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/projects/
func (f *found) destination(project *v1alpha1.AppProject, c Cluster, namespace string) {
	scoped := c.Project != "" && c.Project == project.Name
	rules := make([]destinationRule, len(project.Spec.Destinations))
	permitted := scoped
	for i, d := range project.Spec.Destinations {
		rules[i] = destinationRuleOf(d)
		permits, forbids := rules[i].judge(c, namespace)
		if forbids {
			f.add(at(destinations, i), place(c, namespace)+" is forbidden by "+entry(d)+because(rules[i].err()),
				"take that entry away, or use another destination")
			return
		}
		permitted = permitted || permits
	}
	switch {
	case !permitted:
		f.notListed(project, rules, c, namespace)
	case project.Spec.PermitOnlyProjectScopedClusters && !scoped:
		f.add(onlyScoped, "cluster "+c.String()+" does not belong to the project",
			"set spec.project of the Cluster to "+nameOf(project)+", or use a cluster that has it")
	}
}

// notListed says that no entry permits a destination, and which entries cannot
// be read.
func (f *found) notListed(project *v1alpha1.AppProject, rules []destinationRule, c Cluster, namespace string) {
	entries := make([]string, len(rules))
	for i, d := range project.Spec.Destinations {
		entries[i] = entry(d)
	}
	f.add(destinations, place(c, namespace)+" is not permitted", "add it there, or use one that matches what is: "+listed(entries))
	f.unreadableDestinations(project, rules)
}

// unreadableDestinations adds the fields that are no patterns.
func (f *found) unreadableDestinations(project *v1alpha1.AppProject, rules []destinationRule) {
	for i, r := range rules {
		d, field := project.Spec.Destinations[i], at(destinations, i)
		f.unreadableField(field+".name", d.Name, r.name)
		f.unreadableField(field+".server", d.Server, r.server)
		f.unreadableField(field+".namespace", d.Namespace, r.namespace)
	}
}

// place names a namespace of a cluster.
func place(c Cluster, namespace string) string {
	if namespace == "" {
		return "cluster " + c.String() + " without a namespace"
	}
	return "namespace " + namespace + " of cluster " + c.String()
}

// entry shows an entry of spec.destinations.
func entry(d v1alpha1.ApplicationDestination) string {
	var parts []string
	for _, p := range []struct{ field, value string }{{"name", d.Name}, {"server", d.Server}, {"namespace", d.Namespace}} {
		if p.value != "" {
			parts = append(parts, p.field+": "+p.value)
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
