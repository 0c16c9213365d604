package explain

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// object is a generator as JSON, in which legs of any depth look alike.
type object = map[string]any

// place is a generator in the tree of one entry of spec.generators.
type place struct {
	// path names the generator for people, without its kind.
	path string
	node object
	// parent is nil for the entry itself; else the generator that combines this
	// leg, by kind, at which position.
	parent   *place
	combined string
	leg      int
	free     bool // no earlier row changes it
	entry    int  // of spec.generators; of the entry itself only
}

// rootOf reads one entry of spec.generators.
func rootOf(i int, g *v1alpha1.ApplicationSetGenerator) (*place, error) {
	raw, err := json.Marshal(g)
	if err != nil {
		return nil, err
	}
	p := &place{path: fmt.Sprintf("generators[%d]", i), entry: i}
	return p, json.Unmarshal(raw, &p.node)
}

// legKinds combine other generators.
const (
	kindMatrix = "matrix"
	kindMerge  = "merge"
)

var kinds = []string{"list", "clusters", "git", "scmProvider", "clusterDecisionResource", "pullRequest", kindMatrix, kindMerge, "plugin"}

// kind of the generator; empty for one that holds none.
func (p *place) kind() string {
	for _, k := range kinds {
		if p.node[k] != nil {
			return k
		}
	}
	return ""
}

// name is the path with its kind, as errors and origins have it.
func (p *place) name() string { return p.path + "." + p.kind() }

// spec is what the generator's kind holds.
func (p *place) spec() object {
	spec, _ := p.node[p.kind()].(object)
	return spec
}

// legs are the generators that a matrix or a merge combines.
func (p *place) legs() []*place {
	kind := p.kind()
	if kind != kindMatrix && kind != kindMerge {
		return nil
	}
	list, _ := p.spec()["generators"].([]any)
	var out []*place
	for i, item := range list {
		if node, ok := item.(object); ok {
			out = append(out, &place{path: fmt.Sprintf("%s[%d]", p.name(), i), node: node, parent: p, combined: kind, leg: i})
		}
	}
	return out
}

// aboutClusters says whether rows derive from clusters.
func (p *place) aboutClusters() bool {
	switch p.kind() {
	case "clusters", "clusterDecisionResource":
		return true
	}
	for _, leg := range p.legs() {
		if leg.aboutClusters() {
			return true
		}
	}
	return false
}

// templated says whether rows of earlier legs may change the generator.
func (p *place) templated() bool {
	for ; p.parent != nil && !p.free; p = p.parent {
		if p.combined == kindMatrix && p.leg > 0 {
			return true
		}
	}
	return false
}

// freed is the place on its own if it has no template that rows of earlier legs
// could change.
func (p *place) freed() *place {
	raw, err := json.Marshal(p.node)
	if err != nil || strings.Contains(string(raw), "{{") {
		return p
	}
	out := *p
	out.free = true
	return &out
}

// with is the place with another generator in it.
func (p *place) with(node object) *place {
	out := *p
	out.node = node
	return &out
}

// without is the place without a field of its generator.
func (p *place) without(field string) *place {
	node := maps.Clone(p.node)
	delete(node, field)
	return p.with(node)
}

// alone is the generator as an entry of its own, below no more than the legs
// of matrices that come before it and may template it.
func (p *place) alone() object {
	node := p.node
	for at := p; at.parent != nil && !at.free; at = at.parent {
		if at.combined != kindMatrix || at.leg == 0 {
			continue
		}
		var legs []any
		for _, before := range at.parent.legs()[:at.leg] {
			legs = append(legs, before.node)
		}
		node = object{kindMatrix: object{"generators": append(legs, node)}}
	}
	return node
}
