package helmrepo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"
	"go.yaml.in/yaml/v3"

	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/source/blobs"
)

// entry is one version of a chart.
type entry struct {
	Version string   `yaml:"version" json:"version"`
	URLs    []string `yaml:"urls" json:"urls"`
	Digest  string   `yaml:"digest" json:"digest"`

	location string // URLs[0], absolute
}

// maxMarks bounds what the parser is handed at once: no node of a document is
// without one of these characters, and the parser's time grows with the square
// of the keys of one mapping.
const (
	marks    = "\n,:[{"
	maxMarks = 20_000
)

// errLayout: the index is not laid out as Helm writes it.
var errLayout = errors.New("another layout")

// entriesOf are the versions of one chart, in the order of the index. As with
// Helm, an entry that is no version is left out and hides no other; one with a
// digest that is none is left out too. No more than max are accepted.
func entriesOf(index []byte, chart string, max int) ([]entry, error) {
	list, err := read(index, chart, max)
	if err != nil {
		return nil, err
	}
	var out []entry
	for _, e := range list {
		if _, err := semver.NewVersion(e.Version); err != nil {
			continue
		}
		if d := e.digest(); d != "" && !blobs.IsDigest(d) {
			continue
		}
		out = append(out, e)
	}
	return out, nil
}

// read decodes the list of one chart. In an index of thousands of charts that
// is laid out as Helm writes it, nothing else is parsed.
func read(index []byte, chart string, max int) ([]entry, error) {
	index = bytes.ReplaceAll(index, []byte("\r\n"), []byte("\n"))
	if trimmed := bytes.TrimSpace(index); bytes.HasPrefix(trimmed, []byte("{")) && json.Valid(trimmed) {
		return readJSON(trimmed, chart, max)
	}
	list, err := readBlocks(index, chart, max)
	if !errors.Is(err, errLayout) {
		return list, err
	}
	return readYAML(index, chart, max)
}

// readBlocks reads entry by entry.
func readBlocks(index []byte, chart string, max int) ([]entry, error) {
	blocks, ok := cut(index, chart)
	if !ok {
		return nil, errLayout
	}
	if len(blocks) > max {
		return nil, tooMany(chart, max)
	}
	var out []entry
	for _, block := range blocks {
		var nodes []yaml.Node
		if err := unmarshal(block, &nodes); err != nil {
			return nil, errLayout
		}
		out = append(out, decode(nodes)...)
	}
	return out, nil
}

// readYAML reads the index as a whole.
func readYAML(index []byte, chart string, max int) ([]entry, error) {
	var whole struct {
		Entries map[string]yaml.Node `yaml:"entries"`
	}
	if err := unmarshal(index, &whole); err != nil {
		return nil, err
	}
	node, ok := whole.Entries[chart]
	if !ok {
		return nil, fmt.Errorf("chart %w", source.ErrNotFound)
	}
	var nodes []yaml.Node
	if err := node.Decode(&nodes); err != nil {
		return nil, fmt.Errorf("entries of chart %s: %w: %s", chart, source.ErrRefused, brief(err))
	}
	if len(nodes) > max {
		return nil, tooMany(chart, max)
	}
	return decode(nodes), nil
}

func readJSON(index []byte, chart string, max int) ([]entry, error) {
	var whole struct {
		Entries map[string]json.RawMessage `json:"entries"`
	}
	if err := json.Unmarshal(index, &whole); err != nil {
		return nil, fmt.Errorf("%w: %s", source.ErrRefused, brief(err))
	}
	text, ok := whole.Entries[chart]
	if !ok {
		return nil, fmt.Errorf("chart %w", source.ErrNotFound)
	}
	var list []json.RawMessage
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("entries of chart %s: %w: %s", chart, source.ErrRefused, brief(err))
	}
	if len(list) > max {
		return nil, tooMany(chart, max)
	}
	var out []entry
	for _, item := range list {
		var e entry
		if json.Unmarshal(item, &e) == nil {
			out = append(out, e)
		}
	}
	return out, nil
}

// decode leaves out what is no entry.
func decode(nodes []yaml.Node) []entry {
	var out []entry
	for _, node := range nodes {
		var e entry
		if node.Decode(&e) == nil {
			out = append(out, e)
		}
	}
	return out
}

// unmarshal parses a text that is short enough to be parsed.
func unmarshal(text []byte, into any) error {
	count := 0
	for _, mark := range []byte(marks) {
		count += bytes.Count(text, []byte{mark})
	}
	if count > maxMarks {
		return fmt.Errorf("more than %d lines and values at once; `helm repo index` lays them out so that they can be read one by one: %w", maxMarks, source.ErrTooLarge)
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%w: %s", source.ErrRefused, brief(err))
	}
	return nil
}

func tooMany(chart string, max int) error {
	return fmt.Errorf("chart %s has more than %d versions: %w", chart, max, source.ErrTooLarge)
}

// brief is a parser's error on one line, which can list every entry.
func brief(err error) string {
	text := strings.Join(strings.Fields(err.Error()), " ")
	if len(text) > 300 {
		return strings.ToValidUTF8(text[:300], "") + " ..."
	}
	return text
}
