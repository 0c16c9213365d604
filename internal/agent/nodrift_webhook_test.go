package agent_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// authority is a certificate for 127.0.0.1 that signs itself.
type authority struct {
	der []byte
	key *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return authority{der, key}
}

func (a authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.der})
}

// injector is a mutating webhook over TLS for objects labelled inject=true.
func (d *driftSite) injector(t *testing.T) {
	t.Helper()
	ca := newAuthority(t)
	server := httptest.NewUnstartedServer(http.HandlerFunc(admit))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{ca.der}, PrivateKey: ca.key}}, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	t.Cleanup(server.Close)
	hook := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration",
		"metadata": map[string]any{"name": "injector"},
		"webhooks": []any{map[string]any{
			"name": "inject.example.com", "sideEffects": "None", "admissionReviewVersions": []any{"v1"}, "reinvocationPolicy": "IfNeeded",
			"objectSelector": map[string]any{"matchLabels": map[string]any{"inject": "true"}},
			"clientConfig":   map[string]any{"url": server.URL + "/", "caBundle": ca.pem()},
			"rules": []any{map[string]any{"apiGroups": []any{"", "apps"}, "apiVersions": []any{"v1"},
				"operations": []any{"CREATE", "UPDATE"}, "resources": []any{"configmaps", "deployments"}}},
		}},
	}}
	hooks := schema.GroupVersionResource{Group: "admissionregistration.k8s.io", Version: "v1", Resource: "mutatingwebhookconfigurations"}
	raw, err := json.Marshal(hook.Object)
	if err != nil {
		t.Fatal(err)
	}
	if err := hook.UnmarshalJSON(raw); err != nil {
		t.Fatal(err)
	}
	if _, err := d.client.Resource(hooks).Create(t.Context(), hook, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	d.await("the webhook to be called", patience, func() (bool, string) {
		probe := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "ConfigMap",
			"metadata": map[string]any{"name": "probe", "labels": map[string]any{"inject": "true"}}}}
		made, err := d.client.Resource(configMaps).Namespace(d.ns).Create(t.Context(), probe, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		return err == nil && made.GetLabels()["injected"] == "yes", ""
	})
}

// admit answers an AdmissionReview with the whole object as it should be.
func admit(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	review := struct {
		Request struct {
			UID    string         `json:"uid"`
			Object map[string]any `json:"object"`
		} `json:"request"`
	}{}
	if err != nil || json.Unmarshal(body, &review) != nil {
		http.Error(w, "no review", http.StatusBadRequest)
		return
	}
	patch, _ := json.Marshal([]any{map[string]any{"op": "replace", "path": "", "value": inject(review.Request.Object)}})
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
		"response": map[string]any{"uid": review.Request.UID, "allowed": true, "patchType": "JSONPatch", "patch": patch}})
}

// inject once what is not there yet.
func inject(object map[string]any) map[string]any {
	obj := &unstructured.Unstructured{Object: object}
	labels := obj.GetLabels()
	labels["injected"] = "yes"
	obj.SetLabels(labels)
	annotations := obj.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations["injected.example.com/status"] = "injected"
	obj.SetAnnotations(annotations)
	containers, found, _ := unstructured.NestedSlice(object, "spec", "template", "spec", "containers")
	if !found {
		return object
	}
	names := map[any]bool{}
	for _, c := range containers {
		c := c.(map[string]any)
		names[c["name"]] = true
		if image, _ := c["image"].(string); strings.HasPrefix(image, "example.com/") {
			c["image"] = "mirror." + image
		}
		env, _ := c["env"].([]any)
		if len(env) == 0 || env[0].(map[string]any)["name"] != "INJECTED" {
			c["env"] = append([]any{map[string]any{"name": "INJECTED", "value": "1"}}, env...)
		}
	}
	if !names["sidecar"] {
		containers = append([]any{map[string]any{"name": "sidecar", "image": "mirror.example.com/proxy:1"}}, containers...)
	}
	_ = unstructured.SetNestedSlice(object, containers, "spec", "template", "spec", "containers")
	return object
}
