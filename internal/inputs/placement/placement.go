package placement

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs/reference"
)

// Options say where to look.
type Options struct {
	// Namespace of the ConfigMaps and the placement objects, as Argo CD has
	// them all in its own; empty means that of the set that asks.
	Namespace string
}

// Answerer answers questions of the kind clusterDecisionResource.
type Answerer struct {
	objects reference.Objects
	opts    Options
}

// New makes an Answerer that reads objects.
func New(objects reference.Objects, opts Options) *Answerer {
	return &Answerer{objects: objects, opts: opts}
}

// defaultStatusListKey is Argo CD's.
const defaultStatusListKey = "clusters"

// Answer reads the ConfigMap and the objects that it describes. No object at
// all is an error; an object without a status has decided nothing yet. See
// https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-Cluster-Decision-Resource/.
func (a *Answerer) Answer(ctx context.Context, q generators.Question) (*generators.Answer, error) {
	var spec v1alpha1.DuckTypeGenerator
	if err := json.Unmarshal([]byte(q.Spec), &spec); err != nil {
		return nil, fmt.Errorf("decode the question: %w", err)
	}
	namespace := q.Namespace
	if a.opts.Namespace != "" {
		namespace = a.opts.Namespace
	}
	config, err := a.objects.ConfigMap(ctx, namespace, spec.ConfigMapRef)
	if err := errors.Join(err, checkSelection(&spec)); err != nil {
		return nil, err
	}
	resource, err := resourceOf(config)
	if err != nil {
		return nil, fmt.Errorf("configmap %s/%s: %w", namespace, spec.ConfigMapRef, err)
	}
	objects, err := a.objects.List(ctx, resource, namespace, spec.Name, spec.LabelSelector)
	if err != nil {
		return nil, err
	}
	if len(objects) == 0 {
		return nil, fmt.Errorf("none of the %s of %s in namespace %s %s",
			resource.Resource, resource.GroupVersion(), namespace, selection(&spec))
	}
	answer := &generators.Answer{MatchKey: config["matchKey"], StatusListKey: config["statusListKey"]}
	if answer.StatusListKey == "" {
		answer.StatusListKey = defaultStatusListKey
	}
	answer.Decisions, err = decisions(objects, answer.StatusListKey)
	return answer, err
}

func checkSelection(spec *v1alpha1.DuckTypeGenerator) error {
	selects := len(spec.LabelSelector.MatchLabels)+len(spec.LabelSelector.MatchExpressions) > 0
	switch {
	case spec.Name == "" && !selects:
		return errors.New("neither name nor labelSelector is given: choose one")
	case spec.Name != "" && selects:
		return errors.New("both name and labelSelector are given: choose one")
	}
	return nil
}

func selection(spec *v1alpha1.DuckTypeGenerator) string {
	if spec.Name != "" {
		return "is named " + spec.Name
	}
	return "carries the labels " + metav1.FormatLabelSelector(&spec.LabelSelector)
}

// resourceOf reads apiVersion and kind, which is the plural name of the
// resource. The core group has no placement objects: it is refused, as by Argo
// CD.
func resourceOf(config map[string]string) (schema.GroupVersionResource, error) {
	group, version, found := strings.Cut(config["apiVersion"], "/")
	if !found || group == "" || version == "" {
		return schema.GroupVersionResource{}, fmt.Errorf("apiVersion is %q; want group/version", config["apiVersion"])
	}
	if config["kind"] == "" {
		return schema.GroupVersionResource{}, errors.New("kind is empty; want the plural name of the resource, such as placementdecisions")
	}
	return schema.GroupVersionResource{Group: group, Version: version, Resource: config["kind"]}, nil
}

// decisions joins the lists of all objects, in the order of their names.
func decisions(objects []unstructured.Unstructured, key string) ([]map[string]any, error) {
	var out []map[string]any
	for i := range objects {
		o := &objects[i]
		name := strings.ToLower(o.GetKind()) + " " + o.GetNamespace() + "/" + o.GetName()
		status, ok := o.Object["status"].(map[string]any)
		if len(status) == 0 && (ok || o.Object["status"] == nil) {
			continue
		}
		list, ok := status[key].([]any)
		if !ok {
			return nil, fmt.Errorf("%s: status.%s is no list: is statusListKey of the ConfigMap right?", name, key)
		}
		for n, entry := range list {
			decision, ok := entry.(map[string]any)
			if !ok {
				return nil, fmt.Errorf("%s: status.%s[%d] is no object", name, key, n)
			}
			out = append(out, decision)
		}
	}
	return out, nil
}
