package orphans

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gobwas/glob"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Interest of one Application. It is not changed once given to Monitor.Want.
type Interest struct {
	// Namespace of the destination.
	Namespace string
	// Ignore rules of the project: globs.
	Ignore []v1alpha1.OrphanedResourceKey
	// Permits tells whether the project permits a namespaced kind; what it
	// denies is somebody else's to look after.
	Permits func(schema.GroupKind) bool
}

// object that belongs to no Application.
type object struct {
	schema.GroupKind
	name string
}

// shown is how many objects a message names.
const shown = 5

// message counts the objects that concern the Application, and names some; ""
// for none. Its beginning is Argo CD's.
func (i *Interest) message(objects []object) string {
	var names []string
	count := 0
	for _, o := range objects {
		if i.ignores(o) || !i.Permits(o.GroupKind) {
			continue
		}
		if count++; len(names) < shown {
			names = append(names, o.Kind+" "+o.name)
		}
	}
	if count == 0 {
		return ""
	}
	if count > shown {
		names = append(names, fmt.Sprintf("and %d more", count-shown))
	}
	return fmt.Sprintf("Application has %d orphaned resources in namespace %s: %s; add them to an application, delete them, or ignore them in spec.orphanedResources.ignore of the project",
		count, i.Namespace, strings.Join(names, ", "))
}

// ignores tells what every namespace has, and what the project lists. An empty
// kind or name matches all, an empty group the core group alone.
func (i *Interest) ignores(o object) bool {
	if o.Group == "" {
		switch {
		case o.Kind == "ServiceAccount" && o.name == "default", o.Kind == "ConfigMap" && o.name == "kube-root-ca.crt",
			o.Kind == "Service" && o.name == "kubernetes" && i.Namespace == "default":
			return true
		}
	}
	return slices.ContainsFunc(i.Ignore, func(k v1alpha1.OrphanedResourceKey) bool {
		return (k.Kind == "" || matches(k.Kind, o.Kind)) && matches(k.Group, o.Group) && (k.Name == "" || matches(k.Name, o.name))
	})
}

// matches a glob; one that cannot be read matches nothing.
func matches(pattern, text string) bool {
	g, err := glob.Compile(pattern)
	return err == nil && g.Match(text)
}
