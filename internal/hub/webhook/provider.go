package webhook

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/fairlead/fairlead/internal/hub/webhook/payload"
)

// Path and GenericPath are where hooks are sent.
const (
	Path        = "/api/webhook"
	GenericPath = "/api/webhook/generic"
)

// provider is how one kind of host sends hooks.
type provider struct {
	name payload.Provider
	// claims is true for a request of this provider.
	claims func(r *http.Request) bool
	// scheme is how it proves itself, given the secrets; an error says which
	// one is missing.
	scheme func(secrets map[string]string) (scheme, error)
	// event and delivery are headers: the first that is there counts.
	event, delivery []string
	decode          func(event string, body []byte) (payload.Event, error)
}

// providers in the order in which they are tried: Gitea, Forgejo and Gogs send
// GitHub's header too.
func providers() []provider {
	return []provider{
		{
			name:     payload.Generic,
			claims:   func(r *http.Request) bool { return r.URL.Path == GenericPath },
			scheme:   genericScheme,
			delivery: []string{GenericDelivery},
			decode:   payload.DecodeGeneric,
		},
		{
			name:     payload.AzureDevOps,
			claims:   has("X-Vss-Activityid"),
			scheme:   azureScheme,
			delivery: []string{"X-Vss-Activityid"},
			decode:   payload.DecodeAzureDevOps,
		},
		{
			name:     payload.Gitea,
			claims:   has("X-Forgejo-Event", "X-Gitea-Event", "X-Gogs-Event"),
			scheme:   giteaScheme,
			event:    []string{"X-Forgejo-Event", "X-Gitea-Event", "X-Gogs-Event"},
			delivery: []string{"X-Forgejo-Delivery", "X-Gitea-Delivery", "X-Gogs-Delivery"},
			decode:   payload.DecodeGitea,
		},
		{
			name:     payload.GitHub,
			claims:   has("X-GitHub-Event"),
			scheme:   githubScheme,
			event:    []string{"X-GitHub-Event"},
			delivery: []string{"X-GitHub-Delivery"},
			decode:   payload.DecodeGitHub,
		},
		{
			name:     payload.GitLab,
			claims:   has("X-Gitlab-Event"),
			scheme:   gitlabScheme,
			event:    []string{"X-Gitlab-Event"},
			delivery: []string{"Idempotency-Key", "X-Gitlab-Event-UUID"},
			decode:   payload.DecodeGitLab,
		},
		{
			name:     payload.Bitbucket,
			claims:   has("X-Hook-UUID"),
			scheme:   bitbucketScheme,
			event:    []string{"X-Event-Key"},
			delivery: []string{"X-Request-UUID"},
			decode:   payload.DecodeBitbucket,
		},
		{
			name:     payload.BitbucketServer,
			claims:   has("X-Event-Key"),
			scheme:   bitbucketServerScheme,
			event:    []string{"X-Event-Key"},
			delivery: []string{"X-Request-Id"},
			decode:   payload.DecodeBitbucketServer,
		},
	}
}

func has(headers ...string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.URL.Path == Path && first(r.Header, headers) != "" }
}

func first(h http.Header, names []string) string {
	for _, name := range names {
		if v := h.Get(name); v != "" {
			return v
		}
	}
	return ""
}

func missing(keys ...string) error {
	return fmt.Errorf("%s is not set in Secret %s: set it, and give the host the same secret", strings.Join(keys, " or "), SecretName)
}

func genericScheme(secrets map[string]string) (scheme, error) {
	if s := secrets["webhook.generic.secret"]; s != "" {
		return stamped{[]byte(s)}, nil
	}
	return nil, missing("webhook.generic.secret")
}

func githubScheme(secrets map[string]string) (scheme, error) {
	if s := secrets["webhook.github.secret"]; s != "" {
		return signed{[]byte(s), []string{"X-Hub-Signature-256"}, "sha256="}, nil
	}
	return nil, missing("webhook.github.secret")
}

// giteaScheme takes Argo CD's key for Gogs also for its descendants, unless
// they have their own.
func giteaScheme(secrets map[string]string) (scheme, error) {
	s := secrets["webhook.gitea.secret"]
	if s == "" {
		s = secrets["webhook.gogs.secret"]
	}
	if s == "" {
		return nil, missing("webhook.gitea.secret", "webhook.gogs.secret")
	}
	return signed{[]byte(s), []string{"X-Forgejo-Signature", "X-Gitea-Signature", "X-Gogs-Signature"}, ""}, nil
}

func gitlabScheme(secrets map[string]string) (scheme, error) {
	s := secrets["webhook.gitlab.secret"]
	if s == "" {
		return nil, missing("webhook.gitlab.secret")
	}
	encoded, isKey := strings.CutPrefix(s, standardPrefix)
	if !isKey {
		return token{s, "X-Gitlab-Token"}, nil
	}
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(key) == 0 {
		return nil, fmt.Errorf("webhook.gitlab.secret in Secret %s begins with %s but is no signing token: copy it whole from GitLab", SecretName, standardPrefix)
	}
	return standard{key}, nil
}

// bitbucketScheme needs a secret: the UUID, which Argo CD checks, is known to
// everybody who has seen one hook. It is checked too if it is set.
func bitbucketScheme(secrets map[string]string) (scheme, error) {
	s, uuid := secrets["webhook.bitbucket.secret"], secrets["webhook.bitbucket.uuid"]
	switch {
	case s == "" && uuid != "":
		return nil, errors.New("webhook.bitbucket.uuid is no signature: give the hook a secret at Bitbucket, and set it as webhook.bitbucket.secret in Secret " + SecretName)
	case s == "":
		return nil, missing("webhook.bitbucket.secret")
	}
	hmac := signed{[]byte(s), []string{"X-Hub-Signature"}, "sha256="}
	if uuid == "" {
		return hmac, nil
	}
	return both{token{uuid, "X-Hook-UUID"}, hmac}, nil
}

func bitbucketServerScheme(secrets map[string]string) (scheme, error) {
	if s := secrets["webhook.bitbucketserver.secret"]; s != "" {
		return signed{[]byte(s), []string{"X-Hub-Signature"}, "sha256="}, nil
	}
	return nil, missing("webhook.bitbucketserver.secret")
}

func azureScheme(secrets map[string]string) (scheme, error) {
	user, password := secrets["webhook.azuredevops.username"], secrets["webhook.azuredevops.password"]
	if password == "" {
		return nil, missing("webhook.azuredevops.password")
	}
	return basic{user, password}, nil
}
