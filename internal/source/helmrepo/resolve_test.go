package helmrepo_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/source"
)

func TestVersionsResolveAsInArgoCD(t *testing.T) {
	repo := newRepository(t)
	charts := open(t, setup{})
	for _, c := range []struct{ chart, revision, want, name string }{
		{"app", "*", "1.11.0+build.5", "1.11.0+build.5"},
		{"app", "1.x", "1.11.0+build.5", "1.11.0+build.5"},
		{"app", "1.2.*", "1.2.3", "1.2.3"},
		{"app", "~1.2.0", "1.2.3", "1.2.3"},
		{"app", "^1.0.0 <1.11", "1.10.0", "1.10.0"},
		{"app", ">=1.2 <1.3", "1.2.3", "1.2.3"},
		{"app", "1.0.0 - 1.2.1", "1.2.0", "1.2.0"},
		{"app", "*-0", "2.0.0-rc.1", "2.0.0-rc.1"},
		{"app", ">=2.0.0-0", "2.0.0-rc.1", "2.0.0-rc.1"},
		{"app", "2.0.0-rc.1", "2.0.0-rc.1", ""},
		{"app", "1.2.0", "1.2.0", ""},
		{"app", "v1.2.0", "1.2.0", ""},
		{"app", "1.2", "1.2.3", ""}, // not whole: Helm's own reading
		{"app", "1.11.0+build.5", "1.11.0+build.5", ""},
		{"other", "0.9.0", "v0.9.0", ""},
		{"other", "v0.9.0", "v0.9.0", ""},
	} {
		pin, err := charts.Resolve(t.Context(), repo.spec(c.chart, c.revision))
		if err != nil {
			t.Errorf("%s %s: %v", c.chart, c.revision, err)
			continue
		}
		if pin.Revision != c.want || pin.Name != c.name {
			t.Errorf("%s %s: %s (%s), want %s (%s)", c.chart, c.revision, pin.Revision, pin.Name, c.want, c.name)
		}
	}
}

func TestWhatCannotBeResolved(t *testing.T) {
	repo := newRepository(t)
	charts := open(t, setup{})
	for name, c := range map[string]struct {
		spec source.Spec
		kind error
		says string
	}{
		"no such version":    {repo.spec("app", "3.x"), source.ErrNotFound, `"3.x"`},
		"release of a range": {repo.spec("app", ">=2"), source.ErrNotFound, `">=2"`},
		"not a version":      {repo.spec("app", "main"), source.ErrNotFound, `"main"`},
		"no such chart":      {repo.spec("absent", "*"), source.ErrNotFound, "absent"},
		"empty revision":     {repo.spec("app", ""), source.ErrRefused, "targetRevision is empty"},
		"no such repository": {source.Spec{RepoURL: repo.URL + "/none", Chart: "app", Revision: "*"}, source.ErrNotFound, "index.yaml"},
		// A16: names that mean something to a file system.
		"dot":         {repo.spec(".", "*"), source.ErrRefused, `"."`},
		"dots":        {repo.spec("..", "*"), source.ErrRefused, `".."`},
		"dots inside": {repo.spec("a/../b", "*"), source.ErrRefused, `".."`},
		// A9
		"dash": {source.Spec{RepoURL: "--upload-pack=x", Chart: "app", Revision: "*"}, source.ErrRefused, "scheme"},
		// E4
		"user information": {source.Spec{RepoURL: "https://me:hunter2@example.com", Chart: "app", Revision: "*"}, source.ErrRefused, "put credentials in a Secret"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := charts.Resolve(t.Context(), c.spec)
			if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v", err)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error shows the password: %v", err)
			}
		})
	}
}

func TestAnUnchangedIndexIsNotSentAgain(t *testing.T) {
	repo := newRepository(t)
	charts := open(t, setup{})
	for range 2 {
		if _, err := charts.Resolve(t.Context(), repo.spec("app", "*")); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff([]string{"/index.yaml Not Modified", "/index.yaml OK"}, repo.requests()); d != "" {
		t.Error(d)
	}
	repo.edit(t, "version: 1.2.3", "version: 1.99.0")
	if err := os.Chtimes(repo.dir+"/index.yaml", farAhead, farAhead); err != nil {
		t.Fatal(err)
	}
	pin, err := charts.Resolve(t.Context(), repo.spec("app", "*"))
	if err != nil || pin.Revision != "1.99.0" {
		t.Errorf("%v %v", pin, err)
	}
}

func TestAnotherLayoutOfTheIndexMeansTheSame(t *testing.T) {
	const digest = "442446634d98819ccacbe388d40dc602704d776075db2083ed8b2d3e9885e0a2"
	entry := fmt.Sprintf(`{"version": "1.2.3", "urls": ["app-1.2.3.tgz"], "digest": "sha256:%s"}`, strings.ToUpper(digest))
	for name, text := range map[string]string{
		"json":       `{"apiVersion": "v1", "entries": {"app": [` + entry + `]}}`,
		"windows":    "apiVersion: v1\r\nentries:\r\n  app:\r\n  - " + entry + "\r\n",
		"wide":       "entries:\n    app:\n      - " + entry + "\n",
		"quoted":     "entries:\n  \"app\":\n  - " + entry + "\n",
		"anchor":     "x: &e " + entry + "\nentries:\n  app:\n  - *e\n",
		"decoy":      "annotations:\n  app:\n  - version: 9.9.9\nentries:\n  app:\n  - " + entry + "\n",
		"comments":   "entries:\n# all\n  other: []\n  # ours\n  app:\n# new\n  - " + entry + "\n\n  zoo: []\n",
		"odd quotes": "entries:\n  app:\n  - " + strings.TrimSuffix(entry, "}") + ", \"description\": \"two\nlines\"}\n",
		"block text": "entries:\n  app:\n    - description: |\n        - version: 9.0.0\n        app:\n      <<: " + entry + "\n  b:\n  - version: 8.0.0\n",
		// Helm skips what is no version, and does not let it hide others.
		"odd entries": "entries:\n  app:\n  - null\n  - 3\n  - version: ..\n    urls: [x]\n  - version: 9.0.0\n    digest: short\n  - " + entry + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			repo := newRepository(t)
			repo.write(t, "index.yaml", text)
			pin, err := open(t, setup{}).Resolve(t.Context(), repo.spec("app", "*"))
			if err != nil {
				t.Fatal(err)
			}
			want := source.Pin{
				Spec: repo.spec("app", "*"), Revision: "1.2.3", Name: "1.2.3",
				Digest: "sha256:" + digest, Location: repo.URL + "/app-1.2.3.tgz",
			}
			if d := cmp.Diff(want, pin); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAHostileIndexEnds(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		kind error
	}{
		"not yaml":     {"entries: [", source.ErrRefused},
		"list":         {"entries:\n- app\n", source.ErrRefused},
		"page":         {"<html>not here</html>", source.ErrRefused},
		"empty":        {"", source.ErrNotFound},
		"too large":    {"# " + strings.Repeat("x", 1<<20), source.ErrTooLarge},
		"many values":  {"entries: [" + strings.Repeat("[],", 400_000) + "]", source.ErrTooLarge},
		"many keys":    {"entries: {" + strings.Repeat("a: ,", 400_000) + "}", source.ErrTooLarge},
		"many in one":  {"entries:\n  app:\n  - version: 1.0.0\n" + strings.Repeat("    a: b\n", 400_000), source.ErrTooLarge},
		"deep":         {"entries: " + strings.Repeat("[", 15_000), source.ErrRefused},
		"aliases":      {bomb(), source.ErrNotFound},
		"many entries": {"entries:\n  app:\n" + strings.Repeat("  - version: 1.0.0\n", 101), source.ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			limits := source.Limits{Names: 100}
			if name == "too large" {
				limits.IndexBytes = 1 << 20
			}
			repo := newRepository(t)
			repo.write(t, "index.yaml", c.text)
			_, err := open(t, setup{limits: limits}).Resolve(t.Context(), repo.spec("app", "*"))
			if !errors.Is(err, c.kind) {
				t.Errorf("%v, want %v", err, c.kind)
			}
			if err != nil && len(err.Error()) > 1000 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
		})
	}
}

// bomb is an index that aliases make ten to the ninth entries of.
func bomb() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n")
	for i := 1; i < 9; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 10), ","))
	}
	b.WriteString("entries:\n  app:\n  - version: 1.0.0\n    urls: *a8\n")
	return b.String()
}

func TestAServerThatIsDownIsUnavailable(t *testing.T) {
	repo := newRepository(t)
	repo.handle = func(w http.ResponseWriter, _ *http.Request) bool {
		http.Error(w, "secret page", http.StatusServiceUnavailable)
		return true
	}
	_, err := open(t, setup{}).Resolve(t.Context(), repo.spec("app", "*"))
	if !errors.Is(err, source.ErrUnavailable) || strings.Contains(err.Error(), "secret page") {
		t.Errorf("%v", err)
	}
}
