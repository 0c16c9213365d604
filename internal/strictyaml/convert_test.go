package strictyaml

import (
	"strings"
	"testing"
)

func TestKeysAreWrittenOnce(t *testing.T) {
	for text, want := range map[string]string{
		"a: 1\nb: 2\na: 3\n":                           `line 3: key "a" already set in map`,
		"x:\n- {k: 1, \"k\": 2}\n":                     `line 2: key "k" already set in map`,
		"a: &x {k: 1, k: 2}\nb: *x\n":                  `line 1: key "k" already set in map`,
		"true: 1\ntrue: 2\n":                           `line 2: key "true" already set in map`,
		"d: &d {a: 1}\nm:\n  <<: *d\n  b: 1\n  b: 2\n": `line 5: key "b" already set in map`,
		"a: b: c\n":                                    "yaml: ",
	} {
		if out, err := ToJSON([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %s, %v; want an error with %q", text, out, err, want)
		}
	}
}

func TestMergedKeysMayBeWrittenOver(t *testing.T) {
	for text, want := range map[string]string{
		"d: &d {a: 1, b: 2}\nm: {<<: *d, b: 3}":       `{"d":{"a":1,"b":2},"m":{"a":1,"b":3}}`,
		"m: {<<: [{a: 1}, {a: 2, c: 3}], a: 0}":       `{"m":{"a":0,"c":3}}`,
		"- &d {name: x}\n- <<: *d\n  name: z\n":       `[{"name":"x"},{"name":"z"}]`,
		"plain: {a: [1, null, yes]}":                  `{"plain":{"a":[1,null,true]}}`,
		"":                                            `null`,
		"yes: 1\nno: 2\n":                             `{"false":2,"true":1}`,
		"a: {k: 1}\nb: {k: 2}\nc: [{k: 3}, {k: 4}]\n": `{"a":{"k":1},"b":{"k":2},"c":[{"k":3},{"k":4}]}`,
	} {
		if out, err := ToJSON([]byte(text)); err != nil || string(out) != want {
			t.Errorf("%q: got %s, %v; want %s", text, out, err, want)
		}
	}
}

func TestTwoWordsForOneTruthAreTaken(t *testing.T) {
	if _, err := ToJSON([]byte("yes: 1\non: 2\n")); err != nil {
		t.Error(err)
	}
}
