package policy

import (
	"path"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// The four lists of kinds.
const (
	namespaceWhitelist = "spec.namespaceResourceWhitelist"
	namespaceBlacklist = "spec.namespaceResourceBlacklist"
	clusterWhitelist   = "spec.clusterResourceWhitelist"
	clusterBlacklist   = "spec.clusterResourceBlacklist"
)

// Resource is an object to apply or to prune.
type Resource struct {
	Group, Kind string
	// Namespace that it goes to, the destination's where the manifest has
	// none.
	Namespace string
	Name      string
	// Namespaced is what the API server says of the kind.
	Namespaced bool
}

// String is Kind.group NAMESPACE/NAME.
func (r Resource) String() string {
	kind, name := r.Kind, r.Name
	if r.Group != "" {
		kind += "." + r.Group
	}
	if r.Namespaced && r.Namespace != "" {
		name = r.Namespace + "/" + name
	}
	return kind + " " + name
}

// Object says whether the project permits an object on a cluster: its kind,
// for cluster-scoped objects its name, and for the others its namespace as a
// destination. The error is a Violation.
//
// The lists' defaults differ: where spec.namespaceResourceWhitelist is absent,
// every namespaced kind is permitted, but none where it is present and empty;
// where spec.clusterResourceWhitelist is empty or absent, no cluster-scoped
// kind is. Blacklists win.
//
// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/projects/
func Object(project *v1alpha1.AppProject, r Resource, cluster Cluster) error {
	if project == nil {
		return unknown("")
	}
	f := found{project: nameOf(project)}
	if !r.Namespaced {
		f.kind(kindLists{white: clusterWhitelist, black: clusterBlacklist}, r,
			project.Spec.ClusterResourceWhitelist, project.Spec.ClusterResourceBlacklist)
		return f.first()
	}
	white := items(project.Spec.NamespaceResourceWhitelist)
	if project.Spec.NamespaceResourceWhitelist == nil {
		white = []item{{Group: "*", Kind: "*"}}
	}
	f.kind(kindLists{white: namespaceWhitelist, black: namespaceBlacklist}, r,
		white, items(project.Spec.NamespaceResourceBlacklist))
	if len(f.violations) == 0 {
		f.destination(project, cluster, r.Namespace)
	}
	return f.first()
}

// item selects objects; a name that is empty selects all.
type item = v1alpha1.ClusterResourceRestrictionItem

func items(kinds []metav1.GroupKind) []item {
	out := make([]item, len(kinds))
	for i, k := range kinds {
		out[i] = item{Group: k.Group, Kind: k.Kind}
	}
	return out
}

// kindLists names the fields that a pair of lists comes from.
type kindLists struct{ white, black string }

func (f *found) kind(field kindLists, r Resource, white, black []item) {
	for i, it := range black {
		ok, err := selects(it, r)
		if ok || err != nil {
			f.add(at(field.black, i), r.String()+" is forbidden by "+showItem(it)+because(err),
				"take that entry away, or leave the object out")
			return
		}
	}
	var entries []string
	for _, it := range white {
		if ok, err := selects(it, r); ok && err == nil {
			return
		}
		entries = append(entries, showItem(it))
	}
	f.add(field.white, r.String()+" is not permitted",
		"add "+showItem(item{Group: r.Group, Kind: r.Kind})+" there, or leave the object out: the list permits "+listed(entries))
	f.unreadableItems(field.white, white)
}

// unreadableItems adds the entries that are no patterns.
func (f *found) unreadableItems(field string, list []item) {
	for i, it := range list {
		if err := itemProblem(it); err != nil {
			f.add(at(field, i), showItem(it)+" cannot be matched"+because(err), "correct the pattern")
		}
	}
}

// selects compares an object with patterns of the shell, as Go's path.Match
// knows them.
func selects(it item, r Resource) (bool, error) {
	if err := itemProblem(it); err != nil {
		return false, err
	}
	kind, _ := path.Match(it.Kind, r.Kind)
	group, _ := path.Match(it.Group, r.Group)
	name, _ := path.Match(it.Name, r.Name)
	return kind && group && (name || it.Name == ""), nil
}

// itemProblem is the first field of an entry that is no pattern.
func itemProblem(it item) error {
	for _, text := range []string{it.Kind, it.Group, it.Name} {
		if _, err := path.Match(text, ""); err != nil {
			return err
		}
	}
	return nil
}

func showItem(it item) string {
	parts := []string{"group: " + quoted(it.Group), "kind: " + quoted(it.Kind)}
	if it.Name != "" {
		parts = append(parts, "name: "+quoted(it.Name))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// quoted writes a word as YAML wants it.
func quoted(word string) string {
	if word == "" || strings.ContainsAny(word, `*?[]\!`) {
		return `"` + word + `"`
	}
	return word
}
