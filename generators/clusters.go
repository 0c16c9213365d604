package generators

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/clusters"
)

// selection is what one selector reached; legs of a matrix ask again and again.
type selection struct {
	clusters []*clusters.Cluster
	err      error
}

// clusters gives a row per cluster that the selector reaches, or with flatList
// one row whose "clusters" lists them.
// See https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-Cluster/.
func (e *Evaluator) clusters(path string, g *generator) ([]Row, error) {
	found, err := e.selectClusters(&g.Clusters.Selector)
	if err != nil {
		return nil, err
	}
	values := e.values(g.Clusters.Values)
	rows, err := e.clusterRows(path, found, values)
	if err != nil {
		return nil, err
	}
	if !g.Clusters.FlatList {
		return rows, nil
	}
	return []Row{{Params{"clusters": flatList(found, rows)}, Origin{Generator: path, Element: "all clusters"}}}, nil
}

// flatList has the implicit cluster last, as in Argo CD, which has the others
// in no order. It is null in JSON for no clusters.
func flatList(found []*clusters.Cluster, rows []Row) []map[string]any {
	var declared, implicit []map[string]any
	for i, row := range rows {
		if found[i].Implicit {
			implicit = append(implicit, row.Params)
		} else {
			declared = append(declared, row.Params)
		}
	}
	return append(declared, implicit...)
}

// clusterRows makes the rows on every processor. All are made even if one
// fails, so that the error does not depend on who came first.
func (e *Evaluator) clusterRows(path string, found []*clusters.Cluster, values rowValues) ([]Row, error) {
	rows := make([]Row, len(found))
	var failed firstError
	InChunks(len(found), 0, func(start, end int) {
		shared := flatShared{keys: map[flatKey]string{}, values: map[string]any{}}
		for i := start; i < end; i++ {
			params := e.clusterParams(found[i], shared)
			if err := values.addTo(params); err != nil {
				failed.add(i, forRow(err, Origin{Cluster: found[i].Name}.Subject()))
			}
			rows[i] = Row{params, Origin{Generator: path, Cluster: found[i].Name}}
		}
	})
	if failed.err == nil {
		return rows, nil
	}
	if err := e.exhausted(); err != nil {
		return nil, err
	}
	return nil, failed.err
}

// flatShared is what fasttemplate parameters of several rows have in common:
// the keys, and the values of labels, which come from few.
type flatShared struct {
	keys   map[flatKey]string
	values map[string]any
}

type flatKey struct{ prefix, name string }

func (s flatShared) key(prefix, name string) string {
	joined, ok := s.keys[flatKey{prefix, name}]
	if !ok {
		joined = prefix + name
		s.keys[flatKey{prefix, name}] = joined
	}
	return joined
}

// value spares the allocation of putting a text into an interface.
func (s flatShared) value(text string) any {
	v, ok := s.values[text]
	if !ok {
		v = text
		s.values[text] = v
	}
	return v
}

func (e *Evaluator) selectClusters(s *metav1.LabelSelector) ([]*clusters.Cluster, error) {
	key := metav1.FormatLabelSelector(s)
	if known, ok := e.selected[key]; ok {
		return known.clusters, known.err
	}
	compiled, err := clusters.NewSelector(*s)
	found := selection{err: err}
	if err == nil {
		found.clusters = e.inputs.Clusters.Select(compiled)
	}
	e.selected[key] = found
	return found.clusters, found.err
}

// clusterParams are name, nameNormalized, server, project and metadata. The
// implicit cluster has no metadata at all. Facts stand apart from labels.
func (e *Evaluator) clusterParams(c *clusters.Cluster, shared flatShared) Params {
	if e.options.GoTemplate {
		return nestedClusterParams(c)
	}
	params := make(Params, 4+len(c.Labels)+len(c.Annotations)+len(c.Facts))
	addClusterNames(params, c)
	for k, v := range c.Annotations {
		params[shared.key("metadata.annotations.", k)] = v
	}
	for k, v := range c.Labels {
		params[shared.key("metadata.labels.", k)] = shared.value(v)
	}
	for k, v := range c.Facts {
		params["facts."+k] = fmt.Sprint(v)
	}
	return params
}

func nestedClusterParams(c *clusters.Cluster) Params {
	params := make(Params, 7)
	addClusterNames(params, c)
	if !c.Implicit {
		metadata := make(map[string]any, 2)
		if len(c.Annotations) > 0 {
			metadata["annotations"] = c.Annotations
		}
		if len(c.Labels) > 0 {
			metadata["labels"] = c.Labels
		}
		params["metadata"] = metadata
	}
	if len(c.Facts) > 0 {
		params["facts"] = c.Facts
	}
	return params
}

func addClusterNames(params Params, c *clusters.Cluster) {
	params["name"] = c.Name
	params["nameNormalized"] = clusters.NormalizeName(c.Name)
	params["server"] = c.Server
	params["project"] = c.Project
}
