package plugin

import (
	"strings"
	"testing"
)

// FuzzDecode: any reply gives parameter sets within bounds or an error, and the
// same ones each time.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "null", "[]", `{"output":null}`, `{"output":{"parameters":null}}`, `{"output":{"parameters":[null,{}]}}`,
		`{"output":{"parameters":[{"a":1e400}]}}`, `{"output":{"parameters":[{"a":"\ud800","a":2}]}}`, `{"OUTPUT":{"parameters":[{}]}}`,
		`{"output":{"parameters":[{"a":` + strings.Repeat(`{"b":`, 150) + "1" + strings.Repeat("}", 150) + `}]}}`,
		`{"output":{"parameters":[1,"x",true]}}`, `{"output":{"parameters":[{"n":12345678901234567890}]}} {}`, "\xff\xfe{\x00}\x00",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		sets, err := decode(text)
		if err != nil && sets != nil {
			t.Fatalf("both %v and %v", sets, err)
		}
		for _, set := range sets {
			if depth(set) > maxDepth {
				t.Fatalf("%v is too deep", set)
			}
		}
		if again, errAgain := decode(text); len(again) != len(sets) || (err == nil) != (errAgain == nil) {
			t.Fatalf("%v, %v and then %v, %v", sets, err, again, errAgain)
		}
		if err != nil && len(err.Error()) > 400 {
			t.Fatalf("an error of %d bytes", len(err.Error()))
		}
	})
}
