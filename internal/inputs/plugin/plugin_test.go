package plugin_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs"
	"github.com/fairlead/fairlead/internal/inputs/objects"
	"github.com/fairlead/fairlead/internal/inputs/plugin"
)

var _ inputs.Answerer = (*plugin.Answerer)(nil)

const token = "s3cr3t-token"

var question = generators.Question{
	Kind: "plugin", Namespace: "argocd", Set: "apps",
	Spec: `{"configMapRef":{"name":"p"},"input":{"parameters":{"env":"prod","n":[1,2]}}}`,
}

func TestPluginIsAskedAsArgoCDDoes(t *testing.T) {
	var asked map[string]any
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.URL.Path != "/base/api/v1/getparams.execute" {
			t.Errorf("%s %s", r.Method, r.URL.Path)
		}
		if got := r.Header.Get("Authorization"); got != "Bearer "+token {
			t.Errorf("Authorization: %s", got)
		}
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			t.Error(err)
		}
		reply(w, `{"output": {"parameters": [{"a": 1000000, "b": {"c": ["d", null]}}, {}]}, "other": 1}`)
	})
	for _, ref := range []string{"$tokens:key", "$key"} {
		answer, err := answerer(t, server.URL+"/base/", ref, plugin.Options{}).Answer(t.Context(), question)
		if err != nil {
			t.Fatal(err)
		}
		want := []map[string]any{{"a": 1e6, "b": map[string]any{"c": []any{"d", nil}}}, {}}
		if diff := cmp.Diff(want, answer.Replies); diff != "" {
			t.Error(diff)
		}
		sent := map[string]any{"applicationSetName": "apps", "input": map[string]any{
			"parameters": map[string]any{"env": "prod", "n": []any{1.0, 2.0}},
		}}
		if diff := cmp.Diff(sent, asked); diff != "" {
			t.Error(diff)
		}
	}
}

func TestAFailingPluginSaysWhyWithoutTheToken(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"a message":         {403, `{"message": "no entry for s3cr3t-token"}`, `replied 403 Forbidden: "no entry for [token]"`},
		"an error":          {500, `{"error": "broken"}`, `replied 500 Internal Server Error: "broken"`},
		"a page":            {502, "<b>s3cr3t-token\x1b[2J", `replied 502 Bad Gateway: "<b>[token]\x1b[2J"`},
		"nothing":           {404, ``, `replied 404 Not Found`},
		"a long page":       {500, strings.Repeat("x", 299) + token, strings.Repeat("x", 299) + `[..."`},
		"an empty success":  {200, ``, `the reply is empty`},
		"no JSON":           {200, `hello`, `the reply is not {"output": {"parameters": [{...}]}}: invalid character`},
		"no list":           {200, `{"output": {"parameters": {"a": 1}}}`, `output.parameters is a object`},
		"no objects":        {200, `{"output": {"parameters": ["a"]}}`, `output.parameters is a string`},
		"a deep one":        {200, `{"output": {"parameters": [{"a":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `}]}}`, `parameters[0] of the reply nest more than 100 deep`},
		"a large one":       {200, `{"output": {"parameters": []}, "pad": "` + strings.Repeat("x", 2000) + `"}`, `the reply exceeds 2000 bytes`},
		"a large error":     {500, strings.Repeat("x", 3000), `replied 500`},
		"a redirected POST": {302, ``, `redirects to another address, http://[token].example: set baseUrl to it`},
	} {
		t.Run(name, func(t *testing.T) {
			server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if c.status == 302 {
					w.Header().Set("Location", "http://"+token+".example/x")
				}
				w.WriteHeader(c.status)
				reply(w, c.body)
			})
			answer, err := answerer(t, server.URL, "$tokens:key", plugin.Options{MaxBody: 2000}).Answer(t.Context(), question)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "plugin "+server.URL) {
				t.Errorf("%v, %v; want %s", answer, err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("the error shows the token: %v", err)
			}
		})
	}
}

func TestARedirectOnTheSameHostIsFollowedWithTheBody(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/moved" {
			http.Redirect(w, r, "/moved", http.StatusPermanentRedirect)
			return
		}
		body, _ := io.ReadAll(r.Body)
		reply(w, fmt.Sprintf(`{"output": {"parameters": [{"body": %d, "auth": %q}]}}`, len(body), r.Header.Get("Authorization")))
	})
	answer, err := answerer(t, server.URL, "$tokens:key", plugin.Options{}).Answer(t.Context(), question)
	if err != nil || answer.Replies[0]["body"] == 0.0 || answer.Replies[0]["auth"] != "Bearer "+token {
		t.Errorf("%v, %v", answer, err)
	}
}

func TestAThrottlingPluginIsLeftAlone(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "90")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	_, err := answerer(t, server.URL, "$tokens:key", plugin.Options{}).Answer(t.Context(), question)
	var throttled interface{ RetryAfter() time.Duration }
	if !errors.As(err, &throttled) || throttled.RetryAfter() != 90*time.Second {
		t.Errorf("%v", err)
	}
}

func TestAPluginThatHangsIsGivenUp(t *testing.T) {
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then is a lost client noticed
		<-r.Context().Done()
	})
	_, err := answerer(t, server.URL, "$tokens:key", plugin.Options{Timeout: 20 * time.Millisecond}).Answer(t.Context(), question)
	if err == nil || !strings.HasSuffix(err.Error(), "no reply within 20ms") {
		t.Errorf("%v", err)
	}
}

// Row D5 of the bad inputs: this machine is not dialled, by whatever name.
func TestAPluginOnThisMachineIsRefused(t *testing.T) {
	server := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("it was asked") })
	port := server.URL[strings.LastIndexByte(server.URL, ':'):]
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254"} {
		o := known(t, "http://"+host+port, "$tokens:key", "")
		_, err := plugin.New(o, plugin.Options{}).Answer(t.Context(), question)
		if err == nil || !strings.Contains(err.Error(), "not allowed for a plugin") {
			t.Errorf("%s: %v", host, err)
		}
	}
}

// Nothing of a reference is repeated that may be a secret.
func TestAMalformedConfigMapSaysWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct{ base, token, timeout, want string }{
		"no address":       {"", "$tokens:key", "", "configmap argocd/p: baseUrl is missing"},
		"a scheme":         {"ftp://x", "$tokens:key", "", "baseUrl is no address: want http:// or https:// and a host"},
		"a password":       {"http://u:s3cr3t@x", "$tokens:key", "", "baseUrl holds a user name or password"},
		"a query":          {"http://x?key=s3cr3t", "$tokens:key", "", "baseUrl holds a query"},
		"no token":         {"http://x", "", "", "token must refer to a Secret: want $SECRET:KEY, or $KEY of argocd-secret"},
		"a literal token":  {"http://x", "s3cr3t", "", "token must refer to a Secret"},
		"no key":           {"http://x", "$tokens:", "", "token refers to no Secret and key"},
		"a missing Secret": {"http://x", "$nope:key", "", "configmap argocd/p: token: secret argocd/nope does not exist"},
		"a missing key":    {"http://x", "$tokens:nope", "", `token: secret argocd/tokens has no key "nope"`},
		"an empty token":   {"http://x", "$tokens:empty", "", `key "empty" of secret argocd/tokens is no token`},
		"a broken token":   {"http://x", "$tokens:broken", "", `key "broken" of secret argocd/tokens is no token`},
		"a worded timeout": {"http://x", "$tokens:key", "5s", `requestTimeout is "5s"; want seconds, at most 600`},
		"a great timeout":  {"http://x", "$tokens:key", "601", `requestTimeout is "601"`},
		"several at once":  {"", "", "-1", "requestTimeout is \"-1\""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := plugin.New(known(t, c.base, c.token, c.timeout), plugin.Options{}).Answer(t.Context(), question)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("%v; want %s", err, c.want)
			}
		})
	}
	q := question
	q.Spec = `{"configMapRef":{"name":"nope"}}`
	if _, err := plugin.New(known(t, "", "", ""), plugin.Options{}).Answer(t.Context(), q); err == nil || err.Error() != "configmap argocd/nope does not exist" {
		t.Error(err)
	}
}

// Argo CD reads plugins in its own namespace, whichever namespace a set is in.
func TestPluginsOfTheControlNamespace(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { reply(w, `{"output": {"parameters": null}}`) })
	q := question
	q.Namespace = "team"
	if _, err := answerer(t, server.URL, "$tokens:key", plugin.Options{}).Answer(t.Context(), q); err == nil || err.Error() != "configmap team/p does not exist" {
		t.Error(err)
	}
	answer, err := answerer(t, server.URL, "$tokens:key", plugin.Options{Namespace: "argocd"}).Answer(t.Context(), q)
	if err != nil || len(answer.Replies) != 0 {
		t.Errorf("%v, %v", answer, err)
	}
}

func serve(t *testing.T, handle http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return server
}

func reply(w io.Writer, text string) { _, _ = io.WriteString(w, text) }

func answerer(t *testing.T, base, ref string, opts plugin.Options) *plugin.Answerer {
	t.Helper()
	opts.AllowLoopback = true
	return plugin.New(known(t, base, ref, ""), opts)
}

func known(t *testing.T, base, ref, timeout string) *objects.Objects {
	t.Helper()
	config := map[string]string{}
	for key, value := range map[string]string{"baseUrl": base, "token": ref, "requestTimeout": timeout} {
		if value != "" {
			config[key] = value
		}
	}
	var stream strings.Builder
	for _, object := range []any{
		object("ConfigMap", "p", "data", config),
		object("Secret", "tokens", "stringData", map[string]string{"key": token + "\n", "empty": " ", "broken": "s3cr3t\nX: y"}),
		object("Secret", "argocd-secret", "stringData", map[string]string{"key": token}),
	} {
		text, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		stream.Write(text)
		stream.WriteString("\n---\n")
	}
	o, err := objects.FromYAML("argocd", []byte(stream.String()))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func object(kind, name, field string, data map[string]string) map[string]any {
	return map[string]any{"apiVersion": "v1", "kind": kind, "metadata": map[string]string{"name": name}, field: data}
}
