package apply

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// FieldManager is the name under which the engine owns fields.
const FieldManager = "fairlead"

// Marks of ownership on live objects. The label selects (its value is
// [Key.Hash], for watches); the annotation names the owner in full. Neither
// makes an object ours by itself: the inventory decides.
const (
	LabelApplication      = "fairlead.dev/application"
	AnnotationApplication = "fairlead.dev/application"
)

// Key names the Application that owns objects: the fleet's ID, and the
// Application's namespace and name at the hub.
type Key struct {
	Fleet     string
	Namespace string
	Name      string
	// UID is the Application's Kubernetes UID. It is not written to objects:
	// an Application made again under the same fleet, namespace and name owns
	// what its predecessor left.
	UID string
}

// String is "fleet/namespace/name", the value of [AnnotationApplication].
func (k Key) String() string { return k.Fleet + "/" + k.Namespace + "/" + k.Name }

// Hash is the value of [LabelApplication]: 32 hex digits of the SHA-256 of
// String, since a label holds no more than 63 characters.
func (k Key) Hash() string {
	sum := sha256.Sum256([]byte(k.String()))
	return hex.EncodeToString(sum[:16])
}

// ParseKey reads what Key.String wrote. The UID is not part of it.
func ParseKey(s string) (Key, error) {
	parts := strings.Split(s, "/")
	if len(parts) != 3 {
		return Key{}, fmt.Errorf("application key %q is not fleet/namespace/name", s)
	}
	return Key{Fleet: parts[0], Namespace: parts[1], Name: parts[2]}, nil
}

// OwnerOf is the owner that an object's annotation names, as Key.String
// writes it; "" if it names none.
func OwnerOf(obj metav1.Object) string { return obj.GetAnnotations()[AnnotationApplication] }
