package apply

import (
	"context"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var autoscalers = schema.GroupVersionResource{Group: "autoscaling", Version: "v2", Resource: "horizontalpodautoscalers"}

// controllerManager is the field manager of Kubernetes' own controllers.
const controllerManager = "kube-controller-manager"

// scaledBy names the autoscaler that keeps an object at another number of
// replicas than is wanted; "" if there is none. Autoscalers are asked for only
// if somebody has scaled the object; one that is about to be pruned does not
// count.
func (e *Engine) scaledBy(ctx context.Context, m *Manifests, o object, live *unstructured.Unstructured) string {
	wanted, found, _ := unstructured.NestedFieldNoCopy(o.want.Object, "spec", "replicas")
	is, _, _ := unstructured.NestedFieldNoCopy(live.Object, "spec", "replicas")
	manager := scaler(live)
	if !found || manager == "" || equalScalars(wanted, is) {
		return ""
	}
	list, err := e.client.Resource(autoscalers).Namespace(o.ref.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		// They may not be read here: only they scale as this manager.
		if manager == controllerManager {
			return "a HorizontalPodAutoscaler"
		}
		return ""
	}
	for i := range list.Items {
		scaler := &list.Items[i]
		if targets(scaler, o.ref) && (OwnerOf(scaler) != m.key.String() || m.wants(RefOf(scaler))) {
			return "HorizontalPodAutoscaler " + scaler.GetName()
		}
	}
	return ""
}

// wants tells whether an object is among the manifests, in any version.
func (m *Manifests) wants(ref Ref) bool {
	return slices.ContainsFunc(m.objects, func(o object) bool { return o.ref.Identity() == ref.Identity() })
}

// scaler is the manager that scaled an object last; "" if nobody has.
func scaler(live *unstructured.Unstructured) string {
	for _, m := range live.GetManagedFields() {
		if m.Subresource == "scale" {
			return m.Manager
		}
	}
	return ""
}

// targets tells whether an autoscaler scales an object.
func targets(autoscaler *unstructured.Unstructured, ref Ref) bool {
	field := func(name string) string {
		s, _, _ := unstructured.NestedString(autoscaler.Object, "spec", "scaleTargetRef", name)
		return s
	}
	gv, err := schema.ParseGroupVersion(field("apiVersion"))
	return err == nil && gv.Group == ref.Group && field("kind") == ref.Kind && field("name") == ref.Name
}

// leavingReplicas gives the wanted object without the number of replicas where
// an autoscaler keeps it, and says so. A whole object to be put has to hold a
// number: the present one.
func (e *Engine) leavingReplicas(ctx context.Context, m *Manifests, o object, live *unstructured.Unstructured, whole bool) (want *unstructured.Unstructured, note string) {
	scaler := e.scaledBy(ctx, m, o, live)
	if scaler == "" {
		return o.want, ""
	}
	want = o.want.DeepCopy()
	if whole {
		copyAt(want.Object, live.Object, fieldPath{"spec", "replicas"})
	} else {
		unstructured.RemoveNestedField(want.Object, "spec", "replicas")
	}
	return want, fmt.Sprintf("spec.replicas is left to %s", scaler)
}
