package v1alpha1

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// OwningSet returns the name of the ApplicationSet that controls an
// Application, "" if none does.
func OwningSet(app *Application) string {
	owner := metav1.GetControllerOfNoCopy(app)
	if owner == nil || owner.Kind != ApplicationSetKind || !strings.HasPrefix(owner.APIVersion, Group+"/") {
		return ""
	}
	return owner.Name
}

// IsResourcesFinalizer is true for Argo CD's finalizer that asks for the
// Application's objects to be deleted with it, in its foreground and
// background forms and with a path suffix.
func IsResourcesFinalizer(name string) bool {
	return name == ResourcesFinalizerName || strings.HasPrefix(name, ResourcesFinalizerName+"/")
}
