package cases

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestRepositoriesAreLookedUpInOrder(t *testing.T) {
	dir := folder(t, "case", `
-- repos.yaml --
https://git/x/conf.git@main: by-url-and-revision
https://git/x/conf.git: by-url
https://git/x/apps.git@gone: gone
-- repos/by-url-and-revision/f --
-- repos/by-url/f --
-- repos/apps/f --
-- repos/apps@release_1/f --
-- repos/apps@HEAD/f --
`)
	f, err := openFolders(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ url, revision, want string }{
		{"https://git/x/conf.git", "main", "by-url-and-revision"},
		{"https://git/x/conf.git", "v1", "by-url"},
		{"https://other/conf.git", "main", ""},
		{"https://git/x/apps.git", "release/1", "apps@release_1"},
		{"https://git/x/apps", "v2", "apps"},
		{"https://git/x/apps/", "", "apps@HEAD"},
		{"git@git:apps.git", "v2", "apps"},
		{"https://git/x/apps.git", "gone", ""}, // no other folder stands in for the one that is named
		{"https://git/..", "", ""},
		{"", "", ""},
	} {
		got, err := f.Resolve(t.Context(), c.url, c.revision)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s at %q: got %q, %v, want %q", c.url, c.revision, got, err, c.want)
		}
		if err != nil && !strings.Contains(err.Error(), "not found") {
			t.Errorf("%s: %v", c.url, err)
		}
	}
	for _, bad := range []string{"u: ../x", "u: [a]"} {
		if _, err := openFolders(folder(t, "bad", "-- repos.yaml --\n"+bad+"\n-- x/f --\n")); err == nil || !strings.Contains(err.Error(), "repos.yaml") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestTheHTTPServiceServesFiles(t *testing.T) {
	s, err := serve(folder(t, "case", "-- http/api/list.json --\n[1]\n-- secret.json --\n"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	for _, c := range []struct {
		method, path string
		status       int
		body         string
	}{
		{"GET", "/api/list", 200, "[1]"}, {"POST", "/api/list?page=1", 200, "[1]"}, {"GET", "/api/list/?page=2", 200, "[]"},
		{"GET", "/api/none", 404, "not found"}, {"GET", "/../secret", 404, "not found"}, {"GET", "/", 404, "not found"},
		{"DELETE", "/api/list", 405, ""},
	} {
		request, err := http.NewRequestWithContext(t.Context(), c.method, string(s.fill([]byte(httpURL)))+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != c.status || !strings.HasPrefix(string(body), c.body) {
			t.Errorf("%s %s: %d %s, %v", c.method, c.path, response.StatusCode, body, err)
		}
	}
	if got := s.blank("GET " + s.url + "/x"); got != "GET __HTTP_URL__/x" {
		t.Error(got)
	}
}
