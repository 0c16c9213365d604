package policy

import (
	"regexp"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

const sourceRepos = "spec.sourceRepos"

// sshURL is an address such as git@host:path, with or without ssh:// before it.
var sshURL = regexp.MustCompile(`^(ssh://)?[^/:]*@[^@]+$`)

// normalize brings the spellings of a repository's address to one: capitals,
// space around it, ".git" at the end, a space or %20 inside, and git@host:path
// for ssh://git@host/path make no difference. The rest is text: Argo CD parses
// and writes it anew, which spoils the globs of some patterns.
//
// Source: https://github.com/argoproj/argo-cd/blob/master/util/git/git.go
// (NormalizeGitURL), whose facts the tests hold.
func normalize(address string) string {
	address = strings.ToLower(strings.TrimSpace(address))
	if sshURL.MatchString(address) && !strings.HasPrefix(address, "ssh://") {
		address = "ssh://" + strings.Replace(address, ":", "/", 1)
	}
	address = strings.ReplaceAll(strings.TrimSuffix(address, ".git"), " ", "%20")
	return strings.TrimPrefix(address, "ssh://")
}

// repositories checks every repository that the Application takes from.
func (f *found) repositories(project *v1alpha1.AppProject, app *v1alpha1.Application) {
	rules := repositoryRules(project)
	seen := map[string]bool{}
	for _, address := range addresses(&app.Spec) {
		if !seen[address] {
			seen[address] = true
			f.repository(project.Spec.SourceRepos, rules, address)
		}
	}
}

// repositoryRules reads spec.sourceRepos.
func repositoryRules(project *v1alpha1.AppProject) []rule {
	rules := make([]rule, len(project.Spec.SourceRepos))
	for i, text := range project.Spec.SourceRepos {
		rules[i] = ruleOf(text, "/", normalize)
	}
	return rules
}

// addresses lists the repositories of a spec: those of the dry and of the
// hydrated source, else of the sources.
func addresses(spec *v1alpha1.ApplicationSpec) []string {
	var out []string
	if spec.SourceHydrator != nil {
		out = append(out, spec.SourceHydrator.GetDrySource().RepoURL)
	}
	for _, source := range spec.GetSources() {
		out = append(out, source.RepoURL)
	}
	return out
}

// repository permits an address that some rule matches and none forbids. As in
// Argo CD, a rule that forbids other addresses permits this one.
func (f *found) repository(texts []string, rules []rule, address string) {
	normal, permitted := normalize(address), false
	for i, r := range rules {
		if r.forbids(normal) {
			f.add(at(sourceRepos, i), "repository "+shown(address)+" is forbidden by "+shown(texts[i])+because(r.err),
				"take that entry away, or use another repository")
			return
		}
		permitted = permitted || r.match(normal)
	}
	if permitted {
		return
	}
	f.add(sourceRepos, "repository "+shown(address)+" is not permitted",
		"add it there, or use one that matches what is: "+listed(shownAll(texts)))
	f.unreadable(sourceRepos, shownAll(texts), rules)
}

// credentials are what stands between scheme and host, with a password or, in
// HTTP, a token.
var credentials = regexp.MustCompile(`^(!?\s*[A-Za-z][A-Za-z0-9+.-]*://)([^/?#]*)@`)

// shown is an address without its credentials. User names of SSH stay: they
// select nothing secret.
func shown(address string) string {
	return credentials.ReplaceAllStringFunc(strings.TrimSpace(address), func(match string) string {
		scheme, user, _ := strings.Cut(strings.TrimSuffix(match, "@"), "://")
		if strings.HasSuffix(strings.ToLower(scheme), "ssh") && !strings.Contains(user, ":") {
			return match
		}
		return scheme + "://***@"
	})
}

func shownAll(addresses []string) []string {
	out := make([]string, len(addresses))
	for i, address := range addresses {
		out[i] = shown(address)
	}
	return out
}
