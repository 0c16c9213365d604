package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Group is the API group of every kind in this package.
const Group = "argoproj.io"

// Kinds of this package.
const (
	ApplicationKind    = "Application"
	ApplicationSetKind = "ApplicationSet"
	AppProjectKind     = "AppProject"
)

var (
	// SchemeGroupVersion is argoproj.io/v1alpha1.
	SchemeGroupVersion = schema.GroupVersion{Group: Group, Version: "v1alpha1"}

	// ApplicationSchemaGroupVersionKind names Application.
	ApplicationSchemaGroupVersionKind = SchemeGroupVersion.WithKind(ApplicationKind)
	// ApplicationSetSchemaGroupVersionKind names ApplicationSet.
	ApplicationSetSchemaGroupVersionKind = SchemeGroupVersion.WithKind(ApplicationSetKind)
	// AppProjectSchemaGroupVersionKind names AppProject.
	AppProjectSchemaGroupVersionKind = SchemeGroupVersion.WithKind(AppProjectKind)
)

// AddToScheme registers the kinds of this package.
func AddToScheme(s *runtime.Scheme) error {
	s.AddKnownTypes(SchemeGroupVersion,
		&Application{}, &ApplicationList{},
		&ApplicationSet{}, &ApplicationSetList{},
		&AppProject{}, &AppProjectList{},
	)
	metav1.AddToGroupVersion(s, SchemeGroupVersion)
	return nil
}
