package payload

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestSamplesOfEveryProvider(t *testing.T) {
	for provider, d := range decoders {
		for _, s := range d.samples {
			t.Run(string(provider)+"/"+s.name, func(t *testing.T) {
				got, err := d.decode(s.event, []byte(s.body))
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(s.want, got, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("-want +got\n%s", diff)
				}
			})
		}
	}
}

// Every value of every sample in turn becomes something else: an error or an
// event, never a panic.
func TestMalformedPayloadsNeverPanic(t *testing.T) {
	for provider, d := range decoders {
		for _, s := range d.samples {
			for _, body := range mutations(t, s.body) {
				got, err := d.decode(s.event, body)
				if err == nil {
					checkBounds(t, got)
				} else if strings.Contains(err.Error(), "acme") {
					t.Errorf("%s: the error repeats the payload: %v", provider, err)
				}
			}
		}
		for _, body := range []string{``, `null`, `7`, `"x"`, `[]`, `{`, `{"repository": null}`, `{"project": 7}`, "\x00", strings.Repeat(`[`, 20000)} {
			for _, event := range []string{"push", "pull_request", "repo:push", "repo:refs_changed", "pr:opened", "create"} {
				if got, err := d.decode(event, []byte(body)); err == nil && !got.IsZero() {
					t.Errorf("%s %s %q gave %+v", provider, event, body, got)
				}
			}
		}
	}
}

// mutations replaces each value of a document by others, one at a time.
func mutations(t *testing.T, body string) [][]byte {
	t.Helper()
	var document any
	if err := json.Unmarshal([]byte(body), &document); err != nil {
		t.Fatal(err)
	}
	var out [][]byte
	emit := func() {
		b, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	var walk func(node any)
	replace := func(old any, set func(any)) {
		for _, v := range []any{nil, 7.5, true, "", strings.Repeat("x", 5000), "\x00", []any{}, []any{nil, 1.0}, map[string]any{}} {
			set(v)
			emit()
		}
		set(old)
		walk(old)
	}
	walk = func(node any) {
		switch n := node.(type) {
		case map[string]any:
			for k, v := range n {
				replace(v, func(v any) { n[k] = v })
			}
		case []any:
			for i, v := range n {
				replace(v, func(v any) { n[i] = v })
			}
		}
	}
	walk(document)
	return out
}

func checkBounds(t *testing.T, e Event) {
	t.Helper()
	if e.IsZero() {
		return
	}
	if e.Key() == "" || e.Subject() == "" || len(e.Moves) > maxMoves {
		t.Errorf("event without a name, or too large: %+v", e)
	}
	data, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var back Event
	if err := json.Unmarshal(data, &back); err != nil || back.Key() != e.Key() {
		t.Errorf("%s does not come back: %v", data, err)
	}
	for _, revision := range []string{"", "HEAD", "main", "1.*", ">=1 <2", one} {
		for _, m := range e.Moves {
			m.Touches(revision, e.Repository.DefaultBranch)
		}
	}
}

func TestOneRepositoryHasOneKeyHoweverItIsSpelled(t *testing.T) {
	for want, spellings := range map[string][]string{
		"github.com/acme/fleet": {
			"https://github.com/acme/fleet", "https://github.com/Acme/Fleet.git", "http://GitHub.com/acme/fleet/", "https://user:pass@github.com:443/acme/fleet.git",
			"git@github.com:acme/fleet.git", "git@github.com:/acme/fleet", "ssh://git@github.com/acme/fleet.git", "ssh://git@github.com:22/acme/fleet.git/",
			"ssh://git@ssh.github.com:443/acme/fleet.git", "github.com:acme/fleet", " https://github.com//acme/./fleet.git ",
		},
		"git.example.com/a/b/c": {"https://git.example.com:8443/a/b/c.git", "git@git.example.com:a/b/c", "ssh://git@altssh.git.example.com:443/a/b/c"},
		"dev.azure.com/acme/edge/fleet": {
			"https://dev.azure.com/acme/Edge/_git/Fleet", "https://acme@dev.azure.com/acme/Edge/_git/Fleet", "git@ssh.dev.azure.com:v3/acme/Edge/Fleet",
			"https://acme.visualstudio.com/Edge/_git/Fleet", "https://acme.visualstudio.com/DefaultCollection/Edge/_git/Fleet", "acme@vs-ssh.visualstudio.com:v3/acme/Edge/Fleet",
		},
		"dev.azure.com/acme/fleet/fleet": {"https://dev.azure.com/acme/_git/Fleet", "git@ssh.dev.azure.com:v3/acme/fleet/fleet"},
		"dev.azure.com/acme/my repo/x":   {"https://dev.azure.com/acme/My%20Repo/_git/x", "git@ssh.dev.azure.com:v3/acme/My%20Repo/x"},
		"":                               {"", "https://github.com", "https://github.com/", "/srv/git/fleet", "fleet", "https://%zz/x", "://", "https:///x", "a b:c"},
	} {
		for _, s := range spellings {
			if got := Key(s); got != want {
				t.Errorf("%q: key %q, want %q", s, got, want)
			}
		}
	}
}

func TestWhichRevisionsAMoveTouches(t *testing.T) {
	const branch, tag = "refs/heads/main", "refs/tags/v1.2.3"
	for _, c := range []struct {
		ref, revision, defaultBranch string
		want                         bool
	}{
		{branch, "main", "main", true},
		{branch, "refs/heads/main", "main", true},
		{branch, "refs/tags/main", "main", false},
		{branch, "", "main", true},
		{branch, "HEAD", "main", true},
		{branch, "HEAD", "trunk", false},
		{branch, "HEAD", "", true}, // not told: it may be
		{branch, "release", "main", false},
		{branch, one, "main", false},
		{branch, strings.Repeat("a", 64), "main", false},
		{branch, "1.*", "main", false}, // ranges are of tags
		{"refs/heads/feature/x", "feature/x", "main", true},
		{"refs/heads/feature/x", "x", "main", false},
		{"refs/heads/deadbeef", "deadbeef", "main", true}, // a branch, not a commit
		{tag, "v1.2.3", "main", true},
		{tag, "refs/tags/v1.2.3", "main", true},
		{tag, "HEAD", "main", false},
		{tag, "HEAD", "", false},
		{tag, "v1.2.4", "main", false},
		{tag, "1.2.*", "main", true},
		{tag, "1.2", "main", true},
		{tag, ">=1.0.0 <2.0.0", "main", true},
		{tag, "^2.0.0", "main", false},
		{tag, "*", "main", true},
		{tag, `^v1\..*$`, "main", true},            // a pattern that only the resolver knows
		{"refs/tags/app-1.0", "1.*", "main", true}, // a source may have a prefix
		{"refs/tags/nightly", "main", "main", false},
		{"refs/pull/1/head", "HEAD", "", false},
		{"main", "main", "", true}, // the generic hook may leave out what it is
		{"main", "refs/tags/main", "", true},
		{"main", "HEAD", "", true},
		{"1.2.3", "1.*", "", true},
		{"", "anything", "main", true},
		{"", one, "main", false},
	} {
		if got := (Move{Ref: c.ref}).Touches(c.revision, c.defaultBranch); got != c.want {
			t.Errorf("%s touches %q (default %q): %v", c.ref, c.revision, c.defaultBranch, got)
		}
	}
}

func TestEventsAddUp(t *testing.T) {
	first := Event{Provider: GitHub, Repository: atGitHub, PullRequests: true, Moves: []Move{
		{Ref: "refs/heads/a", Before: one, After: two, Paths: []string{"y"}}, {Ref: "refs/heads/b", All: true}}}
	second := Event{Provider: GitHub, Repository: atGitHub, Listing: true, Moves: []Move{
		{Ref: "refs/heads/a", Before: two, After: one, Paths: []string{"x", "y"}}, {Ref: "refs/heads/c", Paths: []string{"z"}}}}
	want := Event{Provider: GitHub, Repository: atGitHub, PullRequests: true, Listing: true, Moves: []Move{
		{Ref: "refs/heads/a", Before: two, After: one, Paths: []string{"x", "y"}}, {Ref: "refs/heads/b", All: true}, {Ref: "refs/heads/c", Paths: []string{"z"}}}}
	if diff := cmp.Diff(want, first.Merge(second)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if first.Moves[0].After != two || len(first.Moves) != 2 {
		t.Errorf("merging changed its operand: %+v", first)
	}
}

func TestALargeEventSaysLessExactlyWhatChanged(t *testing.T) {
	e := Event{Provider: GitHub, Repository: atGitHub, Moves: []Move{{Ref: "refs/heads/main"}}}
	for i := range 3 * maxPaths {
		e = e.Merge(Event{Provider: GitHub, Repository: atGitHub, Moves: []Move{{Ref: "refs/heads/main", Paths: []string{fmt.Sprint(i)}}}})
	}
	if m := e.Moves[0]; !m.All || len(m.Paths) > 0 {
		t.Errorf("%d paths are held, all: %v", len(m.Paths), m.All)
	}
	for i := range 2 * maxMoves {
		e = e.Merge(Event{Provider: GitHub, Repository: atGitHub, Moves: []Move{{Ref: fmt.Sprint("refs/heads/", i), All: true}}})
	}
	if len(e.Moves) > maxMoves || !e.Moves[0].Touches("refs/heads/3", "main") {
		t.Errorf("%d moves, and the first is %+v", len(e.Moves), e.Moves[0])
	}
}

func fuzz(f *testing.F, provider Provider) {
	d := decoders[provider]
	for _, s := range d.samples {
		f.Add(s.event, []byte(s.body))
	}
	f.Fuzz(func(t *testing.T, event string, body []byte) {
		if e, err := d.decode(event, body); err == nil {
			checkBounds(t, e)
			checkBounds(t, e.Merge(e))
		}
	})
}

func FuzzWebhookGitHub(f *testing.F)          { fuzz(f, GitHub) }
func FuzzWebhookGitLab(f *testing.F)          { fuzz(f, GitLab) }
func FuzzWebhookGitea(f *testing.F)           { fuzz(f, Gitea) }
func FuzzWebhookBitbucket(f *testing.F)       { fuzz(f, Bitbucket) }
func FuzzWebhookBitbucketServer(f *testing.F) { fuzz(f, BitbucketServer) }
func FuzzWebhookAzureDevOps(f *testing.F)     { fuzz(f, AzureDevOps) }
func FuzzWebhookGeneric(f *testing.F)         { fuzz(f, Generic) }

func FuzzWebhookKey(f *testing.F) {
	for _, s := range []string{"https://github.com/a/b.git", "git@ssh.dev.azure.com:v3/a/b/c", "https://x.visualstudio.com/_git/r", "a:b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, address string) {
		key := Key(address)
		if key != "" && (Host(key) == "" || strings.Contains(Host(key), "@")) {
			t.Errorf("%q: key %q", address, key)
		}
	})
}
