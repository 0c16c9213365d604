package cases

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/json"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

var unknownField = regexp.MustCompile(`^unknown field "(.*)"$`)

// unknownFields says which fields of a set, as JSON, mean nothing. They are no
// error, because an API server drops them too. Inside a generator nested in
// two others it cannot tell.
func unknownFields(set []byte) []string {
	problems, err := json.UnmarshalStrict(set, &v1alpha1.ApplicationSet{})
	if err != nil {
		return nil // reading the set says it
	}
	var out []string
	for _, problem := range problems {
		field := unknownField.FindStringSubmatch(problem.Error())
		if field == nil {
			continue
		}
		text := fmt.Sprintf("unknown field %s is ignored", field[1])
		if near := nearestField(field[1]); near != "" {
			text += fmt.Sprintf(": did you mean %s?", near)
		}
		out = append(out, text)
	}
	return out
}

// nearestField is a field of a set beside the one at path whose name is much
// like it; empty if there is none.
func nearestField(path string) string {
	at := reflect.TypeFor[v1alpha1.ApplicationSet]()
	parts := strings.Split(path, ".")
	last := len(parts) - 1
	for _, part := range parts[:last] {
		name, _, _ := strings.Cut(part, "[")
		next, ok := fieldsOf(at)[name]
		if !ok {
			return ""
		}
		at = next
	}
	best, distance := "", min(2, len(parts[last])/3)+1
	names := fieldsOf(at)
	for _, name := range sortedKeys(names) {
		if d := edits(strings.ToLower(parts[last]), strings.ToLower(name)); d < distance {
			best, distance = name, d
		}
	}
	return best
}

func sortedKeys(m map[string]reflect.Type) []string {
	out := make([]string, 0, len(m))
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// fieldsOf are the fields of a type in JSON, with the types of what they hold.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	out := map[string]reflect.Type{}
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return out
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case name != "":
			out[name] = f.Type
		case f.Anonymous:
			for inner, kind := range fieldsOf(f.Type) {
				out[inner] = kind
			}
		}
	}
	return out
}

// edits is the Levenshtein distance in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
