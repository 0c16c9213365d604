package generators

import (
	"errors"

	"github.com/fairlead/fairlead/clusters"
)

// decisions gives a row per cluster that placement objects decide for: the
// cluster's name and server, then what the decision says, as text. Values are
// taken as written. Decisions for clusters that the fleet does not have give
// nothing.
// See https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-Cluster-Decision-Resource/.
func (e *Evaluator) decisions(path string, g *generator) ([]Row, error) {
	spec := g.ClusterDecisionResource
	if spec.ConfigMapRef == "" {
		return nil, errors.New("configMapRef is empty: name the ConfigMap that says which objects to look at")
	}
	question, err := e.question("clusterDecisionResource", spec)
	if err != nil {
		return nil, err
	}
	answer := e.answer(path, question)
	if answer == nil || answer.MatchKey == "" {
		return nil, nil
	}
	var rows []Row
	seen := map[string]bool{}
	for i, decision := range answer.Decisions {
		cluster, ok := e.decidedCluster(decision[answer.MatchKey])
		if !ok {
			continue
		}
		origin := Origin{Generator: path, Cluster: cluster.Name}
		if seen[cluster.Name] {
			origin.Element = indexed(answer.StatusListKey, i)
		}
		seen[cluster.Name] = true
		rows = append(rows, Row{e.decisionParams(cluster, decision, spec.Values), origin})
	}
	return rows, nil
}

func (e *Evaluator) decidedCluster(name any) (*clusters.Cluster, bool) {
	if name == nil {
		return nil, false
	}
	return e.inputs.Clusters.ByName(text(name))
}

func (e *Evaluator) decisionParams(cluster *clusters.Cluster, decision map[string]any, values map[string]string) Params {
	params := make(Params, 3+len(decision)+len(values))
	params["name"] = cluster.Name
	params["server"] = cluster.Server
	for key, value := range decision {
		params[key] = text(value)
	}
	if len(values) == 0 {
		return params
	}
	if e.options.GoTemplate {
		params["values"] = values
		return params
	}
	for key, value := range values {
		params["values."+key] = value
	}
	return params
}
