package v1alpha1_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// cases holds ApplicationSets, and the Applications that Argo CD made of them.
const cases = "../../test/appset-cases"

// What Argo CD encoded, these types decode and encode to the same object.
func TestApplicationsEncodeAsArgoCDEncodesThem(t *testing.T) {
	for _, file := range glob(t, "*/expected.yaml") {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			for _, document := range documents(t, file) {
				app := &v1alpha1.Application{}
				if err := yaml.UnmarshalStrict(document, app); err != nil {
					t.Fatal(err)
				}
				got := encode(t, app)
				delete(got, "status") // the files have none
				if diff := cmp.Diff(decode(t, document), got); diff != "" {
					t.Errorf("application %s (-file +encoded):\n%s", app.Name, diff)
				}
			}
		})
	}
}

// What a user wrote in a set is still there after decoding and encoding.
func TestApplicationSetsKeepWhatUsersWrote(t *testing.T) {
	for _, file := range glob(t, "*/appset.yaml") {
		name := filepath.Base(filepath.Dir(file))
		t.Run(name, func(t *testing.T) {
			for _, document := range documents(t, file) {
				set := &v1alpha1.ApplicationSet{}
				err := yaml.Unmarshal(document, set)
				if undecodable[name] {
					if err == nil {
						t.Error("decoded, although it should not")
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				for _, lost := range missing("", decode(t, document), encode(t, set)) {
					t.Errorf("lost or changed: %s", lost)
				}
			}
		})
	}
}

var (
	// undecodable are cases whose generators are not a list.
	undecodable = map[string]bool{"doc-appset-any-namespace-01": true}
	// unknownGenerators occur in cases and are none.
	unknownGenerators = map[string]bool{"bogus": true, "union": true}
)

// missing lists the paths of want that got lacks or has otherwise. Zero values
// may be left out, and YAML's other scalars may have become strings.
func missing(path string, want, got any) []string {
	var lost []string
	switch want := want.(type) {
	case map[string]any:
		got, _ := got.(map[string]any)
		for key, value := range want {
			if !unknownGenerators[key] {
				lost = append(lost, missing(path+"."+key, value, got[key])...)
			}
		}
	case []any:
		got, _ := got.([]any)
		for i, value := range want {
			var other any
			if i < len(got) {
				other = got[i]
			}
			lost = append(lost, missing(fmt.Sprintf("%s[%d]", path, i), value, other)...)
		}
	default:
		zero := want == nil || reflect.ValueOf(want).IsZero()
		if fmt.Sprint(want) != fmt.Sprint(got) && !(zero && got == nil) {
			lost = append(lost, path)
		}
	}
	return lost
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(cases, pattern))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("no files %s in %s", pattern, cases)
	}
	return files
}

// documents returns the YAML documents of a file, without empty ones.
func documents(t *testing.T, file string) [][]byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var list [][]byte
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(data)))
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		if decode(t, document) != nil {
			list = append(list, document)
		}
	}
}

func decode(t *testing.T, document []byte) map[string]any {
	t.Helper()
	var object map[string]any
	if err := yaml.Unmarshal(document, &object); err != nil {
		t.Fatal(err)
	}
	return object
}

func encode(t *testing.T, object any) map[string]any {
	t.Helper()
	data, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, data)
}
