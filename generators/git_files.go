package generators

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// maxFileSize bounds one file of parameters, in bytes.
const maxFileSize = 1 << 20

// gitFiles gives a row per object in the files that an item matches and none
// excludes: a file holds one object or a list of them, as YAML or JSON.
func (e *Evaluator) gitFiles(at string, spec *v1alpha1.GitGenerator, tree *Tree, values rowValues) ([]Row, error) {
	files, err := e.wantedFiles(spec.Files, tree)
	if err != nil {
		return nil, err
	}
	var rows []Row
	read := e.readFiles(tree, files)
	for n, file := range files {
		objects, err := read(n)
		if exhausted := e.exhausted(); err != nil && exhausted != nil {
			return nil, exhausted // whichever file came first
		}
		if err != nil {
			return nil, fmt.Errorf("file %s of %s: %w", file, spec.RepoURL, err)
		}
		for i, object := range objects {
			element := "file " + file
			if len(objects) > 1 {
				element = indexed(element, i)
			}
			params := e.fileParams(object, spec.PathParamPrefix, file)
			if err := values.addTo(params); err != nil {
				return nil, forRow(err, element)
			}
			rows = append(rows, Row{params, Origin{Generator: at, Element: element}})
		}
		if len(rows) > e.options.MaxRows {
			return nil, fmt.Errorf("more than %d objects in the files of %s: narrow the patterns", e.options.MaxRows, spec.RepoURL)
		}
	}
	return rows, nil
}

// wantedFiles lists the files that items match, in the order of their paths.
func (e *Evaluator) wantedFiles(items []v1alpha1.GitFileGeneratorItem, tree *Tree) ([]string, error) {
	wanted := make(map[string]bool)
	if err := checkPatterns(len(items), func(i int) string { return items[i].Path }); err != nil {
		return nil, err
	}
	for _, excluding := range []bool{false, true} {
		for i, item := range items {
			if item.Exclude != excluding {
				continue
			}
			matched, err := e.matchFiles(item.Path, tree)
			if err != nil {
				return nil, fmt.Errorf("files[%d].path: %w", i, err)
			}
			for _, file := range matched {
				wanted[file] = !excluding
			}
		}
	}
	var files []string
	for file, want := range wanted {
		if want {
			files = append(files, file)
		}
	}
	if len(files) > maxMatches {
		return nil, fmt.Errorf("%d files match; at most %d may: narrow the patterns", len(files), maxMatches)
	}
	slices.Sort(files)
	return files, nil
}

func (e *Evaluator) matchFiles(pattern string, tree *Tree) ([]string, error) {
	if e.options.NewGitFileGlobbing {
		return e.globFiles(pattern, tree)
	}
	match, err := newPathspec(pattern)
	if err != nil {
		return nil, err
	}
	candidates := below(tree.Files, literalPrefix(path.Clean(pattern), `*?[\`))
	if err := e.compare(len(candidates)); err != nil {
		return nil, err
	}
	var out []string
	for _, file := range candidates {
		if match(file) {
			out = append(out, file)
		}
	}
	return out, nil
}

// readAhead is how many files are read at a time, on every processor.
const readAhead = 512

// readFiles returns what gives the objects of each file, to be called for the
// files in their order: it reads some of them ahead, never all.
func (e *Evaluator) readFiles(tree *Tree, files []string) func(n int) ([]map[string]any, error) {
	type content struct {
		objects []map[string]any
		err     error
	}
	var ahead []content
	return func(n int) ([]map[string]any, error) {
		if i := n % readAhead; i > 0 {
			return ahead[i].objects, ahead[i].err
		}
		ahead = make([]content, min(readAhead, len(files)-n))
		InChunks(len(ahead), 0, func(start, end int) {
			for i := start; i < end; i++ {
				ahead[i].objects, ahead[i].err = e.readObjects(tree, files[n+i])
			}
		})
		return ahead[0].objects, ahead[0].err
	}
}

// readObjects reads a file as one object or, failing that, as a list.
func (e *Evaluator) readObjects(tree *Tree, file string) ([]map[string]any, error) {
	info, err := fs.Stat(tree.FS, file)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFileSize {
		return nil, fmt.Errorf("%d bytes; a file of parameters has at most %d", info.Size(), maxFileSize)
	}
	content, err := fs.ReadFile(tree.FS, file)
	if err != nil {
		return nil, err
	}
	object := map[string]any{}
	if err := e.templates.DecodeYAML(content, &object); err == nil {
		return []map[string]any{object}, nil
	}
	var objects []map[string]any
	if err := e.templates.DecodeYAML(content, &objects); err != nil {
		return nil, fmt.Errorf("neither an object nor a list of objects: %w", err)
	}
	return objects, nil
}

// fileParams are the object's own keys, flattened in fasttemplate mode, and the
// path of its file.
func (e *Evaluator) fileParams(object map[string]any, prefix, file string) Params {
	params := make(Params, len(object)+8)
	if e.options.GoTemplate {
		maps.Copy(params, object)
	} else {
		flatten("", object, func(key string, leaf any) { params[key] = text(leaf) })
	}
	e.addPath(params, prefix, path.Dir(file), path.Base(file))
	return params
}
