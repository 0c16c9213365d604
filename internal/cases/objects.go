package cases

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/inputs/objects"
)

// readObjects reads what generators refer to (ConfigMaps, Secrets, AppProjects,
// placement objects) from files, with the address of the case's service.
func (s Sources) readObjects() (*objects.Objects, error) {
	streams := make([][]byte, len(s.Objects))
	for i, file := range s.Objects {
		text, err := s.read(file)
		if err != nil {
			return nil, err
		}
		text = s.server.fill(text)
		if _, err := objects.FromYAML(s.Namespace, text); err != nil {
			return nil, fmt.Errorf("%s: %w", s.shown(file), located(text, err))
		}
		streams[i] = text
	}
	return objects.FromYAML(s.Namespace, streams...)
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
