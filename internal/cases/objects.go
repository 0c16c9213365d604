package cases

import (
	"context"
	"fmt"
	"os"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/inputs/objects"
)

// readObjects reads what generators refer to (ConfigMaps, Secrets, AppProjects,
// placement objects) from files, each changed by fill first.
func readObjects(files []string, namespace string, fill func([]byte) []byte) (*objects.Objects, error) {
	streams := make([][]byte, len(files))
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		text = fill(text)
		if _, err := objects.FromYAML(namespace, text); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		streams[i] = text
	}
	return objects.FromYAML(namespace, streams...)
}

// readProjects finds the AppProjects of the control namespace. One of another
// namespace is none of them, but says that not every project exists.
func readProjects(from *objects.Objects, namespace string) (Projects, error) {
	found, err := from.List(context.Background(), v1alpha1.SchemeGroupVersion.WithResource("appprojects"), metav1.NamespaceAll, "", metav1.LabelSelector{})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, nil
	}
	out := Projects{}
	for i := range found {
		if found[i].GetNamespace() != namespace {
			continue
		}
		project := &v1alpha1.AppProject{}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(found[i].Object, project); err != nil {
			return nil, fmt.Errorf("appproject %s: %w", found[i].GetName(), err)
		}
		out[project.Name] = project
	}
	return out, nil
}
