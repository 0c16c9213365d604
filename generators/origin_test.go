package generators_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fairlead/fairlead/generators"
)

func TestOriginsSayWhatARowDerivesFrom(t *testing.T) {
	rows := evaluate(t, `{matrix: {generators: [{clusters: {selector: {matchLabels: {env: prod}}}}, {clusters: {selector: {matchLabels: {env: dev}}}},
		{git: {repoURL: r, revision: main, files: [{path: conf/two.yaml}]}}, {list: {elements: [{a: b}]}}]}}`, true)
	if len(rows) != 2 {
		t.Fatalf("%d rows", len(rows))
	}
	o := rows[1].Origin
	want := `generators[0].matrix, file conf/two.yaml[1], elements[0], cluster "eu", cluster "us"`
	if o.String() != want {
		t.Errorf("got %s, want %s", o, want)
	}
	if want := `cluster "eu", cluster "us", file conf/two.yaml[1], elements[0]`; o.Subject() != want {
		t.Errorf("got %s, want %s", o.Subject(), want)
	}
	if !cmp.Equal(o.Clusters(), []string{"eu", "us"}) || o.Kind() != "matrix" {
		t.Errorf("clusters %q, kind %s", o.Clusters(), o.Kind())
	}
	elements := []generators.Element{{Name: "file conf/two.yaml", Stable: true}, {Name: "elements[0]"}}
	if diff := cmp.Diff(elements, o.Elements()); diff != "" {
		t.Error(diff)
	}
	text := `{"generator":"generators[0].matrix","clusters":["eu","us"],"elements":["file conf/two.yaml[1]","elements[0]"]}`
	if o.Text() != text {
		t.Errorf("stored as %s", o.Text())
	}
}

func TestOnlyPlacesInListsAreUnstable(t *testing.T) {
	for element, stable := range map[string]bool{
		"elements[0]": false, "elementsYaml[12]": false, "parameters[3]": false, "status.decisions[1]": false,
		"directory a[1]": true, "file a.yaml[3]": true, "file a[1].yaml": true, "all clusters": true,
		"pull request #3 of a/b": true, "repository a/b, branch main": true,
	} {
		o := generators.Origin{Generator: "generators[0].list", Element: element}
		if got := o.Elements(); len(got) != 1 || got[0].Stable != stable {
			t.Errorf("%q: %+v", element, got)
		}
	}
}

func TestStoredOriginsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.StringN(1, 8, -1).Filter(func(s string) bool { return !strings.Contains(s, "\x1f") }), 0, 3)
		join := func(label string) string { return strings.Join(list.Draw(t, label), "\x1f") }
		o := generators.Origin{
			Generator: "generators[7].matrix", Cluster: join("clusters"), Element: join("elements"), PullRequest: join("pullRequests"),
			Question: join("questions"),
		}
		back, err := generators.ParseOrigin(o.Text())
		if err != nil || back != o {
			t.Fatalf("%q became %q: %v", o, back, err)
		}
	})
	if _, err := generators.ParseOrigin("generators[0].list"); err == nil {
		t.Error("a text that is no origin was read as one")
	}
}

func FuzzParseOrigin(f *testing.F) {
	for _, seed := range []string{"", "{}", `{"generator":"generators[0].list","elements":["elements[0]"]}`, `{"clusters":["a\u001fb",""]}`, `{"clusters":1}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		o, err := generators.ParseOrigin(text)
		if err != nil {
			return
		}
		o.Elements()
		if again, err := generators.ParseOrigin(o.Text()); err != nil || again != o {
			t.Errorf("%q became %q: %v", o, again, err)
		}
	})
}
