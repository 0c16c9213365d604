package payload

// sample is a hook written by hand after the provider's documentation, cut to
// the fields that are read and some that are not.
type sample struct {
	name  string
	event string // as in the provider's header
	body  string
	want  Event
}

const (
	zeros = "0000000000000000000000000000000000000000"
	one   = "1111111111111111111111111111111111111111"
	two   = "2222222222222222222222222222222222222222"
)

const githubRepository = `"repository": {"id": 35129377, "name": "Fleet", "full_name": "Acme/Fleet", "private": true,
  "owner": {"name": "Acme", "login": "Acme"}, "html_url": "https://github.com/Acme/Fleet",
  "clone_url": "https://github.com/Acme/Fleet.git", "ssh_url": "git@github.com:Acme/Fleet.git", "default_branch": "main", "pushed_at": 1557933657}`

var atGitHub = Repository{Keys: []string{"github.com/acme/fleet"}, Owner: "Acme", Name: "Fleet", DefaultBranch: "main"}

var githubSamples = []sample{
	{"a push tells every changed path", "push",
		`{"ref": "refs/heads/main", "before": "` + one + `", "after": "` + two + `", "created": false, "deleted": false, "forced": false,
		  "pusher": {"name": "ada"}, ` + githubRepository + `, "commits": [
		   {"id": "a", "added": ["apps/b/x.yaml"], "removed": ["apps/a/x.yaml"], "modified": []},
		   {"id": "b", "added": [], "removed": [], "modified": ["README.md", "apps/b/x.yaml"]}]}`,
		Event{Provider: GitHub, Repository: atGitHub, Moves: []Move{{Ref: "refs/heads/main", Before: one, After: two,
			Paths: []string{"README.md", "apps/a/x.yaml", "apps/b/x.yaml"}}}}},
	{"a forced push may have changed anything", "push",
		`{"ref": "refs/heads/main", "before": "` + one + `", "after": "` + two + `", "forced": true, ` + githubRepository + `,
		  "commits": [{"added": ["a"], "removed": [], "modified": []}]}`,
		Event{Provider: GitHub, Repository: atGitHub, Moves: []Move{{Ref: "refs/heads/main", Before: one, After: two, All: true}}}},
	{"a tag has no list of paths", "push",
		`{"ref": "refs/tags/v1.2.3", "before": "` + zeros + `", "after": "` + two + `", "created": true, ` + githubRepository + `, "commits": []}`,
		Event{Provider: GitHub, Repository: atGitHub, Moves: []Move{{Ref: "refs/tags/v1.2.3", Before: zeros, After: two, All: true}}}},
	{"a deleted branch", "delete",
		`{"ref": "old", "ref_type": "branch", "pusher_type": "user", ` + githubRepository + `}`,
		Event{Provider: GitHub, Repository: atGitHub, Moves: []Move{{Ref: "refs/heads/old", All: true}}}},
	{"a pull request", "pull_request",
		`{"action": "synchronize", "number": 7, "pull_request": {"head": {"sha": "` + one + `"}}, ` + githubRepository + `}`,
		Event{Provider: GitHub, Repository: atGitHub, PullRequests: true}},
	{"a pull request that was assigned", "pull_request", `{"action": "assigned", ` + githubRepository + `}`, Event{}},
	{"a new repository", "repository", `{"action": "created", ` + githubRepository + `}`,
		Event{Provider: GitHub, Repository: atGitHub, Listing: true}},
	{"a ping", "ping", `{"zen": "Keep it logically awesome.", "hook_id": 1}`, Event{}},
}

const gitlabProject1 = `"project": {"id": 15, "name": "Fleet", "web_url": "https://gitlab.example.com:8443/acme/edge/fleet",
  "git_ssh_url": "git@gitlab.example.com:acme/edge/fleet.git", "git_http_url": "https://gitlab.example.com:8443/acme/edge/fleet.git",
  "namespace": "Edge", "path_with_namespace": "acme/edge/fleet", "default_branch": "main"}`

var atGitLab = Repository{Keys: []string{"gitlab.example.com/acme/edge/fleet"}, Owner: "acme/edge", Name: "fleet", ID: "15", DefaultBranch: "main"}

var gitlabSamples = []sample{
	{"a push", "Push Hook",
		`{"object_kind": "push", "event_name": "push", "before": "` + one + `", "after": "` + two + `", "ref": "refs/heads/main",
		  "project_id": 15, ` + gitlabProject1 + `, "commits": [{"id": "a", "added": ["x"], "modified": ["y"], "removed": []}], "total_commits_count": 1}`,
		Event{Provider: GitLab, Repository: atGitLab, Moves: []Move{{Ref: "refs/heads/main", Before: one, After: two, Paths: []string{"x", "y"}}}}},
	{"a push of more commits than are listed", "Push Hook",
		`{"object_kind": "push", "before": "` + one + `", "after": "` + two + `", "ref": "refs/heads/main", ` + gitlabProject1 + `,
		  "commits": [{"added": ["x"], "modified": [], "removed": []}], "total_commits_count": 40}`,
		Event{Provider: GitLab, Repository: atGitLab, Moves: []Move{{Ref: "refs/heads/main", Before: one, After: two, All: true}}}},
	{"a tag", "Tag Push Hook",
		`{"object_kind": "tag_push", "before": "` + zeros + `", "after": "` + two + `", "ref": "refs/tags/v1.0.0", ` + gitlabProject1 + `, "commits": [], "total_commits_count": 0}`,
		Event{Provider: GitLab, Repository: atGitLab, Moves: []Move{{Ref: "refs/tags/v1.0.0", Before: zeros, After: two, All: true}}}},
	{"a merge request", "Merge Request Hook",
		`{"object_kind": "merge_request", "event_type": "merge_request", ` + gitlabProject1 + `,
		  "object_attributes": {"iid": 1, "action": "update", "target_project_id": 15}, "changes": {"labels": {"previous": [], "current": []}}}`,
		Event{Provider: GitLab, Repository: atGitLab, PullRequests: true}},
	{"a merge request that was approved", "Merge Request Hook",
		`{"object_kind": "merge_request", ` + gitlabProject1 + `, "object_attributes": {"action": "approved"}}`, Event{}},
	{"a system hook about several references", "System Hook",
		`{"event_name": "repository_update", "project_id": 15, ` + gitlabProject1 + `, "changes": [{"before": "` + one + `", "after": "` + two + `", "ref": "refs/heads/main"}], "refs": ["refs/heads/main"]}`,
		Event{Provider: GitLab, Repository: atGitLab, Moves: []Move{{Ref: "refs/heads/main", Before: one, After: two, All: true}}}},
	{"a system hook about a new project", "System Hook",
		`{"event_name": "project_create", "name": "New", "path": "new", "path_with_namespace": "acme/new", "project_id": 74}`,
		Event{Provider: GitLab, Repository: Repository{Owner: "acme", Name: "new", ID: "74"}, Listing: true}},
	{"an issue", "Issue Hook", `{"object_kind": "issue", ` + gitlabProject1 + `}`, Event{}},
}

const giteaRepository = `"repository": {"id": 140, "owner": {"id": 1, "login": "acme", "username": "acme"}, "name": "fleet", "full_name": "acme/fleet",
  "html_url": "http://git.example.com:3000/acme/fleet", "ssh_url": "ssh://git@git.example.com:2222/acme/fleet.git",
  "clone_url": "http://git.example.com:3000/acme/fleet.git", "default_branch": "main"}`

var atGitea = Repository{Keys: []string{"git.example.com/acme/fleet"}, Owner: "acme", Name: "fleet", DefaultBranch: "main"}

var giteaSamples = []sample{
	{"a push", "push",
		`{"ref": "refs/heads/main", "before": "` + one + `", "after": "` + two + `", "total_commits": 1, ` + giteaRepository + `,
		  "commits": [{"id": "a", "added": ["x"], "removed": [], "modified": []}]}`,
		Event{Provider: Gitea, Repository: atGitea, Moves: []Move{{Ref: "refs/heads/main", Before: one, After: two, Paths: []string{"x"}}}}},
	{"a push whose commits have no lists", "push",
		`{"ref": "refs/heads/main", "before": "` + one + `", "after": "` + two + `", ` + giteaRepository + `, "commits": [{"id": "a", "added": null, "removed": null, "modified": null}]}`,
		Event{Provider: Gitea, Repository: atGitea, Moves: []Move{{Ref: "refs/heads/main", Before: one, After: two, All: true}}}},
	{"a push with as many commits as are ever listed", "push",
		`{"ref": "refs/heads/main", "before": "` + one + `", "after": "` + two + `", ` + giteaRepository + `,
		  "commits": [{"added": ["a"]}, {"added": ["b"]}, {"added": ["c"]}, {"added": ["d"]}, {"added": ["e"]}]}`,
		Event{Provider: Gitea, Repository: atGitea, Moves: []Move{{Ref: "refs/heads/main", Before: one, After: two, All: true}}}},
	{"a new tag", "create", `{"ref": "v2", "ref_type": "tag", "sha": "` + two + `", ` + giteaRepository + `}`,
		Event{Provider: Gitea, Repository: atGitea, Moves: []Move{{Ref: "refs/tags/v2", All: true}}}},
	{"a pull request", "pull_request", `{"action": "opened", "number": 2, ` + giteaRepository + `}`,
		Event{Provider: Gitea, Repository: atGitea, PullRequests: true}},
	{"a pull request with a new label", "pull_request_label", `{"action": "label_updated", "number": 2, ` + giteaRepository + `}`,
		Event{Provider: Gitea, Repository: atGitea, PullRequests: true}},
	{"a deleted repository", "repository", `{"action": "deleted", ` + giteaRepository + `}`,
		Event{Provider: Gitea, Repository: atGitea, Listing: true}},
	{"an issue", "issues", `{"action": "opened"}`, Event{}},
}

const bitbucketRepository = `"repository": {"type": "repository", "full_name": "acme/fleet", "name": "Fleet", "uuid": "{673a6070}",
  "links": {"self": {"href": "https://api.bitbucket.org/2.0/repositories/acme/fleet"}, "html": {"href": "https://bitbucket.org/acme/fleet"}}}`

var atBitbucket = Repository{Keys: []string{"bitbucket.org/acme/fleet"}, Owner: "acme", Name: "fleet"}

var bitbucketSamples = []sample{
	{"a push of two references, one new and one gone", "repo:push",
		`{"actor": {}, ` + bitbucketRepository + `, "push": {"changes": [
		  {"old": {"type": "branch", "name": "main", "target": {"hash": "` + one + `"}}, "new": {"type": "branch", "name": "main", "target": {"hash": "` + two + `"}}, "truncated": false},
		  {"old": null, "new": {"type": "tag", "name": "v1", "target": {"hash": "` + two + `"}}, "created": true},
		  {"old": {"type": "branch", "name": "gone", "target": {"hash": "` + one + `"}}, "new": null, "closed": true},
		  {"old": null, "new": null}]}}`,
		Event{Provider: Bitbucket, Repository: atBitbucket, Moves: []Move{
			{Ref: "refs/heads/main", Before: one, After: two, All: true},
			{Ref: "refs/tags/v1", After: two, All: true},
			{Ref: "refs/heads/gone", Before: one, All: true}}}},
	{"a pull request", "pullrequest:fulfilled", `{"pullrequest": {"id": 1}, ` + bitbucketRepository + `}`,
		Event{Provider: Bitbucket, Repository: atBitbucket, PullRequests: true}},
	{"a renamed repository", "repo:updated", `{` + bitbucketRepository + `, "changes": {}}`,
		Event{Provider: Bitbucket, Repository: atBitbucket, Listing: true}},
	{"a build's status", "repo:commit_status_created", `{"commit_status": {}}`, Event{}},
}

const bitbucketServerRepo = `{"slug": "fleet", "id": 84, "name": "fleet", "project": {"key": "ACME", "id": 7}, "links": {
  "clone": [{"href": "ssh://git@bb.example.com:7999/acme/fleet.git", "name": "ssh"}, {"href": "https://bb.example.com/scm/acme/fleet.git", "name": "http"}]}}`

var atBitbucketServer = Repository{Keys: []string{"bb.example.com/acme/fleet", "bb.example.com/scm/acme/fleet"}, Owner: "ACME", Name: "fleet"}

var bitbucketServerSamples = []sample{
	{"a push", "repo:refs_changed",
		`{"eventKey": "repo:refs_changed", "repository": ` + bitbucketServerRepo + `, "changes": [
		  {"ref": {"id": "refs/heads/main", "displayId": "main", "type": "BRANCH"}, "refId": "refs/heads/main", "fromHash": "` + one + `", "toHash": "` + two + `", "type": "UPDATE"},
		  {"refId": "refs/tags/v1", "fromHash": "` + zeros + `", "toHash": "` + two + `", "type": "ADD"}]}`,
		Event{Provider: BitbucketServer, Repository: atBitbucketServer, Moves: []Move{
			{Ref: "refs/heads/main", Before: one, After: two, All: true},
			{Ref: "refs/tags/v1", Before: zeros, After: two, All: true}}}},
	{"a pull request whose target moved", "pr:to_ref_updated",
		`{"pullRequest": {"id": 1, "toRef": {"id": "refs/heads/main", "repository": ` + bitbucketServerRepo + `}}}`,
		Event{Provider: BitbucketServer, Repository: atBitbucketServer, PullRequests: true}},
	{"a renamed repository", "repo:modified", `{"old": {}, "new": ` + bitbucketServerRepo + `}`,
		Event{Provider: BitbucketServer, Repository: atBitbucketServer, Listing: true}},
	{"a test of the connection", "diagnostics:ping", `{"test": true}`, Event{}},
}

const azureRepository = `"repository": {"id": "278d", "name": "Fleet", "url": "https://dev.azure.com/acme/_apis/git/repositories/278d",
  "project": {"id": "6ce9", "name": "Edge Sites"}, "defaultBranch": "refs/heads/main", "remoteUrl": "https://acme@dev.azure.com/acme/Edge%20Sites/_git/Fleet"}`

var atAzure = Repository{Keys: []string{"dev.azure.com/acme/edge sites/fleet"}, Owner: "acme", Project: "Edge Sites", Name: "Fleet", DefaultBranch: "main"}

var azureSamples = []sample{
	{"a push", "",
		`{"id": "03c1", "eventType": "git.push", "publisherId": "tfs", "resource": {"commits": [{"commitId": "a"}],
		  "refUpdates": [{"name": "refs/heads/main", "oldObjectId": "` + one + `", "newObjectId": "` + two + `"}], ` + azureRepository + `}}`,
		Event{Provider: AzureDevOps, Repository: atAzure, Moves: []Move{{Ref: "refs/heads/main", Before: one, After: two, All: true}}}},
	{"a pull request", "", `{"eventType": "git.pullrequest.updated", "resource": {` + azureRepository + `, "pullRequestId": 1, "status": "active"}}`,
		Event{Provider: AzureDevOps, Repository: atAzure, PullRequests: true}},
	{"a new repository", "", `{"eventType": "git.repo.created", "resource": {` + azureRepository + `}}`,
		Event{Provider: AzureDevOps, Repository: atAzure, Listing: true}},
	{"a build", "", `{"eventType": "build.complete", "resource": {}}`, Event{}},
}

var genericSamples = []sample{
	{"a push with paths", "", `{"repoURL": "git@git.example.com:acme/fleet.git", "revision": "main", "before": "` + one + `", "after": "` + two + `", "paths": ["b", "a", "b"]}`,
		Event{Provider: Generic, Repository: Repository{Keys: []string{"git.example.com/acme/fleet"}}, Moves: []Move{{Ref: "main", Before: one, After: two, Paths: []string{"a", "b"}}}}},
	{"a push of anything", "", `{"repoURL": "https://git.example.com/acme/fleet"}`,
		Event{Provider: Generic, Repository: Repository{Keys: []string{"git.example.com/acme/fleet"}}, Moves: []Move{{All: true}}}},
	{"a plugin", "", `{"plugin": "placement", "namespace": "argocd"}`,
		Event{Provider: Generic, Plugin: &Plugin{Namespace: "argocd", Name: "placement"}}},
}

// decoders with their samples.
var decoders = map[Provider]struct {
	decode  func(event string, body []byte) (Event, error)
	samples []sample
}{
	GitHub:          {DecodeGitHub, githubSamples},
	GitLab:          {DecodeGitLab, gitlabSamples},
	Gitea:           {DecodeGitea, giteaSamples},
	Bitbucket:       {DecodeBitbucket, bitbucketSamples},
	BitbucketServer: {DecodeBitbucketServer, bitbucketServerSamples},
	AzureDevOps:     {DecodeAzureDevOps, azureSamples},
	Generic:         {DecodeGeneric, genericSamples},
}
