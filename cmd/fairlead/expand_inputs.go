package main

import (
	"cmp"
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"github.com/fairlead/fairlead/internal/cases"
)

// inputFlags name the files that an expansion reads instead of a fleet.
type inputFlags struct {
	namespace                         string
	clusters, repos, objects, options []string
	globbing, hidden                  bool
}

func (f *inputFlags) bind(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.clusters, "clusters", nil, "file with Argo CD cluster Secrets and fairlead.dev Clusters, may be repeated")
	flags.StringArrayVar(&f.objects, "objects", nil, "file with ConfigMaps, Secrets, AppProjects and placement objects, may be repeated")
	flags.StringArrayVar(&f.options, "options", nil, "file with Argo CD's options newGitFileGlobbing and includeHiddenDirectories")
	flags.StringArrayVar(&f.repos, "repo", nil, "folder that stands for a Git repository: URL[@REVISION]=DIR, may be repeated")
	flags.BoolVar(&f.globbing, "new-git-file-globbing", false, "match git files with path globs, as Argo CD's option of that name")
	flags.BoolVar(&f.hidden, "include-hidden-directories", false, "let git directories see names that start with a dot")
}

// sources are the files of the flags.
func (f *inputFlags) sources() cases.Sources {
	return cases.Sources{Namespace: f.namespace, Clusters: f.clusters, Objects: f.objects, Options: f.options}
}

// load reads the files for a set; where names the set's text for messages.
func (f *inputFlags) load(set []byte, where string) (*cases.Setup, error) {
	repos, err := newFolders(f.repos)
	if err != nil {
		return nil, exitf(codeUsage, "%w", err)
	}
	from := f.sources()
	from.Name, from.Git = where, repos
	setup, err := cases.Load(set, from)
	if err != nil {
		return nil, exitf(codeUsage, "%w", err)
	}
	f.override(setup)
	return setup, nil
}

// open reads a set and its inputs: of a folder, a file, or standard input for
// "-". Close the Setup after use.
func (f *inputFlags) open(in io.Reader, file string) (*cases.Setup, error) {
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		return f.openFolder(file)
	}
	text, err := readFile(in, file)
	if err != nil {
		return nil, exitf(codeUsage, "%w", err)
	}
	return f.load(text, cmp.Or(strings.TrimPrefix(file, "-"), "standard input"))
}

func (f *inputFlags) openFolder(dir string) (*cases.Setup, error) {
	if len(f.repos) > 0 {
		return nil, exitf(codeUsage, "--repo goes with a file: the folder %s has its own repos", dir)
	}
	setup, err := cases.Open(dir, f.sources())
	if err != nil {
		return nil, exitf(codeUsage, "%w", err)
	}
	f.override(setup)
	return setup, nil
}

// override turns on the options that have flags of their own.
func (f *inputFlags) override(setup *cases.Setup) {
	setup.Options.NewGitFileGlobbing = setup.Options.NewGitFileGlobbing || f.globbing
	setup.Options.IncludeHiddenDirectories = setup.Options.IncludeHiddenDirectories || f.hidden
}

// readFile reads a file, or standard input for "-".
func readFile(in io.Reader, file string) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(in)
	}
	return os.ReadFile(file)
}
