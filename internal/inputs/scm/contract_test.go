package scm_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs/scm"
)

func TestEveryRepositoryOfEveryPageIsListedInOrder(t *testing.T) {
	everyProvider(t, func(t *testing.T, p provider) {
		s := serve(t, p.header, p.fake(fullWorld()))
		c, _ := newClient(scm.Options{})
		got, err := p.askRepositories(t, c, s, with(p.repositories, p.credential), nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 122 {
			t.Errorf("%d repositories, want all but the empty one: 122", len(got))
		}
		if !slices.IsSortedFunc(got, func(a, b generators.SCMRepository) int { return strings.Compare(a.Repository, b.Repository) }) {
			t.Error("not sorted")
		}
		want := generators.SCMRepository{Organization: "acme", Repository: "shop", RepositoryID: p.id, URL: p.ssh, Branch: "main", SHA: "aaa111"}
		shop := got[slices.IndexFunc(got, func(r generators.SCMRepository) bool { return r.Repository == "shop" })]
		if labels := shop.Labels; p.labelled != cmp.Equal(labels, []string{"ai"}) {
			t.Errorf("labels %v", labels)
		}
		shop.Labels = nil
		if diff := cmp.Diff(want, shop); diff != "" {
			t.Error(diff)
		}
	})
}

func TestEveryPullRequestOfEveryPageIsListedInOrder(t *testing.T) {
	everyProvider(t, func(t *testing.T, p provider) {
		s := serve(t, p.header, p.fake(fullWorld()))
		c, _ := newClient(scm.Options{})
		got, err := p.askPulls(t, c, s, with(p.pulls, p.pullLogin()), nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 230 || got[0].Number != 771 || got[229].Number != 1000 {
			t.Fatalf("%d pull requests, from %d", len(got), got[0].Number)
		}
		want := generators.PullRequest{Number: 993, Title: "Fix svc-222", Branch: "fix/svc-222", TargetBranch: "release", HeadSHA: "esvc-222", Author: "bob"}
		one := got[993-771]
		if p.pullLabels != cmp.Equal(one.Labels, []string{"preview", "gpu"}) {
			t.Errorf("labels %v", one.Labels)
		}
		one.Labels = nil
		if diff := cmp.Diff(want, one); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAllBranchesAndTheHTTPSAddress(t *testing.T) {
	everyProvider(t, func(t *testing.T, p provider) {
		w := fullWorld()
		w.repos = w.repos[:2]
		for i := range 120 {
			w.repos[1].branches[fmt.Sprintf("b-%03d", i)] = "f"
		}
		s := serve(t, p.header, p.fake(w))
		c, _ := newClient(scm.Options{})
		got, err := p.askRepositories(t, c, s, with(p.repositories, p.credential, object{"allBranches": true}), object{"cloneProtocol": "https"})
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 123 {
			t.Fatalf("%d branches, want 121 + 2", len(got))
		}
		last := got[122]
		if last.Repository != "shop" || last.Branch != "release/1.x" || last.SHA != "bbb222" || last.URL != p.https {
			t.Errorf("%+v", last)
		}
	})
}

func TestFiltersOfPathsBranchesAndNames(t *testing.T) {
	everyProvider(t, func(t *testing.T, p provider) {
		w := fullWorld()
		w.repos = w.repos[:2]
		s := serve(t, p.header, p.fake(w))
		c, _ := newClient(scm.Options{})
		for _, test := range []struct {
			filters []object
			want    []string
		}{
			{[]object{{"pathsExist": []string{"README.md"}}}, []string{"lib@trunk", "shop@main", "shop@release/1.x"}},
			{[]object{{"pathsExist": []string{"README.md", "deploy/"}}}, []string{"shop@main", "shop@release/1.x"}},
			{[]object{{"pathsExist": []string{"deploy/app.yaml"}, "branchMatch": "^main$"}}, []string{"shop@main"}},
			{[]object{{"pathsDoNotExist": []string{"deploy"}}}, []string{"lib@trunk"}},
			{[]object{{"branchMatch": "trunk"}, {"branchMatch": "release"}}, []string{"lib@trunk", "shop@release/1.x"}},
			{[]object{{"repositoryMatch": "^s"}, {"branchMatch": "m"}}, []string{"shop@main"}},
			{[]object{{}}, []string{"lib@trunk", "shop@main", "shop@release/1.x"}},
			{[]object{{"repositoryMatch": "none"}}, nil},
		} {
			got, err := p.askRepositories(t, c, s, with(p.repositories, p.credential, object{"allBranches": true}), object{"filters": test.filters})
			if err != nil {
				t.Fatalf("%v: %v", test.filters, err)
			}
			var names []string
			for _, repo := range got {
				names = append(names, repo.Repository+"@"+repo.Branch)
			}
			if diff := cmp.Diff(test.want, names); diff != "" {
				t.Errorf("%v: %s", test.filters, diff)
			}
		}
	})
}

func TestFiltersOfPullRequests(t *testing.T) {
	everyProvider(t, func(t *testing.T, p provider) {
		w := fullWorld()
		w.pulls = w.pulls[:10]
		s := serve(t, p.header, p.fake(w))
		c, _ := newClient(scm.Options{})
		got, err := p.askPulls(t, c, s, with(p.pulls, p.pullLogin()), object{"filters": []object{
			{"branchMatch": "222$", "targetBranchMatch": "^release$"}, {"titleMatch": "220"}, {"branchMatch": "221", "titleMatch": "none"},
		}})
		if err != nil || len(got) != 2 || got[0].HeadSHA != "esvc-220" || got[1].HeadSHA != "esvc-222" {
			t.Errorf("%+v, %v", got, err)
		}
		if !p.pullLabels {
			return
		}
		got, err = p.askPulls(t, c, s, with(p.pulls, p.pullLogin(), object{"labels": []string{"gpu"}}), nil)
		if err != nil || len(got) != 1 || got[0].Number != 993 {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestMissingRefusedAndEmptyAreThreeOutcomes(t *testing.T) {
	everyProvider(t, func(t *testing.T, p provider) {
		s := serve(t, p.header, p.fake(&world{}))
		c, _ := newClient(scm.Options{})
		repos, err := p.askRepositories(t, c, s, with(p.repositories, p.credential), nil)
		if err != nil || len(repos) != 0 {
			t.Errorf("empty: %v, %v", repos, err)
		}
		pulls, err := p.askPulls(t, c, s, with(p.pulls, p.pullLogin()), nil)
		if err != nil || len(pulls) != 0 {
			t.Errorf("empty: %v, %v", pulls, err)
		}
		_, err = p.askRepositories(t, c, s, with(p.gone, p.credential), nil)
		says(t, err, p.name, "gone", "404", "not found")
		_, err = p.askPulls(t, c, s, with(p.pullsGone, p.pullLogin()), nil)
		says(t, err, "gone", "404", "not found")
		pulls, err = p.askPulls(t, c, s, with(p.pullsGone, p.pullLogin()), object{"continueOnRepoNotFoundError": true})
		if err != nil || len(pulls) != 0 {
			t.Errorf("continueOnRepoNotFoundError: %v, %v", pulls, err)
		}

		s.want = "Authorization: another"
		_, err = p.askRepositories(t, c, s, with(p.repositories, p.credential), nil)
		says(t, err, p.name, "acme", "401", "the credential is refused")
		_, err = p.askPulls(t, c, s, with(p.pulls, p.pullLogin()), object{"continueOnRepoNotFoundError": true})
		says(t, err, "401", "the credential is refused")
		_, err = p.askPulls(t, c, s, p.pulls, nil)
		says(t, err, "401", "refer to a Secret with a credential")
		s.before = func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			fail(w, http.StatusForbidden, "not you\x1b[31m")
			return true
		}
		_, err = p.askPulls(t, c, s, with(p.pulls, p.pullLogin()), nil)
		says(t, err, "403", "not you", "the right to read")
	})
}

func TestAnonymousAccess(t *testing.T) {
	everyProvider(t, func(t *testing.T, p provider) {
		s := serve(t, "", p.fake(fullWorld()))
		s.before = func(_ int, _ http.ResponseWriter, r *http.Request) bool {
			if r.Header.Get("Authorization")+r.Header.Get("Private-Token") != "" {
				t.Error("a credential was sent")
			}
			return false
		}
		c, _ := newClient(scm.Options{})
		if pulls, err := p.askPulls(t, c, s, p.pulls, nil); err != nil || len(pulls) != 230 {
			t.Errorf("%d, %v", len(pulls), err)
		}
	})
}
