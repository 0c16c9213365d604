package apply

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utiljson "k8s.io/apimachinery/pkg/util/json"
)

// draft reads one rendered object into a fresh copy and settles its place.
func (m *Manifests) draft(raw *unstructured.Unstructured, position int, scopes map[schema.GroupVersionKind]Kind) (object, error) {
	o := object{want: &unstructured.Unstructured{}, position: position}
	o.ref = RefOf(raw)
	data, err := json.Marshal(raw.Object)
	if err != nil {
		return o, fmt.Errorf("%s (object %d of the render) is not JSON: %w", o.ref, position+1, err)
	}
	if err := utiljson.Unmarshal(data, &o.want.Object); err != nil {
		return o, fmt.Errorf("%s (object %d of the render): %w", o.ref, position+1, err)
	}
	o.size = len(data)
	if o.ref.Kind == "" || o.ref.Version == "" {
		return o, fmt.Errorf("object %d of the render (%q) has no apiVersion or no kind", position+1, o.ref.Name)
	}
	if name := o.want.GetGenerateName(); o.ref.Name == "" && name != "" && isHook(o.want.GetAnnotations()) {
		sum := sha256.Sum256(data)
		o.want.SetName(name + hex.EncodeToString(sum[:4])) // the same for the same hook
		o.want.SetGenerateName("")
		o.ref.Name = o.want.GetName()
	}
	if o.ref.Name == "" {
		return o, fmt.Errorf("object %d of the render, a %s, has no metadata.name", position+1, o.ref.Kind)
	}
	kind, known := scopes[o.want.GroupVersionKind()]
	if known {
		settled, err := m.settle(o, kind)
		if err != nil {
			return o, fmt.Errorf("%s: %w", o.ref, err)
		}
		return settled, nil
	}
	if o.ref.Namespace == "" {
		// Most kinds are namespaced; settle corrects it once the kind is there.
		o.ref.Namespace = m.namespace
	}
	return o, nil
}

// serverFields are never applied: the server, or a controller, sets them.
var serverFields = [][]string{
	{"metadata", "managedFields"}, {"metadata", "resourceVersion"}, {"metadata", "uid"},
	{"metadata", "creationTimestamp"}, {"metadata", "generation"}, {"metadata", "selfLink"},
	{"status"},
}

// mark cleans an object and writes the owner on it.
func (m *Manifests) mark(o object) (object, error) {
	labels, _, err := unstructured.NestedStringMap(o.want.Object, "metadata", "labels")
	if err != nil {
		return o, fmt.Errorf("%s: metadata.labels must map strings to strings: quote numbers and booleans", o.ref)
	}
	annotations, _, err := unstructured.NestedStringMap(o.want.Object, "metadata", "annotations")
	if err != nil {
		return o, fmt.Errorf("%s: metadata.annotations must map strings to strings: quote numbers and booleans", o.ref)
	}
	o.wave = waveOf(annotations)
	label := LabelApplication
	if isHook(annotations) {
		o.wave, label = hookWave(annotations), LabelHook
	}
	for _, path := range serverFields {
		unstructured.RemoveNestedField(o.want.Object, path...)
	}
	if o.ref.Group == "" && o.ref.Kind == "Secret" {
		encodeStringData(o.want)
	}
	leaveToControllers(o.ref, o.want)
	annotations = o.want.GetAnnotations()
	o.want.SetLabels(with(labels, label, m.key.Hash()))
	o.want.SetAnnotations(with(annotations, AnnotationApplication, m.key.String()))
	o.digest = Digest(o.want)
	return o, nil
}

// encodeStringData moves a Secret's stringData to data, as the API server
// does on writing. Applied as it is, a key that left stringData would stay.
func encodeStringData(secret *unstructured.Unstructured) {
	plain, found, err := unstructured.NestedStringMap(secret.Object, "stringData")
	if !found || err != nil {
		return // malformed: the API server says so
	}
	data, _, err := unstructured.NestedMap(secret.Object, "data")
	if err != nil {
		return
	}
	if data == nil {
		data = map[string]any{}
	}
	for k, v := range plain {
		data[k] = base64.StdEncoding.EncodeToString([]byte(v))
	}
	secret.Object["data"] = data
	delete(secret.Object, "stringData")
}

func with(m map[string]string, k, v string) map[string]string {
	if m == nil {
		m = map[string]string{}
	}
	m[k] = v
	return m
}

// check enforces the limits and the caller's filter on one object.
func (e *Engine) check(o object) error {
	if o.size > e.opts.MaxObjectBytes {
		return fmt.Errorf("%s is %d bytes as JSON, more than the %d that the API server can store: split it", o.ref, o.size, e.opts.MaxObjectBytes)
	}
	size := 0
	for k, v := range o.want.GetAnnotations() {
		size += len(k) + len(v)
	}
	if size > e.opts.MaxAnnotationBytes {
		return fmt.Errorf("%s has %d bytes of annotations, more than the %d that Kubernetes allows", o.ref, size, e.opts.MaxAnnotationBytes)
	}
	if e.opts.Allow != nil {
		if err := e.opts.Allow(o.want.GroupVersionKind(), o.ref.Namespace); err != nil {
			return notAllowedError{fmt.Errorf("%s: %w", o.ref, err)}
		}
	}
	return nil
}
