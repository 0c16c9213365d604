package objects

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/clusters"
)

// Objects is a reference.Objects; FromYAML and FromCluster make one.
type Objects struct {
	source source
	strict bool
}

// source is where objects are. A missing object is an error that names it.
type source interface {
	secret(ctx context.Context, namespace, name string) (secret, error)
	configMap(ctx context.Context, namespace, name string) (map[string]string, error)
	list(ctx context.Context, resource schema.GroupVersionResource, namespace, name string, selector metav1.LabelSelector) ([]unstructured.Unstructured, error)
}

type secret struct {
	labels map[string]string
	data   map[string][]byte
}

// secretTypeSCM marks Secrets that hold credentials of Git hosts.
const secretTypeSCM = "scm-creds"

// OnlySCMCredentials gives the same objects, but no other Secrets than those
// with the label argocd.argoproj.io/secret-type: scm-creds. That is Argo CD's
// option tokenRef strict mode: whoever may write a set can then send no other
// Secret of its namespace to a server of his own. See
// https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Appset-Any-Namespace/.
func (o *Objects) OnlySCMCredentials() *Objects {
	return &Objects{source: o.source, strict: true}
}

// Secret returns the data of a Secret.
func (o *Objects) Secret(ctx context.Context, namespace, name string) (map[string][]byte, error) {
	s, err := o.source.secret(ctx, namespace, name)
	if err != nil {
		return nil, err
	}
	if o.strict && s.labels[clusters.SecretTypeLabel] != secretTypeSCM {
		return nil, fmt.Errorf("secret %s/%s may not be used as a token: label it %s=%s",
			namespace, name, clusters.SecretTypeLabel, secretTypeSCM)
	}
	return s.data, nil
}

// ConfigMap returns the data of a ConfigMap.
func (o *Objects) ConfigMap(ctx context.Context, namespace, name string) (map[string]string, error) {
	return o.source.configMap(ctx, namespace, name)
}

// List returns the objects of a resource; see reference.Objects.
func (o *Objects) List(ctx context.Context, resource schema.GroupVersionResource, namespace, name string, selector metav1.LabelSelector) ([]unstructured.Unstructured, error) {
	return o.source.list(ctx, resource, namespace, name, selector)
}
