package main

import (
	"fmt"
	"maps"

	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/expand"
)

// oneLabel is the expansion after one label of one cluster among size changed,
// from the new inventory to the changed Applications. The whole expansion that
// it builds on is outside the clock.
func oneLabel(label, set string, size, applications int, b bar) workload {
	return workload{fmt.Sprintf("one label, %s %d", label, size), b, func() (job, error) {
		text, err := sets.ReadFile("sets/" + set + ".yaml")
		if err != nil {
			return job{}, err
		}
		c, err := newChange(text, fleet(size))
		if err != nil {
			return job{}, err
		}
		return job{
			applications: applications,
			run:          func() (any, error) { return c.next() },
			verify:       func(delta any) error { return verify(alone(delta.(expand.Delta)), applications) },
		}, nil
	}}
}

// change is a set over a fleet in which one cluster changes time and again.
type change struct {
	expander *expand.Expander
	in       generators.Inputs
	subject  clusters.Cluster
	turn     int
}

func newChange(text []byte, in generators.Inputs) (*change, error) {
	var set v1alpha1.ApplicationSet
	if err := yaml.Unmarshal(text, &set); err != nil {
		return nil, err
	}
	all := in.Clusters.All()
	c := &change{expander: expand.NewExpander(&set, expand.Options{}), in: in, subject: all[len(all)/2]}
	result := c.expander.Expand(in)
	if len(result.Applications) == 0 {
		return nil, fmt.Errorf("no applications: %w", result.Err)
	}
	return c, nil
}

func (c *change) next() (expand.Delta, error) {
	c.turn++
	c.subject.Labels = maps.Clone(c.subject.Labels)
	c.subject.Labels["region"] = fmt.Sprint("region-", c.turn)
	inventory, err := c.in.Clusters.With([]clusters.Cluster{c.subject}, nil)
	if err != nil {
		return expand.Delta{}, err
	}
	c.in.Clusters = inventory
	delta, ok := c.expander.Change(c.in, []string{c.subject.Name})
	if !ok {
		return expand.Delta{}, fmt.Errorf("the set cannot be expanded in part")
	}
	return delta, nil
}

// alone is a delta as a result of its own, to be verified.
func alone(d expand.Delta) expand.Result {
	return expand.Result{Applications: d.Applications, Rejected: d.Rejected, Duplicates: d.Duplicates, Missing: d.Missing}
}
