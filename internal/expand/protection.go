package expand

import (
	"maps"
	"slices"
	"strings"

	"github.com/fairlead/fairlead/generators"
)

// Protection says which Applications must not be deleted although no row gives
// them: a row that was rejected, or that shares its name with another, may be
// the one that gave them before.
//
// An Application is protected while such a row derives from the same cluster or
// the same element as the row that gave it. An element of a list is known by
// its place alone, which moves when the list is edited. So an Application that
// derives from nothing but places is protected while any row of its generator
// is refused, and a refused row of that sort protects all Applications of its
// generator. Generators are told apart by their kind, not by their number, for
// they move too; where the set no longer has the kind, any refused row counts,
// as it does for an Application of unknown origin. A name with duplicates is
// protected itself.
//
// The zero value protects nothing.
type Protection struct {
	clusters map[string]Origin // each with a refused row
	elements map[string]Origin // stable ones by name, places by kind and name
	kinds    map[string]Origin // kinds of generators with a refused row
	loose    map[string]Origin // kinds with a refused row that has nothing stable
	names    map[string]Origin // of duplicates
	present  map[string]bool   // kinds that the set has
	first    *Origin           // of all refused rows
}

// Protection of what the set had before this expansion. Only a complete result
// has one: while Err or Missing is set, nothing may be deleted at all.
func (r *Result) Protection() Protection {
	p := newProtection(r.Generators)
	for _, row := range r.Rejected {
		p.refuse(row.Origin)
	}
	for _, d := range r.Duplicates {
		p.duplicate(d.Name, d.Origins)
	}
	return p
}

// Protects is Protection().Covers for one Application.
func (r *Result) Protects(name string, origin Origin) bool {
	_, protected := r.Protection().Covers(name, origin)
	return protected
}

func newProtection(paths []string) Protection {
	p := Protection{
		clusters: map[string]Origin{}, elements: map[string]Origin{}, kinds: map[string]Origin{},
		loose: map[string]Origin{}, names: map[string]Origin{}, present: map[string]bool{},
	}
	for _, path := range paths {
		p.present[generators.KindOf(path)] = true
	}
	return p
}

// Covers says whether the Application of that name must stay, and for which
// row. Its origin is what was stored when a row last gave it; the zero Origin
// stands for unknown.
func (p Protection) Covers(name string, origin Origin) (by Origin, protected bool) {
	if p.first == nil {
		return Origin{}, false
	}
	if by, ok := p.names[name]; ok {
		return by, true
	}
	kind := origin.Kind()
	if origin.Generator == "" || !p.present[kind] {
		return *p.first, true
	}
	if by, ok := p.loose[kind]; ok {
		return by, true
	}
	clusters, elements, stable := traits(origin)
	for _, cluster := range clusters {
		if by, ok := p.clusters[cluster]; ok {
			return by, true
		}
	}
	for _, element := range elements {
		if by, ok := p.elements[element]; ok {
			return by, true
		}
	}
	if by, ok := p.kinds[kind]; ok && !stable {
		return by, true
	}
	return Origin{}, false
}

func (p *Protection) refuse(origin Origin) {
	if p.first == nil || compareOrigins(origin, *p.first) < 0 {
		p.first = &origin
	}
	clusters, elements, stable := traits(origin)
	for _, cluster := range clusters {
		keepFirst(p.clusters, cluster, origin)
	}
	for _, element := range elements {
		keepFirst(p.elements, element, origin)
	}
	keepFirst(p.kinds, origin.Kind(), origin)
	if !stable {
		keepFirst(p.loose, origin.Kind(), origin)
	}
}

func (p *Protection) duplicate(name string, origins []Origin) {
	for _, origin := range origins {
		p.refuse(origin)
		keepFirst(p.names, name, origin)
	}
}

// keepFirst makes the answer independent of the order of rows.
func keepFirst(m map[string]Origin, key string, origin Origin) {
	if known, ok := m[key]; !ok || compareOrigins(origin, known) < 0 {
		m[key] = origin
	}
}

// traits are what an origin is compared by, and whether any of it is stable.
// Names are compared as they are stored, see generators.Origin.Text.
func traits(o Origin) (clusters, elements []string, stable bool) {
	known := map[string]bool{}
	for _, e := range o.Elements() {
		key := e.Name
		if !e.Stable {
			key = o.Kind() + "\x00" + key
		}
		known[strings.ToValidUTF8(key, "\uFFFD")] = true
		stable = stable || e.Stable
	}
	for _, cluster := range o.Clusters() {
		clusters = append(clusters, strings.ToValidUTF8(cluster, "\uFFFD"))
		stable = true
	}
	return clusters, slices.Sorted(maps.Keys(known)), stable
}
