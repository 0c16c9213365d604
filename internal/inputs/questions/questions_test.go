package questions_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs/objects"
	"github.com/fairlead/fairlead/internal/inputs/questions"
)

func TestEveryKindHasItsAnswerer(t *testing.T) {
	o := known(t, "")
	for kind, spec := range map[string]string{
		"plugin":                  `{"configMapRef":{"name":"nope"}}`,
		"clusterDecisionResource": `{"configMapRef":"nope","name":"x"}`,
		"scmProvider":             `{"github":{"organization":"o","tokenRef":{"secretName":"nope","key":"k"}}}`,
		"pullRequest":             `{"github":{"owner":"o","repo":"r","tokenRef":{"secretName":"nope","key":"k"}}}`,
	} {
		_, err := questions.New(o, questions.Options{}).Answer(t.Context(), generators.Question{Kind: kind, Namespace: "argocd", Spec: spec})
		if err == nil || !strings.Contains(err.Error(), "argocd/nope") {
			t.Errorf("%s: %v", kind, err)
		}
	}
	_, err := questions.New(o, questions.Options{}).Answer(t.Context(), generators.Question{Kind: "tarot"})
	if err == nil || err.Error() != "nothing here answers questions of kind tarot" {
		t.Error(err)
	}
}

// Strict mode is about what sets refer to, not about plugins' tokens.
func TestStrictModeIsForGitHosts(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			_, _ = w.Write([]byte(`{"output": {"parameters": [{}]}}`))
			return
		}
		t.Error("the token was sent")
	}))
	defer server.Close()
	all := questions.New(known(t, server.URL), questions.Options{AllowLoopback: true, TokenRefStrictMode: true})
	_, err := all.Answer(t.Context(), generators.Question{Kind: "pullRequest", Namespace: "argocd",
		Spec: `{"github":{"owner":"o","repo":"r","api":"` + server.URL + `/","tokenRef":{"secretName":"tokens","key":"k"}}}`})
	if err == nil || !strings.Contains(err.Error(), "label it argocd.argoproj.io/secret-type=scm-creds") {
		t.Error(err)
	}
	answer, err := all.Answer(t.Context(), generators.Question{Kind: "plugin", Namespace: "argocd", Spec: `{"configMapRef":{"name":"p"}}`})
	if err != nil || len(answer.Replies) != 1 {
		t.Errorf("%v, %v", answer, err)
	}
}

func known(t *testing.T, base string) *objects.Objects {
	t.Helper()
	o, err := objects.FromYAML("argocd", []byte(`
{apiVersion: v1, kind: ConfigMap, metadata: {name: p}, data: {baseUrl: "`+base+`", token: "$tokens:k"}}
---
{apiVersion: v1, kind: Secret, metadata: {name: tokens}, stringData: {k: v}}
`))
	if err != nil {
		t.Fatal(err)
	}
	return o
}
