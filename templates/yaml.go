package templates

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	yamlv3 "go.yaml.in/yaml/v3"
	"sigs.k8s.io/yaml"
)

// toYAML is Argo CD's function of that name.
func (m *meter) toYAML(v any) (string, error) {
	size, err := m.sizeOf(v)
	if err != nil {
		return "", err
	}
	if err := m.handle(dear["toYaml"], size); err != nil {
		return "", err
	}
	out, err := yaml.Marshal(v)
	if err != nil {
		return "", err
	}
	return m.text(strings.TrimSuffix(string(out), "\n"))
}

func (m *meter) fromYAML(s string, into any) error {
	if err := m.handle(dear["fromYaml"], len(s)); err != nil {
		return err
	}
	return DecodeYAML([]byte(s), into, m.budget)
}

// prettyJSON indents, so a deeply nested value would grow with its depth; the
// size check bounds the depth.
func (m *meter) prettyJSON(v any) (string, error) {
	size, err := m.sizeOf(v)
	if err != nil {
		return "", err
	}
	if err := m.makes(size, 8); err != nil {
		return "", err
	}
	out, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return "", err
	}
	return m.text(string(out))
}

// DecodeYAML decodes one YAML (or JSON) document with YAML 1.1 scalars, as
// Kubernetes does, into into. A document of more than budget.Output bytes, or
// one whose aliases would expand to more, is refused before it is expanded.
func DecodeYAML(doc []byte, into any, budget Budget) error {
	budget = budget.withDefaults()
	if len(doc) > budget.Output {
		return fmt.Errorf("%w: a YAML document of more than %d bytes", ErrBudget, budget.Output)
	}
	if decodePlainJSON(doc, into) {
		return nil
	}
	if bytes.IndexByte(doc, '&') >= 0 && bytes.IndexByte(doc, '*') >= 0 {
		if err := checkAliases(doc, budget.Output); err != nil {
			return err
		}
	}
	return yaml.Unmarshal(doc, into)
}

// checkAliases measures a document with its aliases written out.
func checkAliases(doc []byte, limit int) error {
	var root yamlv3.Node
	if err := yamlv3.Unmarshal(doc, &root); err != nil {
		return nil // the decoder that follows says it in its own words
	}
	if size := expandedSize(&root, limit, map[*yamlv3.Node]int{}); size > limit {
		return fmt.Errorf("%w: YAML aliases expand to more than %d bytes", ErrBudget, limit)
	}
	return nil
}

// expandedSize counts the bytes and nodes below n, each alias at the full size
// of its target, and stops counting past limit. A target is measured once.
func expandedSize(n *yamlv3.Node, limit int, known map[*yamlv3.Node]int) int {
	if n.Kind == yamlv3.AliasNode {
		size, ok := known[n.Alias]
		if !ok {
			known[n.Alias] = limit + 1 // an alias inside its own target never ends
			size = expandedSize(n.Alias, limit, known)
			known[n.Alias] = size
		}
		return size
	}
	size := 1 + len(n.Value)
	for _, child := range n.Content {
		if size += expandedSize(child, limit, known); size > limit {
			break
		}
	}
	return size
}
