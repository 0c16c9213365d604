package generators

import "strings"

// Row is one parameter set and where it comes from.
type Row struct {
	Params Params
	Origin Origin
}

// Origin says where a row comes from, in the user's words. It is comparable.
type Origin struct {
	// Generator is the path of the generator in the set: generators[0].matrix.
	Generator string
	// Cluster is the name of the cluster that the row derives from, if any.
	Cluster string
	// Element names what else the row derives from: an element of a list, a
	// directory, a file.
	Element string
}

// String reads like `generators[0].clusters, cluster "edge-1"`.
func (o Origin) String() string {
	var b strings.Builder
	b.WriteString(o.Generator)
	if o.Element != "" {
		b.WriteString(", ")
		b.WriteString(o.Element)
	}
	if o.Cluster != "" {
		b.WriteString(`, cluster "`)
		b.WriteString(o.Cluster)
		b.WriteByte('"')
	}
	return b.String()
}

// with adds what another row derives from: the two legs of a matrix.
func (o Origin) with(other Origin) Origin {
	o.Cluster = joinNonEmpty(o.Cluster, other.Cluster)
	o.Element = joinNonEmpty(o.Element, other.Element)
	return o
}

func joinNonEmpty(a, b string) string {
	if a == "" || a == b {
		return b
	}
	if b == "" {
		return a
	}
	return a + ", " + b
}

// Subject is the origin without its generator, for errors that name that first.
func (o Origin) Subject() string {
	switch {
	case o.Cluster == "":
		return o.Element
	case o.Element == "":
		return `cluster "` + o.Cluster + `"`
	}
	return `cluster "` + o.Cluster + `", ` + o.Element
}
