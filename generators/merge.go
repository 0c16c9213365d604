package generators

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
)

// merge takes the rows of the first leg and lays over each the row of every
// later leg that agrees with it in all merge keys. Rows of later legs that
// agree with none are left out; rows of the first that none agrees with stay.
// See https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-Merge/.
func (e *Evaluator) merge(path string, g *generator) ([]Row, error) {
	legs, err := e.legs(path, g.Merge.Generators)
	if err != nil {
		return nil, err
	}
	if len(g.Merge.MergeKeys) == 0 {
		return nil, errors.New("mergeKeys is empty")
	}
	byLeg := make([]map[string]*Row, len(legs))
	var order []string
	for i, leg := range legs {
		rows, err := leg.rows(e, nil)
		if err != nil {
			return nil, err
		}
		if byLeg[i], err = byMergeKeys(g.Merge.MergeKeys, rows, &order, i == 0); err != nil {
			return nil, &pathError{leg.path, err}
		}
		e.options.Notes.merged(path, byLeg[i])
	}

	out := make([]Row, 0, len(order))
	for _, key := range order {
		row := *byLeg[0][key]
		for _, leg := range byLeg[1:] {
			if over, ok := leg[key]; ok {
				row.Params = e.mergeParams(row.Params, over.Params)
				row.Origin = row.Origin.with(over.Origin)
			}
		}
		row.Origin.Generator = path
		out = append(out, row)
	}
	return out, nil
}

func (e *Evaluator) mergeParams(base, over Params) Params {
	if e.options.GoTemplate {
		return overlay(base, over)
	}
	out := maps.Clone(base)
	maps.Copy(out, over)
	return out
}

// byMergeKeys indexes rows by the values of the merge keys, a missing key
// counting as null. Two rows that agree are an error. The keys are noted in
// order for the first leg.
func byMergeKeys(mergeKeys []string, rows []Row, order *[]string, first bool) (map[string]*Row, error) {
	out := make(map[string]*Row, len(rows))
	for i := range rows {
		key, err := mergeKey(mergeKeys, rows[i].Params)
		if err != nil {
			return nil, fmt.Errorf("merge keys of %s: %w", rows[i].Origin.Subject(), err)
		}
		if known, taken := out[key]; taken {
			return nil, fmt.Errorf("%s and %s have the same merge keys %s",
				known.Origin.Subject(), rows[i].Origin.Subject(), key)
		}
		out[key] = &rows[i]
		if first {
			*order = append(*order, key)
		}
	}
	return out, nil
}

// mergeKey is the object of the merge keys and their values, as JSON.
func mergeKey(mergeKeys []string, params Params) (string, error) {
	if len(mergeKeys) == 1 && plain(mergeKeys[0]) {
		if value, ok := params[mergeKeys[0]].(string); ok && plain(value) {
			return `{"` + mergeKeys[0] + `":"` + value + `"}`, nil
		}
	}
	values := make(map[string]any, len(mergeKeys))
	for _, k := range mergeKeys {
		values[k] = params[k]
	}
	raw, err := json.Marshal(values)
	return string(raw), err
}

// plain says that a text stands in JSON as it is.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}
