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
	values, err := e.values(g.Clusters.Values)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, 0, len(found))
	for _, c := range found {
		params := e.clusterParams(c)
		if err := values.addTo(params); err != nil {
			return nil, fmt.Errorf("%w for cluster %q", err, c.Name)
		}
		rows = append(rows, Row{params, Origin{Generator: path, Cluster: c.Name}})
	}
	if !g.Clusters.FlatList {
		return rows, nil
	}
	all := make([]map[string]any, len(rows))
	for i, row := range rows {
		all[i] = row.Params
	}
	return []Row{{Params{"clusters": all}, Origin{Generator: path, Element: "all clusters"}}}, nil
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
func (e *Evaluator) clusterParams(c *clusters.Cluster) Params {
	if e.options.GoTemplate {
		return nestedClusterParams(c)
	}
	params := make(Params, 4+len(c.Labels)+len(c.Annotations))
	addClusterNames(params, c)
	for k, v := range c.Annotations {
		params["metadata.annotations."+k] = v
	}
	for k, v := range c.Labels {
		params["metadata.labels."+k] = v
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
