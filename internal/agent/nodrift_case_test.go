package agent_test

import (
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// driftCase is one Application of testdata/nodrift.
type driftCase struct {
	name           string
	git            string
	app            []byte // JSON
	others, forced []*unstructured.Unstructured
}

func (c *driftCase) take(t *testing.T, part, text string) {
	t.Helper()
	var err error
	switch part {
	case "":
		c.git = text
	case "app":
		c.app, err = yaml.YAMLToJSON([]byte(text))
	case "others":
		c.others, err = decode(text)
	case "forced":
		c.forced, err = decode(strings.ReplaceAll(text, "$CA", base64.StdEncoding.EncodeToString(newAuthority(t).pem())))
	default:
		t.Fatalf("testdata/nodrift/%s.%s.yaml: no such part", c.name, part)
	}
	if err != nil {
		t.Fatalf("testdata/nodrift/%s (%s): %v", c.name, part, err)
	}
}

// configure lays the case's fields over an Application's spec.
func (c *driftCase) configure(a *v1alpha1.Application) {
	if c.app == nil {
		return
	}
	policy := a.Spec.SyncPolicy
	if err := json.Unmarshal(c.app, &a.Spec); err != nil {
		panic(err)
	}
	if a.Spec.SyncPolicy != policy {
		a.Spec.SyncPolicy.Automated = policy.Automated
	}
}

// driftFiles are a folder per case.
func driftFiles(cases []driftCase) fs.FS {
	all := map[string]string{}
	for _, c := range cases {
		all[c.name+"/manifests.yaml"] = c.git
	}
	return files(all)
}

// decode documents.
func decode(text string) ([]*unstructured.Unstructured, error) {
	var out []*unstructured.Unstructured
	for doc := range strings.SplitSeq(text, "\n---\n") {
		raw, err := yaml.YAMLToJSON([]byte(doc))
		if err != nil {
			return nil, err
		}
		obj := &unstructured.Unstructured{}
		if err := obj.UnmarshalJSON(raw); err != nil {
			return nil, err
		}
		out = append(out, obj)
	}
	return out, nil
}
