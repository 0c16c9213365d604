package v1alpha1

// SCMProviderGenerator yields one parameter set per repository (and branch) of
// an organization. One provider is set.
type SCMProviderGenerator struct {
	Github          *SCMProviderGeneratorGithub          `json:"github,omitempty"`
	Gitlab          *SCMProviderGeneratorGitlab          `json:"gitlab,omitempty"`
	Bitbucket       *SCMProviderGeneratorBitbucket       `json:"bitbucket,omitempty"`
	BitbucketServer *SCMProviderGeneratorBitbucketServer `json:"bitbucketServer,omitempty"`
	Gitea           *SCMProviderGeneratorGitea           `json:"gitea,omitempty"`
	AzureDevOps     *SCMProviderGeneratorAzureDevOps     `json:"azureDevOps,omitempty"`
	// Filters: a repository stays that matches one of them.
	Filters []SCMProviderGeneratorFilter `json:"filters,omitempty"`
	// CloneProtocol of the yielded URLs, ssh or https; empty means the
	// provider's default.
	CloneProtocol string `json:"cloneProtocol,omitempty"`
	// RequeueAfterSeconds between two looks; nil means the default.
	RequeueAfterSeconds *int64                 `json:"requeueAfterSeconds,omitempty"`
	Template            ApplicationSetTemplate `json:"template,omitempty"`
	// Values become the parameters values.NAME.
	Values        map[string]string                  `json:"values,omitempty"`
	AWSCodeCommit *SCMProviderGeneratorAWSCodeCommit `json:"awsCodeCommit,omitempty"`
}

// SCMProviderGeneratorFilter is conditions that must all hold. The Match
// fields are regular expressions.
type SCMProviderGeneratorFilter struct {
	RepositoryMatch *string  `json:"repositoryMatch,omitempty"`
	PathsExist      []string `json:"pathsExist,omitempty"`
	PathsDoNotExist []string `json:"pathsDoNotExist,omitempty"`
	LabelMatch      *string  `json:"labelMatch,omitempty"`
	BranchMatch     *string  `json:"branchMatch,omitempty"`
}

// SCMProviderGeneratorGithub lists the repositories of a GitHub organization.
// In every provider, API is the address of a private installation, AllBranches
// yields each branch instead of the default one, and a missing credential
// means anonymous access.
type SCMProviderGeneratorGithub struct {
	Organization string     `json:"organization"`
	API          string     `json:"api,omitempty"`
	TokenRef     *SecretRef `json:"tokenRef,omitempty"`
	// AppSecretName names a Secret with a GitHub App's credentials.
	AppSecretName        string `json:"appSecretName,omitempty"`
	AllBranches          bool   `json:"allBranches,omitempty"`
	ExcludeArchivedRepos bool   `json:"excludeArchivedRepos,omitempty"`
}

// SCMProviderGeneratorGitlab lists the projects of a GitLab group.
type SCMProviderGeneratorGitlab struct {
	// Group by number or full path.
	Group            string     `json:"group"`
	IncludeSubgroups bool       `json:"includeSubgroups,omitempty"`
	API              string     `json:"api,omitempty"`
	TokenRef         *SecretRef `json:"tokenRef,omitempty"`
	AllBranches      bool       `json:"allBranches,omitempty"`
	// Insecure skips the verification of the server's certificate.
	Insecure bool `json:"insecure,omitempty"`
	// IncludeSharedProjects with the group; nil means true.
	IncludeSharedProjects *bool `json:"includeSharedProjects,omitempty"`
	// Topic that a project must have.
	Topic                string           `json:"topic,omitempty"`
	CARef                *ConfigMapKeyRef `json:"caRef,omitempty"`
	IncludeArchivedRepos bool             `json:"includeArchivedRepos,omitempty"`
}

// SCMProviderGeneratorGitea lists the repositories of a Gitea owner.
type SCMProviderGeneratorGitea struct {
	Owner                string     `json:"owner"`
	API                  string     `json:"api"`
	TokenRef             *SecretRef `json:"tokenRef,omitempty"`
	AllBranches          bool       `json:"allBranches,omitempty"`
	Insecure             bool       `json:"insecure,omitempty"`
	ExcludeArchivedRepos bool       `json:"excludeArchivedRepos,omitempty"`
}

// SCMProviderGeneratorBitbucket lists the repositories of a Bitbucket Cloud
// workspace.
type SCMProviderGeneratorBitbucket struct {
	Owner          string     `json:"owner"`
	User           string     `json:"user"`
	AppPasswordRef *SecretRef `json:"appPasswordRef"`
	AllBranches    bool       `json:"allBranches,omitempty"`
}

// SCMProviderGeneratorBitbucketServer lists the repositories of a Bitbucket
// Server project.
type SCMProviderGeneratorBitbucketServer struct {
	Project     string                    `json:"project"`
	API         string                    `json:"api"`
	BasicAuth   *BasicAuthBitbucketServer `json:"basicAuth,omitempty"`
	AllBranches bool                      `json:"allBranches,omitempty"`
	BearerToken *BearerTokenBitbucket     `json:"bearerToken,omitempty"`
	Insecure    bool                      `json:"insecure,omitempty"`
	CARef       *ConfigMapKeyRef          `json:"caRef,omitempty"`
}

// SCMProviderGeneratorAzureDevOps lists the repositories of an Azure DevOps
// team project.
type SCMProviderGeneratorAzureDevOps struct {
	Organization   string     `json:"organization"`
	API            string     `json:"api,omitempty"`
	TeamProject    string     `json:"teamProject"`
	AccessTokenRef *SecretRef `json:"accessTokenRef"`
	AllBranches    bool       `json:"allBranches,omitempty"`
}

// SCMProviderGeneratorAWSCodeCommit lists the repositories of an AWS account
// in one region.
type SCMProviderGeneratorAWSCodeCommit struct {
	// TagFilters: a repository must match all of them.
	TagFilters []*TagFilter `json:"tagFilters,omitempty"`
	// Role to assume, an ARN.
	Role        string `json:"role,omitempty"`
	Region      string `json:"region,omitempty"`
	AllBranches bool   `json:"allBranches,omitempty"`
}

// TagFilter matches an AWS tag; an empty value matches any.
type TagFilter struct {
	Key   string `json:"key"`
	Value string `json:"value,omitempty"`
}
