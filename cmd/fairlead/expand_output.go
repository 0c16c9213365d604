package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/expand"
)

// expandOutputs are the values of -o.
var expandOutputs = map[string]func(io.Writer, expand.Result) error{
	"yaml":  writeExpandYAML,
	"json":  writeExpandJSON,
	"name":  writeExpandNames,
	"table": writeExpandTable,
}

// manifest is an Application as people write one: without a status.
type manifest struct {
	metav1.TypeMeta `json:",inline"`
	Metadata        metav1.ObjectMeta        `json:"metadata"`
	Spec            v1alpha1.ApplicationSpec `json:"spec"`
}

func manifestOf(app *v1alpha1.Application) manifest {
	return manifest{app.TypeMeta, app.ObjectMeta, app.Spec}
}

func writeExpandYAML(w io.Writer, result expand.Result) error {
	return writeDocuments(w, len(result.Applications), func(i int) ([]byte, error) { return yaml.Marshal(manifestOf(&result.Applications[i])) })
}

// writeDocuments writes n objects as YAML, one document each.
func writeDocuments(w io.Writer, n int, document func(i int) ([]byte, error)) error {
	out := bufio.NewWriter(w)
	for i := range n {
		text, err := document(i)
		if err != nil {
			return err
		}
		if i > 0 {
			fmt.Fprintln(out, "---")
		}
		if _, err := out.Write(text); err != nil {
			return err
		}
	}
	return out.Flush()
}

// writeExpandJSON writes one v1 List, also of nothing.
func writeExpandJSON(w io.Writer, result expand.Result) error {
	list := struct {
		metav1.TypeMeta `json:",inline"`
		Items           []manifest `json:"items"`
	}{metav1.TypeMeta{APIVersion: "v1", Kind: "List"}, make([]manifest, len(result.Applications))}
	for i := range result.Applications {
		list.Items[i] = manifestOf(&result.Applications[i])
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(list)
}

func writeExpandNames(w io.Writer, result expand.Result) error {
	out := bufio.NewWriter(w)
	for i := range result.Applications {
		fmt.Fprintln(out, printable(result.Applications[i].Name))
	}
	return out.Flush()
}

func writeExpandTable(w io.Writer, result expand.Result) error {
	t := table{header: []string{"NAME", "PROJECT", "DESTINATION", "NAMESPACE", "FROM"}}
	for i := range result.Applications {
		app := &result.Applications[i]
		d := app.Spec.Destination
		t.add(app.Name, app.Spec.Project, cmp.Or(d.Name, d.Server), d.Namespace, result.Origins[i].String())
	}
	return t.write(w)
}
