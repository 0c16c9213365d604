package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestHistoryIsListedNewestFirst(t *testing.T) {
	app := deployed(func(app *v1alpha1.Application) {
		app.Status.History[0].Source.RepoURL = "https://ann:secret@git.example.com/a.git"
	})
	var out bytes.Buffer
	if err := printHistory(streams{out: &out}, "table", app); err != nil {
		t.Fatal(err)
	}
	want := `ID  DEPLOYED              REVISION      SOURCE                                  BY
1   1970-01-01T00:01:41Z  bbbbbbbbbbbb  https://git.example.com/a.git/web@main  ann
0   1970-01-01T00:01:40Z  aaaaaaaaaaaa  https://git.example.com/a.git/web@main  automated
`
	if out.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", out.String(), want)
	}
	var entries v1alpha1.RevisionHistories
	out.Reset()
	if err := printHistory(streams{out: &out}, "json", app); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out.Bytes(), &entries); err != nil || len(entries) != 2 || entries[0].ID != 1 || entries[1].Revision != oldCommit {
		t.Errorf("%v: %s", err, out.String())
	}
	out.Reset()
	if err := printHistory(streams{out: &out}, "json", askedFor(nil)); err != nil || strings.TrimSpace(out.String()) != "[]" {
		t.Errorf("%v: an empty history is %q", err, out.String())
	}
}
