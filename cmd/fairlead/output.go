package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"sigs.k8s.io/yaml"
)

// table is what people read: a header and rows, the first column a name.
type table struct {
	header []string
	rows   [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) write(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{t.header}, t.rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = printable(cell)
		}
		fmt.Fprintln(tw, strings.Join(cells, "\t"))
	}
	return tw.Flush()
}

// printable drops control characters: names and messages come from clusters,
// and a terminal obeys escape sequences.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) {
			return ' '
		}
		return r
	}, s)
}

// printList writes a list as the -o flag asks: the table, its first column, or
// the objects.
func printList(w io.Writer, output string, t table, objects any) error {
	switch output {
	case "", "table", "wide":
		return t.write(w)
	case "name":
		for _, row := range t.rows {
			fmt.Fprintln(w, row[0])
		}
		return nil
	case "json":
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(objects)
	case "yaml":
		text, err := yaml.Marshal(objects)
		if err != nil {
			return err
		}
		_, err = w.Write(text)
		return err
	default:
		return exitf(codeUsage, "output %q: want table, json, yaml or name", output)
	}
}
