package applicationset

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/gobwas/glob"
)

// Admission says which sets the hub serves and where their scmProvider and
// pullRequest generators may go.
// Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Appset-Any-Namespace/
type Admission struct {
	// Namespace is the control namespace, which is always served.
	Namespace string
	// Namespaces are further ones: globs, or regular expressions between
	// slashes.
	Namespaces []string
	// NoSCMProviders turns scmProvider and pullRequest generators off.
	NoSCMProviders bool
	// AnySCMProvider says that these generators may name any address.
	AnySCMProvider bool
}

// Check refuses options that cannot be meant: sets of other namespaces could
// send tokens that their generators name to any address.
func (a Admission) Check() error {
	for _, pattern := range a.Namespaces {
		if _, err := matches(pattern, ""); err != nil {
			return err
		}
	}
	if len(a.Namespaces) > 0 && !a.NoSCMProviders && a.AnySCMProvider {
		return fmt.Errorf("applicationsets outside namespace %s need --allowed-scm-providers=URL,... or --enable-scm-providers=false", a.Namespace)
	}
	return nil
}

// Serves is true for namespaces whose sets are expanded.
func (a Admission) Serves(namespace string) bool {
	if namespace == a.Namespace {
		return true
	}
	for _, pattern := range a.Namespaces {
		if ok, err := matches(pattern, namespace); err == nil && ok {
			return true
		}
	}
	return false
}

// matches compares a namespace with a glob or a /regular expression/.
func matches(pattern, namespace string) (bool, error) {
	if expression, ok := strings.CutPrefix(pattern, "/"); ok && strings.HasSuffix(expression, "/") {
		compiled, err := regexp.Compile(strings.TrimSuffix(expression, "/"))
		if err != nil {
			return false, fmt.Errorf("namespace pattern %s: %w", pattern, err)
		}
		return compiled.MatchString(namespace), nil
	}
	compiled, err := glob.Compile(pattern)
	if err != nil {
		return false, fmt.Errorf("namespace pattern %s: %w", pattern, err)
	}
	return compiled.Match(namespace), nil
}

// refusal is the verdict on a set of a namespace that is not served.
func (a Admission) refusal(namespace string) verdict {
	return ignored(fmt.Errorf("applicationsets in namespace %s are not served: allow them with --applicationset-namespaces, or move the set to namespace %s",
		namespace, a.Namespace))
}
