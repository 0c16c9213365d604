package explain

import (
	"slices"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
)

// attempt is a change that can be tried, because the set's expansion can tell
// what it leads to.
type attempt struct {
	text string
	// set is the changed set; nil leaves it.
	set *v1alpha1.ApplicationSet
	// cluster is the changed cluster; nil leaves it.
	cluster *clusters.Cluster
}

// try makes the first change that leads to yes the reason's own. If none does,
// it is the first that changes anything, with what is in the way then.
func (e *explainer) try(r *Reason) {
	attempts, found := r.attempts, false
	r.attempts = nil
	for _, a := range attempts {
		after, ok := e.after(a)
		switch {
		case !ok || after.Reason.String() == r.String():
			continue
		case after.Yes:
			r.Change, r.Next = a.text, ""
			return
		case !found:
			r.Change, r.Next, found = a.text, after.Reason.String(), true
		}
	}
}

// after is the answer once a change is made; false if it cannot be made.
func (e *explainer) after(a attempt) (Answer, bool) {
	then := *e
	if a.set != nil {
		then.question.Set = a.set
	}
	if a.cluster != nil {
		list := e.question.Inventory.All()
		i := slices.IndexFunc(list, func(c clusters.Cluster) bool { return c.Name == e.cluster.Name })
		list[i] = *a.cluster
		inventory, err := clusters.NewInventory(list)
		if err != nil {
			return Answer{}, false
		}
		then.question.Inventory = inventory
		then.cluster, _ = inventory.ByName(e.cluster.Name)
	}
	return then.answer(false), true
}

// variant is the set with a change.
func (e *explainer) variant(change func(*v1alpha1.ApplicationSet)) *v1alpha1.ApplicationSet {
	set := e.question.Set.DeepCopy()
	change(set)
	return set
}

// tag is a parameter as the set's templates write it.
func (e *explainer) tag(parameter string) string {
	if e.question.Set.Spec.GoTemplate {
		return "{{." + parameter + "}}"
	}
	return "{{" + parameter + "}}"
}

// labelled is the cluster with labels set, or removed where the value is nil.
func labelled(c *clusters.Cluster, changes map[string]*string) *clusters.Cluster {
	out := *c
	out.Labels = changed(c.Labels, changes)
	return &out
}

func changed(values map[string]string, changes map[string]*string) map[string]string {
	out := map[string]string{}
	for key, value := range values {
		out[key] = value
	}
	for key, value := range changes {
		if value == nil {
			delete(out, key)
		} else {
			out[key] = *value
		}
	}
	return out
}
