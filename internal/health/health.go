package health

import (
	"strings"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// MaxMessage is the length in bytes to which messages are cut.
const MaxMessage = 1024

// Of judges a live object by the built-in rules. The status is "" for kinds
// that have no health; such objects are not counted. An object that is being
// deleted is Progressing, whatever its kind. Messages are at most [MaxMessage]
// bytes long, and never empty where the status is Progressing or Suspended.
func Of(obj *unstructured.Unstructured) v1alpha1.HealthStatus {
	if deleting(obj) {
		return progressing(pendingDeletion)
	}
	return finished(builtIn(obj))
}

// Has tells whether objects of a kind can have health by a built-in rule of
// their own.
func Has(gk schema.GroupKind) bool {
	_, found := rules[gk]
	return found
}

const pendingDeletion = "pending deletion"

func deleting(obj *unstructured.Unstructured) bool {
	return obj.Object != nil && obj.GetDeletionTimestamp() != nil
}

func builtIn(obj *unstructured.Unstructured) v1alpha1.HealthStatus {
	if judge, found := rules[kindOf(obj)]; found {
		return judge(object{obj.Object})
	}
	return generic(obj)
}

func kindOf(obj *unstructured.Unstructured) schema.GroupKind {
	if obj.Object == nil {
		return schema.GroupKind{}
	}
	return obj.GroupVersionKind().GroupKind()
}

// finished makes sure that what waits says so, within the bound.
func finished(h v1alpha1.HealthStatus) v1alpha1.HealthStatus {
	h.Message = strings.TrimSpace(h.Message)
	if h.Message == "" {
		switch h.Status {
		case v1alpha1.HealthStatusProgressing:
			h.Message = "waiting for its controller, which gives no reason"
		case v1alpha1.HealthStatusSuspended:
			h.Message = "waiting to be resumed"
		}
	}
	h.Message = cut(h.Message)
	return h
}

// cut shortens a message to MaxMessage bytes, between characters.
func cut(message string) string {
	if len(message) <= MaxMessage {
		return message
	}
	const more = "..."
	end := MaxMessage - len(more)
	for end > 0 && !utf8.RuneStart(message[end]) {
		end--
	}
	return message[:end] + more
}

func healthy(message string) v1alpha1.HealthStatus {
	return v1alpha1.HealthStatus{Status: v1alpha1.HealthStatusHealthy, Message: message}
}

func suspended(message string) v1alpha1.HealthStatus {
	return v1alpha1.HealthStatus{Status: v1alpha1.HealthStatusSuspended, Message: message}
}

func progressing(message string) v1alpha1.HealthStatus {
	return v1alpha1.HealthStatus{Status: v1alpha1.HealthStatusProgressing, Message: message}
}

func degraded(message string) v1alpha1.HealthStatus {
	return v1alpha1.HealthStatus{Status: v1alpha1.HealthStatusDegraded, Message: message}
}

func unknown(message string) v1alpha1.HealthStatus {
	return v1alpha1.HealthStatus{Status: v1alpha1.HealthStatusUnknown, Message: message}
}
