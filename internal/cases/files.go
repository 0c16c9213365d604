package cases

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/expand"
)

// decodeSet reads exactly one ApplicationSet, as YAML or JSON. One without a
// namespace belongs to the given one.
func decodeSet(text []byte, namespace string) (*v1alpha1.ApplicationSet, error) {
	docs, err := documents(text)
	if err != nil {
		return nil, err
	}
	if len(docs) != 1 {
		return nil, fmt.Errorf("holds %d objects; want one ApplicationSet", len(docs))
	}
	set := &v1alpha1.ApplicationSet{}
	if err := yaml.Unmarshal(docs[0], set); err != nil {
		return nil, err
	}
	if set.Kind != v1alpha1.ApplicationSetKind || set.GroupVersionKind().Group != v1alpha1.Group {
		return nil, fmt.Errorf("holds a %s %s; want an %s ApplicationSet", set.APIVersion, set.Kind, v1alpha1.SchemeGroupVersion)
	}
	set.Namespace = cmp.Or(set.Namespace, namespace)
	return set, nil
}

// documents splits a stream, leaving out documents without content.
func documents(stream []byte) ([][]byte, error) {
	var docs [][]byte
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(stream)))
	for {
		doc, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return nil, err
		}
		if hasContent(doc) {
			docs = append(docs, doc)
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

// readClusters reads the clusters of files: Argo CD cluster Secrets of the
// namespace, and fairlead.dev Clusters.
func readClusters(files []string, namespace string) (*clusters.Inventory, error) {
	var all []clusters.Cluster
	for _, file := range files {
		stream, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		found, err := clusters.Decode(stream, namespace)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = slices.Concat(all, found)
	}
	return clusters.NewInventory(all)
}

// readOptions reads the options of Argo CD that change an expansion. A later
// file wins over an earlier one; an unknown option is an error.
func readOptions(files []string) (expand.Options, error) {
	var options struct {
		NewGitFileGlobbing       bool `json:"newGitFileGlobbing"`
		IncludeHiddenDirectories bool `json:"includeHiddenDirectories"`
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return expand.Options{}, err
		}
		if err := yaml.UnmarshalStrict(text, &options); err != nil {
			return expand.Options{}, fmt.Errorf("%s: %w; known are newGitFileGlobbing and includeHiddenDirectories", file, err)
		}
	}
	return expand.Options{
		NewGitFileGlobbing:       options.NewGitFileGlobbing,
		IncludeHiddenDirectories: options.IncludeHiddenDirectories,
	}, nil
}
