package v1alpha1

// SourceIntegrity says how sources must be verified before they are used.
type SourceIntegrity struct {
	// Git policies.
	Git *SourceIntegrityGit `json:"git"`
}

// SourceIntegrityGit holds the policies for Git.
type SourceIntegrityGit struct {
	Policies []*SourceIntegrityGitPolicy `json:"policies"`
}

// SourceIntegrityGitPolicy is what must hold for some repositories.
type SourceIntegrityGitPolicy struct {
	// Repos that the policy is for.
	Repos []SourceIntegrityGitPolicyRepo `json:"repos"`
	// GPG signatures that are needed.
	GPG *SourceIntegrityGitPolicyGPG `json:"gpg"`
}

// SourceIntegrityGitPolicyRepo selects repositories.
type SourceIntegrityGitPolicyRepo struct {
	// URL is a glob.
	URL string `json:"url"`
}

// SourceIntegrityGitPolicyGPG says which signatures are needed.
type SourceIntegrityGitPolicyGPG struct {
	// Mode says which commits must be signed.
	Mode SourceIntegrityGitPolicyGPGMode `json:"mode"`
	// Keys that are trusted, in hexadecimal.
	Keys []string `json:"keys"`
}

// SourceIntegrityGitPolicyGPGMode says which commits must be signed.
type SourceIntegrityGitPolicyGPGMode string

// Which commits may have to be signed.
const (
	// SourceIntegrityGitPolicyGPGModeNone asks for nothing.
	SourceIntegrityGitPolicyGPGModeNone SourceIntegrityGitPolicyGPGMode = "none"
	// SourceIntegrityGitPolicyGPGModeHead asks for the commit, or the tag, at
	// the target revision.
	SourceIntegrityGitPolicyGPGModeHead SourceIntegrityGitPolicyGPGMode = "head"
	// SourceIntegrityGitPolicyGPGModeStrict asks for every commit back to a
	// sealed one, or to the first.
	SourceIntegrityGitPolicyGPGModeStrict SourceIntegrityGitPolicyGPGMode = "strict"
)
