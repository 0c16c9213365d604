package v1alpha1_test

import (
	"testing"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestAddToScheme(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	for _, object := range []runtime.Object{
		&v1alpha1.Application{}, &v1alpha1.ApplicationList{}, &v1alpha1.ApplicationSet{},
		&v1alpha1.ApplicationSetList{}, &v1alpha1.AppProject{}, &v1alpha1.AppProjectList{},
	} {
		kinds, _, err := scheme.ObjectKinds(object)
		if err != nil || kinds[0].GroupVersion().String() != "argoproj.io/v1alpha1" {
			t.Errorf("%T: %v, %v", object, kinds, err)
		}
	}
}
