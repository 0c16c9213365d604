package apply

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Options of one object, from its annotation
// (https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/).
const (
	// optionNoPrune keeps an object that left the manifests.
	optionNoPrune = "Prune=false"
	// optionNoDelete keeps an object when its Application is deleted.
	optionNoDelete = "Delete=false"
)

// hasOption tells whether the object carries a sync option.
func hasOption(obj metav1.Object, option string) bool {
	return slices.Contains(list(obj.GetAnnotations()[v1alpha1.AnnotationSyncOptions]), option)
}
