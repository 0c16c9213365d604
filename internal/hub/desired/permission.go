package desired

import (
	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/policy"
)

// permission is an answer of the project, kept for as long as what it was
// asked about stays the same: a pin moves thousands of Applications at once,
// and changes nothing of it.
type permission struct {
	app     *v1alpha1.Application
	project *v1alpha1.AppProject
	cluster policy.Cluster
	granted bool
}

// permitted tells whether the project lets the Application be delivered to a
// cluster. The objects are those of a cache: one that changed is another one.
func (e *entry) permitted(project *v1alpha1.AppProject, c *fleet.Cluster) bool {
	cluster := policy.Cluster{Name: c.Name, Server: fleet.ServerOf(c.Name, c.Spec), Project: c.Spec.Project}
	if p := e.permission; p.app != e.app || p.project != project || p.cluster != cluster {
		held, _ := asPaused(e.app) // what is delivered
		e.permission = permission{
			app: e.app, project: project, cluster: cluster,
			granted: len(policy.Delivery(project, held, cluster)) == 0,
		}
	}
	return e.permission.granted
}

// rescoped: the cluster belongs to another project than before.
func rescoped(was, is *fleet.Cluster) bool { return was != nil && was.Spec.Project != is.Spec.Project }
