package apply

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Digest of a wanted object: hex SHA-256 of its JSON with sorted keys.
func Digest(obj *unstructured.Unstructured) string {
	data, err := json.Marshal(obj.Object)
	if err != nil {
		return "" // not JSON: never equal to a remembered digest, so applied and refused by the API server
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// revisionAnnotation is written by the deployment controller after each
// roll-out; it says nothing about drift.
const revisionAnnotation = "deployment.kubernetes.io/revision"

// Signature of a live object's metadata: it changes when the object may have
// drifted, and not with its status. It covers UID, generation, labels,
// annotations, deletion, finalizers and who manages which field, the status
// subresource aside. Full objects and metadata-only ones give the same value.
//
// Kinds without a generation (ConfigMap, Secret, ...) show a changed value
// only through the change of its manager, which is enough to catch whoever
// takes a field from us.
func Signature(meta metav1.Object) string {
	h := sha256.New()
	line := func(parts ...string) {
		for _, p := range parts {
			_, _ = io.WriteString(h, strconv.Quote(p))
		}
		_, _ = io.WriteString(h, "\n")
	}
	line("uid", string(meta.GetUID()))
	line("generation", strconv.FormatInt(meta.GetGeneration(), 10))
	if meta.GetDeletionTimestamp() != nil {
		line("deleting")
	}
	line(append([]string{"finalizers"}, meta.GetFinalizers()...)...)
	for _, k := range slices.Sorted(maps.Keys(meta.GetLabels())) {
		line("label", k, meta.GetLabels()[k])
	}
	for _, k := range slices.Sorted(maps.Keys(meta.GetAnnotations())) {
		if k != revisionAnnotation {
			line("annotation", k, meta.GetAnnotations()[k])
		}
	}
	for _, m := range managers(meta) {
		line("manager", m)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// managers renders the managed fields entries that count, without their
// times, sorted.
func managers(meta metav1.Object) []string {
	var out []string
	for _, m := range meta.GetManagedFields() {
		if m.Subresource == "status" {
			continue
		}
		fields := ""
		if m.FieldsV1 != nil {
			fields = canonicalJSON(m.FieldsV1.GetRawBytes())
		}
		out = append(out, m.Manager+"|"+string(m.Operation)+"|"+m.APIVersion+"|"+m.Subresource+"|"+fields)
	}
	slices.Sort(out)
	return out
}

// canonicalJSON evens out the order of keys, which differs between a decoded
// object and the server's own bytes.
func canonicalJSON(raw []byte) string {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return string(raw)
	}
	out, err := json.Marshal(v)
	if err != nil {
		return string(raw)
	}
	return string(out)
}
