package cases

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/fairlead/fairlead/internal/strictyaml"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
)

// document is one of a YAML stream.
type document struct {
	text []byte
	line int // of the stream that it begins at, from 1
}

// documents splits a stream, leaving out documents without content.
func documents(stream []byte) ([]document, error) {
	stream = bytes.ReplaceAll(stream, []byte("\r\n"), []byte("\n"))
	var docs []document
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(stream)))
	line, rest := 1, stream
	for {
		doc, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return nil, err
		}
		if at := bytes.Index(rest, bytes.TrimSuffix(doc, []byte("\n"))); at >= 0 {
			line += bytes.Count(rest[:at], []byte("\n"))
			rest = rest[at:]
		}
		if hasContent(doc) {
			docs = append(docs, document{doc, line})
		}
	}
}

// hasContent says whether a document is more than comments and separators.
func hasContent(doc []byte) bool {
	for line := range bytes.Lines(doc) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && line[0] != '#' && !bytes.Equal(line, []byte("---")) {
			return true
		}
	}
	return false
}

// asJSON converts a document; a key that is given twice is an error. Errors
// name lines of the stream.
func (d document) asJSON() ([]byte, error) {
	text, err := strictyaml.ToJSON(d.text)
	if err == nil {
		return text, nil
	}
	if _, again := strictyaml.ToJSON(append(bytes.Repeat([]byte("\n"), d.line-1), d.text...)); again != nil {
		err = again // the same, with lines of the stream
	}
	message := strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "yaml: ")), " ")
	if !strings.Contains(message, "line ") {
		return nil, fmt.Errorf("the document at line %d: %s", d.line, message)
	}
	return nil, errors.New(message)
}

// located is err, what came of reading a stream, with the line of the stream
// where that is known.
func located(stream []byte, err error) error {
	docs, errSplit := documents(stream)
	if err == nil || errSplit != nil {
		return err
	}
	for _, d := range docs {
		if _, err := d.asJSON(); err != nil {
			return err
		}
	}
	return err
}
