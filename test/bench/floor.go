package main

import (
	"fmt"
	"io"
	"regexp"
	"text/template"

	"github.com/Masterminds/sprig/v3"

	"github.com/fairlead/fairlead/generators"
)

// templateFloor executes the thirteen templates of clusters-go for every row
// with text/template and sprig, parsed once, on one core: what anything that
// leaves them to text/template has to pay at least.
func templateFloor(rows int) func() (job, error) {
	return func() (job, error) { return prepareFloor(rows) }
}

var quotedTemplate = regexp.MustCompile(`'[^'\n]*{{[^\n]*}}[^'\n]*'`)

func prepareFloor(rows int) (job, error) {
	set, err := sets.ReadFile("sets/clusters-go.yaml")
	if err != nil {
		return job{}, err
	}
	var parsed []*template.Template
	for _, text := range quotedTemplate.FindAllString(string(set), -1) {
		t, err := template.New("").Option("missingkey=error").Funcs(sprig.TxtFuncMap()).Funcs(template.FuncMap{
			"normalize": func(s string) string { return s },
			"slugify":   func(_ int, _ bool, s string) string { return s },
		}).Parse(text[1 : len(text)-1])
		if err != nil {
			return job{}, err
		}
		parsed = append(parsed, t)
	}
	if len(parsed) != 13 {
		return job{}, fmt.Errorf("clusters-go holds %d templates; the floor is that of 13", len(parsed))
	}
	params := floorParams(rows)
	return job{
		applications: rows,
		run: func() (any, error) {
			for _, row := range params {
				for _, t := range parsed {
					if err := t.Execute(io.Discard, row); err != nil {
						return nil, err
					}
				}
			}
			return nil, nil
		},
		verify: func(any) error { return nil },
	}, nil
}

func floorParams(n int) []generators.Params {
	out := make([]generators.Params, n)
	for i := range out {
		out[i] = generators.Params{
			"name": clusterName(i), "nameNormalized": clusterName(i), "server": server(i),
			"metadata": map[string]any{"labels": labels(i), "annotations": annotations(i)},
			"values":   map[string]string{"revision": "release-1.4"},
		}
	}
	return out
}
