package templates

import (
	"bytes"
	"encoding/json"
)

// decodePlainJSON decodes a document that means the same read as JSON and as
// YAML, in a tenth of the time. It reports false for any other document, and
// for one that does not fit, which the YAML decoder then explains.
func decodePlainJSON(doc []byte, into any) bool {
	var opens byte
	switch into.(type) {
	case *map[string]any:
		opens = '{'
	case *[]map[string]any:
		opens = '['
	}
	if opens == 0 || len(doc) == 0 || doc[0] != opens || !meansSameAsYAML(doc) {
		return false
	}
	return json.Unmarshal(doc, into) == nil
}

const (
	// YAML refuses longer keys, and deep flow collections.
	maxPlainText  = 1000
	maxPlainDepth = 100
)

// meansSameAsYAML is false wherever the two languages could differ: outside
// printable ASCII, at escapes, merge keys, negative zeros, long texts, deep
// nesting and line breaks before a colon.
func meansSameAsYAML(doc []byte) bool {
	if bytes.Contains(doc, []byte("<<")) {
		return false
	}
	depth, textStart := 0, -1
	broken := false // a line ended since the last token
	for i, c := range doc {
		switch {
		case c == '\n' && textStart < 0:
			broken = true
			continue
		case c < ' ' || c > '~' || c == '\\':
			return false
		case c == '"' && textStart < 0:
			textStart = i
		case c == '"':
			if i-textStart > maxPlainText {
				return false
			}
			textStart = -1
		case textStart >= 0 || c == ' ':
			continue
		case c == '{' || c == '[':
			if depth++; depth > maxPlainDepth {
				return false
			}
		case c == '}' || c == ']':
			depth--
		case c == ':' && broken, c == '-' && i+1 < len(doc) && doc[i+1] == '0':
			return false
		}
		broken = false
	}
	return true
}
