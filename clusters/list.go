package clusters

import (
	"bufio"
	"bytes"
	"encoding/json"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/internal/strictyaml"
)

// listItems returns the raw items of a List, or of any kind that ends in List.
func listItems(doc []byte, head metav1.TypeMeta) ([][]byte, bool) {
	if !strings.HasSuffix(head.Kind, "List") {
		return nil, false
	}
	var list struct {
		Items []json.RawMessage `json:"items"`
	}
	if err := json.Unmarshal(doc, &list); err != nil {
		return nil, false
	}
	items := make([][]byte, len(list.Items))
	for i, item := range list.Items {
		items[i] = item
	}
	return items, true
}

// asJSON converts a YAML document; JSON, which can be large, is taken as it is.
// An empty document gives nil.
func asJSON(doc []byte) ([]byte, error) {
	doc = bytes.TrimSpace(doc)
	if bytes.HasPrefix(doc, []byte("{")) && json.Valid(doc) {
		return doc, nil
	}
	converted, err := strictyaml.ToJSON(doc)
	if err != nil || bytes.Equal(converted, []byte("null")) {
		return nil, err
	}
	return converted, nil
}

func newLineReader(stream []byte) *bufio.Reader {
	return bufio.NewReader(bytes.NewReader(stream))
}
