package expand

import (
	"errors"
	"fmt"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/templates"
)

// Expand turns a set and its inputs into Applications; see Result. A row that
// fails to render is rejected and the others proceed. A generator that fails
// fails the set.
func Expand(set *v1alpha1.ApplicationSet, in Inputs, opts Options) Result {
	engine, err := templates.NewEngine(templates.Options{
		GoTemplate:        set.Spec.GoTemplate,
		GoTemplateOptions: set.Spec.GoTemplateOptions,
		Budget:            opts.Budget,
	})
	if err != nil {
		return Result{Err: fmt.Errorf("spec.%w", err)}
	}
	evaluator := generators.NewEvaluator(in, templating{engine}, generators.Options{
		GoTemplate:               set.Spec.GoTemplate,
		NewGitFileGlobbing:       opts.NewGitFileGlobbing,
		IncludeHiddenDirectories: opts.IncludeHiddenDirectories,
		MaxRows:                  opts.MaxRows,
		Namespace:                set.Namespace,
	})
	parts, err := evaluate(evaluator, set)
	if err != nil {
		return Result{Err: err}
	}
	if missing := evaluator.Missing(); len(missing) > 0 {
		return Result{Missing: missing}
	}

	rendered, err := render(&programs{set: set, engine: engine}, parts, opts)
	if err == nil {
		err = engine.Exhausted()
	}
	if err != nil {
		return Result{Err: err}
	}
	result := sort(rendered)
	result.Commits = commits(in)
	return result
}

// evaluate runs every generator, also after one failed: all errors are worth
// knowing.
func evaluate(e *generators.Evaluator, set *v1alpha1.ApplicationSet) ([]generators.Part, error) {
	var parts []generators.Part
	var errs []error
	for i := range set.Spec.Generators {
		found, err := e.Evaluate(fmt.Sprintf("generators[%d]", i), &set.Spec.Generators[i])
		if err != nil {
			errs = append(errs, err)
			continue
		}
		parts = append(parts, found...)
	}
	return parts, errors.Join(errs...)
}

func commits(in Inputs) map[Repository]string {
	if len(in.Repositories) == 0 {
		return nil
	}
	out := make(map[Repository]string, len(in.Repositories))
	for repo, tree := range in.Repositories {
		out[repo] = tree.Commit
	}
	return out
}
