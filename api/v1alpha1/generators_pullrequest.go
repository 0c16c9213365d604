package v1alpha1

// PullRequestGenerator yields one parameter set per open pull request of a
// repository. One provider is set.
type PullRequestGenerator struct {
	Github          *PullRequestGeneratorGithub          `json:"github,omitempty"`
	GitLab          *PullRequestGeneratorGitLab          `json:"gitlab,omitempty"`
	Gitea           *PullRequestGeneratorGitea           `json:"gitea,omitempty"`
	BitbucketServer *PullRequestGeneratorBitbucketServer `json:"bitbucketServer,omitempty"`
	// Filters: a pull request stays that matches one of them.
	Filters []PullRequestGeneratorFilter `json:"filters,omitempty"`
	// RequeueAfterSeconds between two looks; nil means the default.
	RequeueAfterSeconds *int64                           `json:"requeueAfterSeconds,omitempty"`
	Template            ApplicationSetTemplate           `json:"template,omitempty"`
	Bitbucket           *PullRequestGeneratorBitbucket   `json:"bitbucket,omitempty"`
	AzureDevOps         *PullRequestGeneratorAzureDevOps `json:"azuredevops,omitempty"`
	// Values become the parameters values.NAME.
	Values map[string]string `json:"values,omitempty"`
	// ContinueOnRepoNotFoundError takes a missing repository for one without
	// pull requests.
	ContinueOnRepoNotFoundError bool `json:"continueOnRepoNotFoundError,omitempty"`
}

// PullRequestGeneratorFilter is conditions that must all hold; each is a
// regular expression.
type PullRequestGeneratorFilter struct {
	BranchMatch       *string `json:"branchMatch,omitempty"`
	TargetBranchMatch *string `json:"targetBranchMatch,omitempty"`
	TitleMatch        *string `json:"titleMatch,omitempty"`
}

// PullRequestGeneratorGithub lists the pull requests of a GitHub repository.
// In every provider, API is the address of a private installation, Labels are
// labels that a pull request must all have, and a missing credential means
// anonymous access.
type PullRequestGeneratorGithub struct {
	Owner    string     `json:"owner"`
	Repo     string     `json:"repo"`
	API      string     `json:"api,omitempty"`
	TokenRef *SecretRef `json:"tokenRef,omitempty"`
	// AppSecretName names a Secret with a GitHub App's credentials.
	AppSecretName string   `json:"appSecretName,omitempty"`
	Labels        []string `json:"labels,omitempty"`
}

// PullRequestGeneratorGitLab lists the merge requests of a GitLab project.
type PullRequestGeneratorGitLab struct {
	// Project by number or full path.
	Project  string     `json:"project"`
	API      string     `json:"api,omitempty"`
	TokenRef *SecretRef `json:"tokenRef,omitempty"`
	Labels   []string   `json:"labels,omitempty"`
	// PullRequestState to look for, such as opened; empty means every one.
	PullRequestState string `json:"pullRequestState,omitempty"`
	// Insecure skips the verification of the server's certificate.
	Insecure bool             `json:"insecure,omitempty"`
	CARef    *ConfigMapKeyRef `json:"caRef,omitempty"`
}

// PullRequestGeneratorGitea lists the pull requests of a Gitea repository.
type PullRequestGeneratorGitea struct {
	Owner    string     `json:"owner"`
	Repo     string     `json:"repo"`
	API      string     `json:"api"`
	TokenRef *SecretRef `json:"tokenRef,omitempty"`
	Insecure bool       `json:"insecure,omitempty"`
	Labels   []string   `json:"labels,omitempty"`
}

// PullRequestGeneratorBitbucketServer lists the pull requests of a Bitbucket
// Server repository.
type PullRequestGeneratorBitbucketServer struct {
	Project     string                    `json:"project"`
	Repo        string                    `json:"repo"`
	API         string                    `json:"api"`
	BasicAuth   *BasicAuthBitbucketServer `json:"basicAuth,omitempty"`
	BearerToken *BearerTokenBitbucket     `json:"bearerToken,omitempty"`
	Insecure    bool                      `json:"insecure,omitempty"`
	CARef       *ConfigMapKeyRef          `json:"caRef,omitempty"`
}

// PullRequestGeneratorBitbucket lists the pull requests of a Bitbucket Cloud
// repository.
type PullRequestGeneratorBitbucket struct {
	Owner       string                     `json:"owner"`
	Repo        string                     `json:"repo"`
	API         string                     `json:"api,omitempty"`
	BasicAuth   *BasicAuthBitbucketServer  `json:"basicAuth,omitempty"`
	BearerToken *BearerTokenBitbucketCloud `json:"bearerToken,omitempty"`
}

// PullRequestGeneratorAzureDevOps lists the pull requests of an Azure DevOps
// repository.
type PullRequestGeneratorAzureDevOps struct {
	Organization string     `json:"organization"`
	Project      string     `json:"project"`
	Repo         string     `json:"repo"`
	API          string     `json:"api,omitempty"`
	TokenRef     *SecretRef `json:"tokenRef,omitempty"`
	Labels       []string   `json:"labels,omitempty"`
}
