package manifest

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"
)

// Limits bound one rendering. All fields must be set.
type Limits struct {
	// DocumentBytes is the most one document may weigh, as text and as JSON.
	DocumentBytes int
	// Bytes is the most all objects together may weigh as JSON.
	Bytes int
	// Objects is the most objects there may be.
	Objects int
}

// Decoder turns texts into objects and adds up what they cost.
type Decoder struct {
	Limits Limits
	// AllowDuplicateKeys lets the last of several equal keys win and notes it
	// in Warnings, as charts in the wild need; otherwise it is an error.
	AllowDuplicateKeys bool
	// Objects in the order they were read, lists flattened.
	Objects []*unstructured.Unstructured
	// Warnings are worth showing, and stop nothing.
	Warnings []string

	bytes int
}

// Weight is what all objects together weigh as JSON, in bytes.
func (d *Decoder) Weight() int { return d.bytes }

// Document is one document of a stream.
type Document struct {
	Line int // where it begins in its file, from 1
	Text []byte
}

// Split cuts a YAML stream into its documents at lines that begin with "---".
func Split(text []byte) []Document {
	var out []Document
	start, startLine, line := 0, 1, 0
	for at := 0; at < len(text); {
		line++
		end := len(text)
		if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		if isSeparator(text[at:end]) {
			if at > start {
				out = append(out, Document{Line: startLine, Text: text[start:at]})
			}
			start, startLine = at, line // the parser understands the marker
		}
		at = end
	}
	if len(text) > start {
		out = append(out, Document{Line: startLine, Text: text[start:]})
	}
	return out
}

func isSeparator(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte("---"))
	return ok && (len(rest) == 0 || strings.IndexByte(" \t\r\n", rest[0]) >= 0)
}

// Add decodes the documents of one file. Empty documents are skipped.
func (d *Decoder) Add(file string, text []byte) error {
	text, err := plain(file, text)
	if err != nil {
		return err
	}
	for _, doc := range Split(text) {
		value, err := d.value(file, doc)
		if err != nil {
			return err
		}
		if value == nil {
			continue
		}
		content, ok := value.(map[string]any)
		if !ok {
			return fmt.Errorf("%s: line %d: is no Kubernetes object but a %s", file, contentLine(doc), kindOf(value))
		}
		if err := d.add(fmt.Sprintf("%s: line %d", file, contentLine(doc)), content); err != nil {
			return err
		}
	}
	return nil
}

// AddJSON takes one object that is JSON already. at is for messages.
func (d *Decoder) AddJSON(at string, raw []byte) error {
	content := map[string]any{}
	if err := json.Unmarshal(raw, &content); err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	return d.add(at, content)
}

// value parses one document into plain values: integers are int64.
func (d *Decoder) value(file string, doc Document) (any, error) {
	at := fmt.Sprintf("%s: line %d", file, contentLine(doc))
	if len(doc.Text) > d.Limits.DocumentBytes {
		return nil, fmt.Errorf("%s: document of %d bytes, the limit is %d", at, len(doc.Text), d.Limits.DocumentBytes)
	}
	if err := checkAliases(file, doc.Line, doc.Text, d.Limits.DocumentBytes); err != nil {
		return nil, err
	}
	raw, err := yaml.YAMLToJSONStrict(doc.Text)
	if err != nil && d.AllowDuplicateKeys {
		if lenient, lenientErr := yaml.YAMLToJSON(doc.Text); lenientErr == nil {
			d.Warnings = append(d.Warnings, parseError(file, doc, err).Error()+"; the last one is used")
			raw, err = lenient, nil
		}
	}
	if err != nil {
		return nil, parseError(file, doc, err)
	}
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return nil, fmt.Errorf("%s: %w", at, err)
	}
	return value, nil
}

var lineInError = regexp.MustCompile(`line (\d+): ?`)

// parseError rewrites the parser's message: file first, and lines counted from
// the start of the file, not of the document.
func parseError(file string, doc Document, err error) error {
	text := strings.NewReplacer("error converting YAML to JSON: ", "", "yaml: ", "", "unmarshal errors:\n  ", "").Replace(err.Error())
	line := contentLine(doc)
	if m := lineInError.FindStringSubmatchIndex(text); m != nil {
		if n, convErr := strconv.Atoi(text[m[2]:m[3]]); convErr == nil {
			line = doc.Line - 1 + n
			text = text[:m[0]] + text[m[1]:]
		}
	}
	return fmt.Errorf("%s: line %d: %s", file, line, strings.ReplaceAll(strings.TrimSpace(text), "\n  ", "; "))
}

// contentLine is the first line of a document that says something.
func contentLine(doc Document) int {
	line := doc.Line
	for text := range bytes.Lines(doc.Text) {
		trimmed := bytes.TrimSpace(text)
		if len(trimmed) > 0 && trimmed[0] != '#' && !isSeparator(text) {
			return line
		}
		line++
	}
	return doc.Line
}

func kindOf(value any) string {
	switch value.(type) {
	case []any:
		return "list"
	case string:
		return "string"
	case bool:
		return "boolean"
	}
	return "number"
}
