package apply

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// explain turns an error about an object into a message: what is the matter,
// on what, and what to do where that is known. No value of a Secret is in it,
// whatever the API server answered.
func explain(ref Ref, want *unstructured.Unstructured, err error) string {
	var missing *NotInstalledError
	if errors.As(err, &missing) {
		return fmt.Sprintf("%s: %v", ref, missing)
	}
	text := reason(ref, err)
	if want != nil && ref.Group == "" && ref.Kind == "Secret" {
		text = redact(text, want)
	}
	return fmt.Sprintf("%s: %s", ref, shorten(text, 1024))
}

func reason(ref Ref, err error) string {
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return err.Error()
	}
	s := status.Status()
	switch {
	case apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause):
		return fmt.Sprintf("namespace %s is being deleted: nothing can be created in it until it is gone", ref.Namespace)
	case apierrors.IsNotFound(err) && s.Details != nil && s.Details.Kind == "namespaces":
		return fmt.Sprintf("namespace %s does not exist: add the sync option CreateNamespace=true, or the namespace to the manifests", ref.Namespace)
	case apierrors.IsInvalid(err) && s.Details != nil && len(s.Details.Causes) > 0:
		return "invalid: " + strings.Join(causes(s.Details.Causes), "; ")
	default:
		return s.Message
	}
}

// causes gives "field: what" per cause. The API server prints the refused
// value, a whole pod template for example, between kind and detail of an
// error: long ones are cut out.
func causes(in []metav1.StatusCause) []string {
	var out []string
	for _, c := range in {
		msg := c.Message
		if kind, rest, found := strings.Cut(msg, ": "); found && len(msg) > 200 {
			if at := strings.LastIndex(rest, ": "); at >= 0 {
				msg = kind + ": " + rest[at+2:]
			}
		}
		if c.Field != "" {
			msg = c.Field + ": " + shorten(msg, 300)
		}
		if !slices.Contains(out, msg) {
			out = append(out, msg)
		}
	}
	return out
}

// redact takes the values of a Secret out of a text, encoded and decoded.
func redact(text string, secret *unstructured.Unstructured) string {
	var values []string
	for _, field := range []string{"data", "stringData"} {
		values = leaves(values, secret.Object[field])
	}
	for _, v := range slices.Clone(values) {
		if raw, err := base64.StdEncoding.DecodeString(v); err == nil {
			values = append(values, string(raw))
		}
	}
	// Longest first, so that no remainder of a longer value stays.
	slices.SortFunc(values, func(a, b string) int { return len(b) - len(a) })
	for _, v := range values {
		if len(v) > 2 {
			text = strings.ReplaceAll(text, v, "(redacted)")
		}
	}
	return text
}

func leaves(out []string, v any) []string {
	switch v := v.(type) {
	case nil:
	case map[string]any:
		for _, item := range v {
			out = leaves(out, item)
		}
	case []any:
		for _, item := range v {
			out = leaves(out, item)
		}
	default:
		out = append(out, fmt.Sprint(v))
	}
	return out
}

// shorten keeps the head and the tail of a long text: the tail of an API
// error says most.
func shorten(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	head, tail := limit/2, limit/2-5
	return strings.ToValidUTF8(s[:head], "") + " ... " + strings.ToValidUTF8(s[len(s)-tail:], "")
}

// conflict says that an object belongs to another Application.
func conflict(ref Ref, owner string) string {
	return fmt.Sprintf("%s belongs to application %s (fleet/namespace/name) and is left alone: remove it from one of the two, or release it there first", ref, owner)
}

// needsApproval says how a person approves the removal of an object.
func needsApproval(ref Ref, option string) string {
	return fmt.Sprintf("%s waits for approval (its sync option says %s=confirm): set the application's annotation %s to the present time (RFC 3339)",
		ref, option, v1alpha1.AnnotationDeletionApproved)
}

// deleting says what a deleted object still waits for.
func deleting(ref Ref, live *unstructured.Unstructured) string {
	if f := live.GetFinalizers(); len(f) > 0 {
		return fmt.Sprintf("%s is being deleted, waiting for finalizers [%s]", ref, strings.Join(f, ", "))
	}
	return fmt.Sprintf("%s is being deleted", ref)
}
