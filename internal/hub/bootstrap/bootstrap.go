package bootstrap

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/config"
)

// fieldManager owns what bootstrap applies.
const fieldManager = client.FieldOwner("fairlead-hub")

// establishing bounds the wait for a CRD to be served.
const establishing = 60 * time.Second

// Run makes everything in turn. Doing it again changes nothing.
func Run(ctx context.Context, c client.Client, namespace string) error {
	steps := []func(context.Context, client.Client, string) error{
		applyCRDs, ensureNamespace, ensureDefaultProject, ensureInCluster,
	}
	for _, step := range steps {
		if err := step(ctx, c, namespace); err != nil {
			return err
		}
	}
	return nil
}

func applyCRDs(ctx context.Context, c client.Client, _ string) error {
	crds, err := config.CRDs()
	if err != nil {
		return err
	}
	for _, crd := range crds {
		content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(crd)
		if err != nil {
			return fmt.Errorf("encode crd %s: %w", crd.Name, err)
		}
		delete(content, "status")
		if err := c.Apply(ctx, client.ApplyConfigurationFromUnstructured(&unstructured.Unstructured{Object: content}), fieldManager, client.ForceOwnership); err != nil {
			return fmt.Errorf("apply crd %s: %w", crd.Name, err)
		}
	}
	for _, crd := range crds {
		if err := waitEstablished(ctx, c, crd.Name); err != nil {
			return err
		}
	}
	return nil
}

func waitEstablished(ctx context.Context, c client.Client, name string) error {
	err := wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, establishing, true, func(ctx context.Context) (bool, error) {
		crd := &apiextensionsv1.CustomResourceDefinition{}
		if err := c.Get(ctx, client.ObjectKey{Name: name}, crd); err != nil {
			return false, client.IgnoreNotFound(err)
		}
		for _, cond := range crd.Status.Conditions {
			if cond.Type == apiextensionsv1.Established && cond.Status == apiextensionsv1.ConditionTrue {
				return true, nil
			}
		}
		return false, nil
	})
	if err != nil {
		return fmt.Errorf("wait until crd %s is served: %w", name, err)
	}
	return nil
}

func ensureNamespace(ctx context.Context, c client.Client, namespace string) error {
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}
	if err := c.Create(ctx, ns); err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("create control namespace %s: %w", namespace, err)
	}
	return nil
}

// ensureDefaultProject makes the project that Applications without one belong
// to. One that exists stays as it is.
// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/projects/#the-default-project
func ensureDefaultProject(ctx context.Context, c client.Client, namespace string) error {
	project := &v1alpha1.AppProject{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: v1alpha1.DefaultAppProjectName},
		Spec: v1alpha1.AppProjectSpec{
			SourceRepos:              []string{"*"},
			Destinations:             []v1alpha1.ApplicationDestination{{Server: "*", Namespace: "*"}},
			ClusterResourceWhitelist: []v1alpha1.ClusterResourceRestrictionItem{{Group: "*", Kind: "*"}},
		},
	}
	if err := c.Create(ctx, project); err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("create AppProject %s/%s: %w", namespace, project.Name, err)
	}
	return nil
}

func ensureInCluster(ctx context.Context, c client.Client, namespace string) error {
	in := &fleet.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: fleet.InClusterName}}
	if err := c.Create(ctx, in); err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("create cluster %s: %w", in.Name, err)
	}
	return nil
}
