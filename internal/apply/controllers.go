package apply

import (
	"encoding/base64"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// leaveToControllers takes out of a wanted object what controllers of the
// cluster write whatever anybody else does: applied, it would be fought over
// for ever.
func leaveToControllers(ref Ref, obj *unstructured.Unstructured) {
	switch ref.Group {
	case "rbac.authorization.k8s.io":
		// https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles
		if rule, _, _ := unstructured.NestedMap(obj.Object, "aggregationRule"); len(rule) > 0 {
			delete(obj.Object, "rules")
		}
	case "admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io":
		withoutBlankBundles(obj.Object)
	case "apps", "batch", "":
		if ref.Kind == "Deployment" {
			// The number of its latest roll-out, in what was exported from a cluster.
			unstructured.RemoveNestedField(obj.Object, "metadata", "annotations", revisionAnnotation)
		}
		withoutBlankProtocols(obj.Object["spec"])
	}
}

// withoutBlankBundles takes off certificates that are none (empty, or the
// newline of scaffolding tools): another manager is to inject them.
func withoutBlankBundles(obj map[string]any) {
	webhooks, _ := obj["webhooks"].([]any)
	for _, hook := range webhooks {
		withoutBlankBundle(hook, "clientConfig")
	}
	withoutBlankBundle(obj["spec"], "conversion", "webhook", "clientConfig")
	withoutBlankBundle(obj["spec"])
}

func withoutBlankBundle(from any, path ...string) {
	for _, step := range path {
		holder, _ := from.(map[string]any)
		from = holder[step]
	}
	config, ok := from.(map[string]any)
	if !ok {
		return
	}
	bundle, _ := config["caBundle"].(string)
	plain, err := base64.StdEncoding.DecodeString(bundle)
	if _, there := config["caBundle"]; there && err == nil && strings.TrimSpace(string(plain)) == "" {
		delete(config, "caBundle")
	}
}

// withoutBlankProtocols takes empty protocols off the ports of a Service or of
// containers: where the protocol is part of an element's key, an empty one is
// another port than the one that the server has made of it (TCP).
func withoutBlankProtocols(v any) {
	switch v := v.(type) {
	case map[string]any:
		ports, _ := v["ports"].([]any)
		for _, port := range ports {
			if port, ok := port.(map[string]any); ok && (port["protocol"] == "" || port["protocol"] == nil) {
				delete(port, "protocol")
			}
		}
		for _, child := range v {
			withoutBlankProtocols(child)
		}
	case []any:
		for _, child := range v {
			withoutBlankProtocols(child)
		}
	}
}
