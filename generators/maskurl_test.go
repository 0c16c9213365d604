package generators

import "testing"

func TestARepositoryPrintsNoPassword(t *testing.T) {
	for _, c := range []struct {
		url, want string
		password  bool
	}{
		{"https://git.example.com/a@b/apps.git", "https://git.example.com/a@b/apps.git", false},
		{"https://user:hunter2@git.example.com/y.git", "https://***@git.example.com/y.git", true},
		{"HTTPS://user:hun@ter2@git.example.com/y.git", "HTTPS://***@git.example.com/y.git", true},
		{"https://user:hun/ter2@git.example.com/y.git", "https://***@git.example.com/y.git", true},
		{"https://user:%zz@git.example.com/y.git", "https://***@git.example.com/y.git", true},
		{"https://token@git.example.com/y.git", "https://***@git.example.com/y.git", false},
		{"ssh://git@git.example.com/y.git", "ssh://git@git.example.com/y.git", false},
		{"ssh://git:hunter2@git.example.com/y.git", "ssh://***@git.example.com/y.git", true},
		{"git@git.example.com:team/y.git", "git@git.example.com:team/y.git", false},
		{"git:hunter2@git.example.com:team/y.git", "***@git.example.com:team/y.git", true},
		{"/srv/apps", "/srv/apps", false},
		{"", "", false},
	} {
		if got := (Repository{URL: c.url}).String(); got != c.want+"@HEAD" {
			t.Errorf("%s: %s", c.url, got)
		}
		if got := HoldsPassword(c.url); got != c.password {
			t.Errorf("%s: holds a password: %v", c.url, got)
		}
	}
}
