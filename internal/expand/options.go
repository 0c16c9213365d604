package expand

import "github.com/fairlead/fairlead/templates"

// Options are the hub's switches for expansions.
type Options struct {
	// Budget bounds templates; zero fields take their defaults.
	Budget templates.Budget
	// MaxRows bounds the parameter sets of one generator; 0 means 100,000.
	MaxRows int
	// NewGitFileGlobbing and IncludeHiddenDirectories are Argo CD's options of
	// those names; see generators.Options.
	NewGitFileGlobbing, IncludeHiddenDirectories bool
	// Workers render rows side by side; 0 means one per processor. The result
	// does not depend on it.
	Workers int
}
