package objects

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"

	"github.com/fairlead/fairlead/internal/strictyaml"
)

// files are objects by themselves, in the order of the streams.
type files []unstructured.Unstructured

// FromYAML reads streams of YAML or JSON objects, Lists among them, of any
// kinds. A key that is given twice is an error. An object without a namespace belongs to the one given.
func FromYAML(namespace string, streams ...[]byte) (*Objects, error) {
	var out files
	for _, stream := range streams {
		reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(stream)))
		for n := 1; ; n++ {
			doc, err := reader.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err == nil {
				err = out.add(doc, namespace)
			}
			if err != nil {
				return nil, fmt.Errorf("document %d: %w", n, err)
			}
		}
	}
	return &Objects{source: out}, nil
}

func (f *files) add(doc []byte, namespace string) error {
	text, err := strictyaml.ToJSON(doc)
	if err != nil {
		return err
	}
	if text = bytes.TrimSpace(text); len(text) == 0 || string(text) == "null" {
		return nil
	}
	// Whole numbers stay whole, as an API server gives them.
	decoded, _, err := unstructured.UnstructuredJSONScheme.Decode(text, nil, nil)
	if err != nil {
		return err
	}
	if list, ok := decoded.(*unstructured.UnstructuredList); ok {
		for i := range list.Items {
			f.addOne(&list.Items[i], namespace)
		}
		return nil
	}
	object, ok := decoded.(*unstructured.Unstructured)
	if !ok {
		return fmt.Errorf("a %T is no object", decoded)
	}
	f.addOne(object, namespace)
	return nil
}

func (f *files) addOne(object *unstructured.Unstructured, namespace string) {
	if object.GetNamespace() == "" {
		object.SetNamespace(namespace)
	}
	*f = append(*f, *object)
}

func (f files) secret(_ context.Context, namespace, name string) (secret, error) {
	var s corev1.Secret
	if err := f.get("Secret", namespace, name, &s); err != nil {
		return secret{}, err
	}
	data := s.Data
	if data == nil {
		data = map[string][]byte{}
	}
	for key, value := range s.StringData { // wins, as in the API server
		data[key] = []byte(value)
	}
	return secret{s.Labels, data}, nil
}

func (f files) configMap(_ context.Context, namespace, name string) (map[string]string, error) {
	var c corev1.ConfigMap
	err := f.get("ConfigMap", namespace, name, &c)
	return c.Data, err
}

func (f files) get(kind, namespace, name string, into any) error {
	for i := range f {
		o := &f[i]
		if o.GetAPIVersion() == "v1" && o.GetKind() == kind && o.GetNamespace() == namespace && o.GetName() == name {
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, into); err != nil {
				// The converter quotes what it cannot read.
				return fmt.Errorf("%s %s/%s is malformed: its data must be texts, a Secret's in base64", strings.ToLower(kind), namespace, name)
			}
			return nil
		}
	}
	return fmt.Errorf("%s %s/%s does not exist", strings.ToLower(kind), namespace, name)
}

func (f files) list(_ context.Context, resource schema.GroupVersionResource, namespace, name string, by metav1.LabelSelector) ([]unstructured.Unstructured, error) {
	selector, err := metav1.LabelSelectorAsSelector(&by)
	if err != nil {
		return nil, err
	}
	var out []unstructured.Unstructured
	for i := range f {
		o := &f[i]
		if (namespace == metav1.NamespaceAll || o.GetNamespace() == namespace) && (name == "" || o.GetName() == name) &&
			isOf(o.GroupVersionKind(), resource) && selector.Matches(labels.Set(o.GetLabels())) {
			out = append(out, *o.DeepCopy())
		}
	}
	sortByName(out)
	return out, nil
}

// isOf guesses whether a kind is a resource: files do not say its plural.
func isOf(kind schema.GroupVersionKind, resource schema.GroupVersionResource) bool {
	if kind.GroupVersion() != resource.GroupVersion() {
		return false
	}
	plural, singular := meta.UnsafeGuessKindToResource(kind)
	return resource == plural || resource.Resource == singular.Resource+"s"
}

func sortByName(list []unstructured.Unstructured) {
	slices.SortFunc(list, func(a, b unstructured.Unstructured) int { return strings.Compare(a.GetName(), b.GetName()) })
}
