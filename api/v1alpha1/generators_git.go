package v1alpha1

// GitGenerator yields one parameter set per folder, or per object in a file,
// of a Git repository. One of Directories and Files is set.
type GitGenerator struct {
	RepoURL string `json:"repoURL"`
	// Directories selects folders.
	Directories []GitDirectoryGeneratorItem `json:"directories,omitempty"`
	// Files selects YAML or JSON files, whose content becomes parameters.
	Files []GitFileGeneratorItem `json:"files,omitempty"`
	// Revision is a branch, tag or commit; empty means HEAD.
	//
	// +optional
	Revision string `json:"revision"`
	// RequeueAfterSeconds between two looks; nil means the default.
	RequeueAfterSeconds *int64                 `json:"requeueAfterSeconds,omitempty"`
	Template            ApplicationSetTemplate `json:"template,omitempty"`
	// PathParamPrefix is put before the path parameters: PREFIX.path.
	PathParamPrefix string `json:"pathParamPrefix,omitempty"`
	// Values become the parameters values.NAME.
	Values map[string]string `json:"values,omitempty"`
}

// GitDirectoryGeneratorItem selects folders by glob. A folder that any item
// excludes is left out.
type GitDirectoryGeneratorItem struct {
	Path    string `json:"path"`
	Exclude bool   `json:"exclude,omitempty"`
}

// GitFileGeneratorItem selects files by glob. A file that any item excludes is
// left out.
type GitFileGeneratorItem struct {
	Path    string `json:"path"`
	Exclude bool   `json:"exclude,omitempty"`
}
