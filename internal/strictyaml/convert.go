package strictyaml

import (
	"fmt"
	"strings"

	yamlv3 "go.yaml.in/yaml/v3"
	"sigs.k8s.io/yaml"
)

// ToJSON converts one YAML document, read as YAML 1.1 like Kubernetes reads it.
// A key that one mapping holds twice is an error with its line, from 1. A key
// that stands beside a merge key (<<) may be one of the merged, and two words
// may mean one truth (yes and on). See https://yaml.org/type/merge.html.
func ToJSON(doc []byte) ([]byte, error) {
	text, err := yaml.YAMLToJSONStrict(doc)
	if err == nil {
		return text, nil
	}
	// The strict reader also refuses a merged key that is written over.
	var root yamlv3.Node
	if errNodes := yamlv3.Unmarshal(doc, &root); errNodes != nil {
		return nil, err
	}
	if twice := repeated(&root, nil); len(twice) > 0 {
		return nil, fmt.Errorf("yaml: %s", strings.Join(twice, ", "))
	}
	return yaml.YAMLToJSON(doc)
}

// repeated appends a line for each key that is written twice in one mapping, in
// the order of the text. Aliases are not followed: what they stand for is
// looked at where it is written.
func repeated(n *yamlv3.Node, found []string) []string {
	seen := map[[2]string]bool{}
	for i, child := range n.Content {
		isKey := n.Kind == yamlv3.MappingNode && i%2 == 0
		if isKey && child.Kind == yamlv3.ScalarNode && child.ShortTag() != "!!merge" {
			key := [2]string{child.ShortTag(), child.Value}
			if seen[key] {
				found = append(found, fmt.Sprintf("line %d: key %q already set in map", child.Line, child.Value))
			}
			seen[key] = true
		}
		found = repeated(child, found)
	}
	return found
}
