package manifest

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

const (
	// maxDepth is how deep mappings and sequences may nest. The deepest object
	// of a Kubernetes release, a CRD's schema, has less than 60 levels.
	maxDepth = 200
	// maxNodes is how many values one document may hold once its aliases are
	// written out.
	maxNodes = 500_000
)

// Check says whether text is acceptable YAML source: UTF-8, no NUL, and no
// aliases that unfold to more than limit bytes. file is for messages. It is
// for text that another library will parse; Decode calls it itself.
func Check(file string, text []byte, limit int) error {
	if _, err := plain(file, text); err != nil {
		return err
	}
	return checkAliases(file, 1, text, limit)
}

// plain returns text without a byte order mark, or says why it is not UTF-8
// text.
func plain(file string, text []byte) ([]byte, error) {
	for _, mark := range []string{"\xff\xfe", "\xfe\xff"} {
		if bytes.HasPrefix(text, []byte(mark)) {
			return nil, fmt.Errorf("%s: line 1: the file is UTF-16; save it as UTF-8", file)
		}
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if i := bytes.IndexByte(text, 0); i >= 0 {
		return nil, fmt.Errorf("%s: line %d: holds a NUL byte; is it text, saved as UTF-8?", file, lineAt(text, i))
	}
	if !utf8.Valid(text) {
		return nil, fmt.Errorf("%s: line %d: is not UTF-8 text", file, lineAt(text, invalidAt(text)))
	}
	return text, nil
}

// lineAt is the line of byte i, from 1.
func lineAt(text []byte, i int) int { return 1 + bytes.Count(text[:i], []byte("\n")) }

// invalidAt is the first byte that is not UTF-8.
func invalidAt(text []byte) int {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n <= 1 {
			return i
		}
		i += n
	}
	return len(text)
}

// checkAliases refuses documents whose aliases, written out, pass limit bytes
// or maxNodes values. Text without aliases is not parsed.
func checkAliases(file string, line int, text []byte, limit int) error {
	if !bytes.ContainsRune(text, '&') || !bytes.ContainsRune(text, '*') {
		return nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var node yaml.Node
		if err := decoder.Decode(&node); err != nil {
			return nil // the end, or what the parser proper will report
		}
		m := measure{known: map[*yaml.Node]cost{}, open: map[*yaml.Node]bool{}}
		total, err := m.of(&node)
		switch {
		case err != nil:
			return fmt.Errorf("%s: line %d: %w", file, line-1+m.line, err)
		case total.bytes > limit || total.nodes > maxNodes:
			return fmt.Errorf("%s: line %d: aliases unfold to more than %d bytes or %d values", file, line-1+node.Line, limit, maxNodes)
		}
	}
}

// cost is the size of a value with its aliases written out.
type cost struct{ nodes, bytes int }

// measure adds up costs without writing anything out.
type measure struct {
	known map[*yaml.Node]cost
	open  map[*yaml.Node]bool
	line  int
}

func (m *measure) of(n *yaml.Node) (cost, error) {
	if c, ok := m.known[n]; ok {
		return c, nil
	}
	if m.open[n] {
		m.line = n.Line
		return cost{}, fmt.Errorf("anchor %q contains itself", n.Anchor)
	}
	m.open[n] = true
	c := cost{nodes: 1, bytes: len(n.Value) + 2}
	children := n.Content
	if n.Kind == yaml.AliasNode {
		children = []*yaml.Node{n.Alias}
	}
	for _, child := range children {
		part, err := m.of(child)
		if err != nil {
			return cost{}, err
		}
		// Saturate: an overflow must not look small.
		c.nodes = min(c.nodes+part.nodes, 1<<40)
		c.bytes = min(c.bytes+part.bytes, 1<<40)
	}
	delete(m.open, n)
	m.known[n] = c
	return c, nil
}
