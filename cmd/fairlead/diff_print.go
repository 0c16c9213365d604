package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
)

// diffPrinter writes a diff for people.
type diffPrinter struct {
	w     io.Writer
	color bool
	// all fields, also those that stay as they are.
	all bool
	err error
}

// Colours of a terminal.
const (
	red, green, yellow, dim, bold = "31", "32", "33", "2", "1"
)

func (p *diffPrinter) line(color, format string, args ...any) {
	text := printable(fmt.Sprintf(format, args...))
	if p.color && color != "" {
		text = "\x1b[" + color + "m" + text + "\x1b[0m"
	}
	if _, err := fmt.Fprintln(p.w, text); p.err == nil {
		p.err = err
	}
}

func (p *diffPrinter) print(a fleet.DiffAnswer) error {
	for _, o := range a.Objects {
		if o.Counts() || p.all || o.Action == fleet.DiffHook && a.Differs {
			p.object(o)
		}
	}
	for _, note := range a.Notes {
		p.line(yellow, "note: %s", note)
	}
	if a.Truncated != "" {
		p.line(yellow, "note: %s", a.Truncated)
	}
	return p.err
}

func (p *diffPrinter) object(o fleet.ObjectDiff) {
	p.line(bold, "=== %s %s", o.Action, objectName(o.Kind, o.Group, o.Namespace, o.Name))
	if o.Message != "" && o.Action != fleet.DiffUpdate && o.Action != fleet.DiffNone {
		p.line("", "    %s: %s", o.Reason, o.Message)
	}
	for _, f := range o.Flags {
		p.line(red, "  ! %s: %s", f.Kind, f.Message)
	}
	hidden := map[fleet.FieldClass]int{}
	for _, f := range o.Fields {
		if f.Change == fleet.FieldKeep && f.Class != fleet.FieldIgnored && !p.all {
			hidden[f.Class]++
			continue
		}
		p.field(f)
	}
	if n := hidden[fleet.FieldOther]; n > 0 {
		p.line(dim, "    %d fields stay with other managers; --all shows them", n)
	}
	if o.MoreFields > 0 {
		p.line(dim, "    %d more fields are left out", o.MoreFields)
	}
}

// signs of changes whose values are not shown.
var signs = map[fleet.FieldChange]string{fleet.FieldAdd: "+", fleet.FieldRemove: "-", fleet.FieldEdit: "~"}

// field as lines like those of a unified diff, with its class behind.
func (p *diffPrinter) field(f fleet.FieldDiff) {
	tag := string(f.Class)
	if len(f.Managers) > 0 {
		tag += ": " + strings.Join(f.Managers, ", ")
	}
	switch {
	case f.Change == fleet.FieldKeep && f.Class == fleet.FieldIgnored && f.To != nil:
		p.line(dim, "    %s: %s  [%s, wanted %s]", f.Path, shownValue(f.From), tag, shownValue(f.To))
	case f.Change == fleet.FieldKeep:
		p.line(dim, "    %s%s  [%s]", f.Path, after(f.From), tag)
	case f.Class == fleet.FieldSecret:
		p.line(yellow, "  %s %s  [%s, %s]", signs[f.Change], f.Path, tag, f.Change)
	default:
		if f.Change != fleet.FieldAdd {
			p.line(red, "  - %s%s  [%s]", f.Path, after(f.From), tag)
		}
		if f.Change != fleet.FieldRemove {
			p.line(green, "  + %s%s  [%s]", f.Path, after(f.To), tag)
		}
	}
}

func after(v json.RawMessage) string {
	if v == nil {
		return ""
	}
	return ": " + shownValue(v)
}

func shownValue(v json.RawMessage) string {
	if v == nil {
		return "(none)"
	}
	return string(v)
}

// colorful: somebody looks at a terminal and has not asked for plain text
// (https://no-color.org).
func colorful(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
