package generators

import (
	"errors"
	"path"
	"strconv"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
)

// git gives a row per directory or per object in a file of a repository. If
// the inputs lack the repository it asks for it and gives nothing yet.
// See https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-Git/.
func (e *Evaluator) git(at string, g *generator) ([]Row, error) {
	spec := g.Git
	if len(spec.Directories) == 0 && len(spec.Files) == 0 {
		return nil, errors.New("neither directories nor files are given")
	}
	repo := Repository{URL: spec.RepoURL, Revision: spec.Revision}
	tree, ok := e.inputs.Repositories[repo]
	if !ok {
		e.missing.add(at, repo, filePatterns(spec))
		return nil, nil
	}
	values := e.values(spec.Values)
	if len(spec.Directories) > 0 {
		return e.gitDirectories(at, spec, tree, values)
	}
	return e.gitFiles(at, spec, tree, values)
}

func filePatterns(spec *v1alpha1.GitGenerator) []string {
	if len(spec.Directories) > 0 {
		return nil
	}
	patterns := make([]string, len(spec.Files))
	for i, f := range spec.Files {
		patterns[i] = f.Path
	}
	return patterns
}

// addPath adds the parameters of a directory, and of a file in it unless
// filename is empty: path, path.basename, path[0], ... in fasttemplate mode, an
// object "path" in Go template mode.
func (e *Evaluator) addPath(params Params, prefix, dir, filename string) {
	base := path.Base(dir)
	if e.options.GoTemplate {
		p := map[string]any{
			"path":               dir,
			"basename":           base,
			"basenameNormalized": clusters.NormalizeName(base),
			"segments":           strings.Split(dir, "/"),
		}
		if filename != "" {
			p["filename"] = filename
			p["filenameNormalized"] = clusters.NormalizeName(filename)
		}
		if prefix != "" {
			params[prefix] = map[string]any{"path": p}
		} else {
			params["path"] = p
		}
		return
	}
	name := dotted(prefix, "path")
	params[name] = dir
	params[name+".basename"] = base
	params[name+".basenameNormalized"] = clusters.NormalizeName(base)
	if filename != "" {
		params[name+".filename"] = filename
		params[name+".filenameNormalized"] = clusters.NormalizeName(filename)
	}
	for i, segment := range strings.Split(dir, "/") {
		if segment != "" {
			params[name+"["+strconv.Itoa(i)+"]"] = segment
		}
	}
}
