package v1alpha1

// ProjectRole gives its members rights within a project.
type ProjectRole struct {
	// Name of the role.
	Name string `json:"name"`
	// Description for people.
	Description string `json:"description,omitempty"`
	// Policies are lines of Argo CD's policy language.
	Policies []string `json:"policies,omitempty"`
	// JWTTokens issued for the role.
	JWTTokens []JWTToken `json:"jwtTokens,omitempty"`
	// Groups of the identity provider whose members have the role.
	Groups []string `json:"groups,omitempty"`
}

// JWTTokens is a list of tokens.
type JWTTokens struct {
	Items []JWTToken `json:"items,omitempty"`
}

// JWTToken describes an issued token; the token itself is kept nowhere.
type JWTToken struct {
	// IssuedAt and ExpiresAt in seconds since 1970; zero ExpiresAt is never.
	IssuedAt  int64  `json:"iat"`
	ExpiresAt int64  `json:"exp,omitempty"`
	ID        string `json:"id,omitempty"`
}
