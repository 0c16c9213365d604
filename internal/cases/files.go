package cases

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/expand"
)

// decodeSet reads exactly one ApplicationSet, as YAML or JSON. One without a
// namespace belongs to the given one. What has no place in a set is ignored and
// listed.
func decodeSet(text []byte, namespace string) (*v1alpha1.ApplicationSet, []string, error) {
	docs, err := documents(text)
	if err != nil {
		return nil, nil, err
	}
	if len(docs) != 1 {
		return nil, nil, fmt.Errorf("holds %d objects; want one ApplicationSet", len(docs))
	}
	set := &v1alpha1.ApplicationSet{}
	if text, err = docs[0].asJSON(); err != nil {
		return nil, nil, err
	}
	// From the YAML itself: as JSON, 1e6 in the place of a text would be 1000000.
	if err := yaml.Unmarshal(docs[0].text, set); err != nil {
		return nil, nil, err
	}
	if set.Kind != v1alpha1.ApplicationSetKind || set.GroupVersionKind().Group != v1alpha1.Group {
		return nil, nil, fmt.Errorf("holds a %s %s; want an %s ApplicationSet", set.APIVersion, set.Kind, v1alpha1.SchemeGroupVersion)
	}
	set.Namespace = cmp.Or(set.Namespace, namespace)
	return set, unknownFields(text), nil
}

// readClusters reads the clusters of files: Argo CD cluster Secrets of the
// namespace, and fairlead.dev Clusters.
func (s Sources) readClusters() (*clusters.Inventory, error) {
	var all []clusters.Cluster
	for _, file := range s.Clusters {
		stream, err := s.read(file)
		if err != nil {
			return nil, err
		}
		found, err := clusters.Decode(stream, s.Namespace)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.shown(file), located(stream, err))
		}
		all = slices.Concat(all, found)
	}
	return clusters.NewInventory(all)
}

// readOptions reads the options of Argo CD that change an expansion. A later
// file wins over an earlier one; an unknown option is an error.
func (s Sources) readOptions() (expand.Options, error) {
	var options struct {
		NewGitFileGlobbing       bool `json:"newGitFileGlobbing"`
		IncludeHiddenDirectories bool `json:"includeHiddenDirectories"`
	}
	for _, file := range s.Options {
		text, err := s.read(file)
		if err != nil {
			return expand.Options{}, err
		}
		if err := yaml.UnmarshalStrict(text, &options); err != nil {
			return expand.Options{}, fmt.Errorf("%s: %w; known are newGitFileGlobbing and includeHiddenDirectories", s.shown(file), located(text, err))
		}
	}
	return expand.Options{
		NewGitFileGlobbing:       options.NewGitFileGlobbing,
		IncludeHiddenDirectories: options.IncludeHiddenDirectories,
	}, nil
}

// shown is a file's name in messages: that in the case's folder, so that they
// do not depend on the working directory, or as it was given.
func (s Sources) shown(file string) string {
	if s.dir != "" && filepath.Dir(file) == filepath.Clean(s.dir) {
		return filepath.Base(file)
	}
	return file
}

func (s Sources) read(file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.shown(file), withoutPath(err))
	}
	return text, nil
}

// withoutPath is an error of a file without the file's name.
func withoutPath(err error) error {
	var of *fs.PathError
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}

// checkTwice refuses a file that is given twice for the same.
func (s Sources) checkTwice() error {
	for _, list := range [][]string{s.Clusters, s.Objects, s.Options} {
		seen := map[string]bool{}
		for _, file := range list {
			full, err := filepath.Abs(file)
			if err == nil && seen[full] {
				return fmt.Errorf("%s is given twice: give it once", s.shown(file))
			}
			seen[full] = true
		}
	}
	return nil
}
