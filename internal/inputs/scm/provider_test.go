package scm_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs/scm"
)

const token = "s3cret-t0ken"

// provider is one of those that the contract is run over.
type provider struct {
	name string
	fake func(*world) http.Handler
	// header that a request with the credential has.
	header string
	// credential are the fields that refer to it.
	credential, pullCredential object
	// repositories and pulls are the fields of the generator besides api and
	// credentials, for the organization acme.
	repositories, pulls object
	// gone and pullsGone are fields that name what does not exist.
	gone, pullsGone object
	// onlyPublic providers have no field api in scmProvider.
	onlyPublic bool
	// https is the address of the repository shop, and id its RepositoryID.
	https, ssh, id string
	// labelled providers have labels of repositories, pullLabels of pull
	// requests.
	labelled, pullLabels bool
	// single providers list repositories in one page.
	single bool
	field  string // of pullRequest, if it differs from name
}

func providers() []provider {
	ref := func(key string) object { return object{"secretName": "cred", "key": key} }
	tokenRef := object{"tokenRef": ref("token")}
	basic := "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("ada:"+token))
	basicAuth := object{"basicAuth": object{"username": "ada", "passwordRef": ref("token")}}
	ssh, https := "git@example.com:acme/shop.git", "https://example.com/acme/shop.git"
	repo := func(owner string) object { return object{owner: "acme", "repo": "shop"} }
	noRepo := func(owner string) object { return object{owner: "acme", "repo": "gone"} }
	return []provider{
		{
			name: "github", fake: githubFake, header: "Authorization: Bearer " + token, credential: tokenRef,
			repositories: object{"organization": "acme"}, pulls: repo("owner"),
			gone: object{"organization": "gone"}, pullsGone: noRepo("owner"),
			ssh: ssh, https: https, id: "3", labelled: true, pullLabels: true,
		},
		{
			name: "gitlab", fake: gitlabFake, header: "PRIVATE-TOKEN: " + token, credential: tokenRef,
			repositories: object{"group": "acme"}, pulls: object{"project": "acme/shop", "pullRequestState": "opened"},
			gone: object{"group": "gone"}, pullsGone: object{"project": "acme/gone", "pullRequestState": "opened"},
			ssh: ssh, https: https, id: "3", labelled: true, pullLabels: true,
		},
		{
			name: "gitea", fake: giteaFake, header: "Authorization: token " + token, credential: tokenRef,
			repositories: object{"owner": "acme"}, pulls: repo("owner"),
			gone: object{"owner": "gone"}, pullsGone: noRepo("owner"),
			ssh: ssh, https: "https://example.com/acme/shop", id: "3", labelled: true, pullLabels: true,
		},
		{
			name: "bitbucket", fake: bitbucketCloudFake, header: basic,
			credential: object{"user": "ada", "appPasswordRef": ref("token")}, pullCredential: basicAuth,
			repositories: object{"owner": "acme"}, pulls: repo("owner"),
			gone: object{"owner": "gone"}, pullsGone: noRepo("owner"), onlyPublic: true,
			ssh: ssh, https: https, id: "{3}",
		},
		{
			name: "bitbucketServer", fake: bitbucketServerFake, header: basic, credential: basicAuth,
			repositories: object{"project": "acme"}, pulls: repo("project"),
			gone: object{"project": "gone"}, pullsGone: noRepo("project"),
			ssh: ssh, https: https, id: "3",
		},
		{
			name: "azureDevOps", field: "azuredevops", fake: azureFake,
			header:     "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(":"+token)),
			credential: object{"accessTokenRef": ref("token")}, pullCredential: tokenRef,
			repositories: object{"organization": "acme", "teamProject": "team"},
			pulls:        object{"organization": "acme", "project": "team", "repo": "shop"},
			gone:         object{"organization": "acme", "teamProject": "gone"},
			pullsGone:    object{"organization": "acme", "project": "team", "repo": "gone"},
			ssh:          "https://example.com/acme/shop", https: "https://example.com/acme/shop", id: "3",
			pullLabels: true, single: true,
		},
	}
}

// everyProvider runs a part of the contract over each of them.
func everyProvider(t *testing.T, part func(t *testing.T, p provider)) {
	t.Helper()
	for _, p := range providers() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			part(t, p)
		})
	}
}

// with joins fields.
func with(parts ...object) object {
	out := object{}
	for _, part := range parts {
		maps.Copy(out, part)
	}
	return out
}

// askRepositories asks for what fields say, with generator beside the provider.
func (p provider) askRepositories(t *testing.T, c *scm.Client, s *server, fields, generator object) ([]generators.SCMRepository, error) {
	t.Helper()
	c.SetPublic(p.name, s.URL)
	if !p.onlyPublic {
		fields = with(object{"api": s.URL}, fields)
	}
	answer, err := ask(t, c, "scmProvider", with(object{p.name: fields}, generator))
	if err != nil {
		return nil, err
	}
	return answer.Repositories, nil
}

func (p provider) askPulls(t *testing.T, c *scm.Client, s *server, fields, generator object) ([]generators.PullRequest, error) {
	t.Helper()
	field := p.name
	if p.field != "" {
		field = p.field
	}
	answer, err := ask(t, c, "pullRequest", with(object{field: with(object{"api": s.URL}, fields)}, generator))
	if err != nil {
		return nil, err
	}
	return answer.PullRequests, nil
}

// both are the fields that refer to the credential in pullRequest.
func (p provider) pullLogin() object {
	if p.pullCredential != nil {
		return p.pullCredential
	}
	return p.credential
}

func ask(t *testing.T, c *scm.Client, kind string, spec object) (*generators.Answer, error) {
	t.Helper()
	text, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	return c.Answer(t.Context(), generators.Question{Kind: kind, Namespace: "team", Spec: string(text)})
}

// objects has a Secret cred, and what a test adds.
type objects struct {
	secrets map[string]map[string][]byte
	maps    map[string]map[string]string
}

func (o objects) Secret(_ context.Context, namespace, name string) (map[string][]byte, error) {
	if data, ok := o.secrets[name]; ok && namespace == "team" {
		return data, nil
	}
	return nil, fmt.Errorf("Secret %s/%s does not exist", namespace, name)
}

func (o objects) ConfigMap(_ context.Context, namespace, name string) (map[string]string, error) {
	if data, ok := o.maps[name]; ok && namespace == "team" {
		return data, nil
	}
	return nil, fmt.Errorf("ConfigMap %s/%s does not exist", namespace, name)
}

func (objects) List(context.Context, schema.GroupVersionResource, string, string, metav1.LabelSelector) ([]unstructured.Unstructured, error) {
	panic("not asked for")
}

// clock counts what is waited and does not wait.
type clock struct {
	mu     sync.Mutex
	now    time.Time
	waited time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.waited += d
	return ctx.Err()
}

// newClient has the credential and a clock that does not wait.
func newClient(opts scm.Options) (*scm.Client, *clock) {
	opts.AllowLoopback = true
	time0 := &clock{now: time.Unix(1_800_000_000, 0)}
	c := scm.New(objects{secrets: map[string]map[string][]byte{"cred": {"token": []byte(token + "\n")}}}, opts)
	c.SetClock(time0.Now, time0.Sleep)
	return c, time0
}

// fullWorld has more of everything than fits on two pages.
func fullWorld() *world {
	w := &world{}
	w.repos = append(w.repos,
		fakeRepo{id: 3, name: "shop", main: "main", branches: map[string]string{"main": "aaa111", "release/1.x": "bbb222"}, paths: []string{"deploy/app.yaml", "README.md"}, labels: []string{"ai"}},
		fakeRepo{id: 2, name: "lib", main: "trunk", branches: map[string]string{"trunk": "ccc333"}, paths: []string{"README.md"}},
		fakeRepo{id: 1, name: "empty"},
	)
	for i := range 230 {
		name := fmt.Sprintf("svc-%03d", 229-i)
		if i < 120 {
			w.repos = append(w.repos, fakeRepo{id: 1000 + i, name: name, main: "main", branches: map[string]string{"main": "d" + name}})
		}
		w.pulls = append(w.pulls, fakePull{number: 1000 - i, title: "Fix " + name, from: "fix/" + name, to: "main", sha: "e" + name, author: "bob"})
	}
	w.pulls[7].labels = []string{"preview", "gpu"}
	w.pulls[7].to = "release"
	return w
}
