package cases

import (
	"context"
	"errors"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/expand"
)

// Stage is a step of a case.
type Stage string

// The stages, in order.
const (
	// StageDecode reads the files of the folder.
	StageDecode Stage = "decode"
	// StageGenerate is everything up to Applications.
	StageGenerate Stage = "generate"
	// StageValidate checks the Applications; see Setup.Validate.
	StageValidate Stage = "validate"
)

// outcome is what a case came to, as text that can be compared and kept.
type outcome struct {
	// stage that failed, or StageValidate.
	stage Stage
	// failure says why the stage failed; empty if none did.
	failure string
	// rejected says that the failure is of single rows.
	rejected bool
	// applications is a YAML stream, sorted.
	applications string
	findings     []Finding
	// warnings change no verdict.
	warnings []string
}

// evaluate runs a case through its stages.
func evaluate(ctx context.Context, dir string) outcome {
	out := outcome{stage: StageDecode}
	setup, err := openFolder(dir, Sources{})
	if setup != nil {
		out.warnings = setup.Warnings
	}
	if err != nil {
		out.failure = err.Error()
		return out
	}
	defer setup.Close() //nolint:errcheck // nothing is written
	out.stage = StageGenerate
	result, err := setup.Expand(ctx)
	if err := errors.Join(err, result.Err, rejections(result)); err != nil {
		out.failure = setup.server.blank(err.Error())
		out.rejected = len(result.Rejected) > 0
		return out
	}
	if out.applications, err = canonical(result); err != nil {
		out.failure = err.Error()
		return out
	}
	out.stage = StageValidate
	out.findings = setup.Validate(result)
	return out
}

func rejections(result expand.Result) error {
	errs := make([]error, len(result.Rejected))
	for i, row := range result.Rejected {
		errs[i] = row.Err
	}
	return errors.Join(errs...)
}

// canonical prints all Applications, duplicates too, without status, sorted by
// name and then by text: equal ones give equal text.
func canonical(result expand.Result) (string, error) {
	var texts []string
	add := func(app *v1alpha1.Application) error {
		text, err := yaml.Marshal(app)
		if err != nil {
			return err
		}
		normal, err := normalize(text)
		texts = append(texts, normal...)
		return err
	}
	for i := range result.Applications {
		if err := add(&result.Applications[i]); err != nil {
			return "", err
		}
	}
	for _, d := range result.Duplicates {
		for i := range d.Applications {
			if err := add(&d.Applications[i]); err != nil {
				return "", err
			}
		}
	}
	return stream(texts), nil
}

// normalize gives each object of a YAML stream one text for one meaning.
func normalize(text []byte) ([]string, error) {
	docs, err := documents(text)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, doc := range docs {
		text, err := doc.asJSON()
		if err != nil {
			return nil, err
		}
		object := map[string]any{}
		if err := yaml.Unmarshal(text, &object); err != nil {
			return nil, err
		}
		delete(object, "status")
		if metadata, ok := object["metadata"].(map[string]any); ok {
			delete(metadata, "creationTimestamp")
		}
		normal, err := yaml.Marshal(object)
		if err != nil {
			return nil, err
		}
		out = append(out, string(normal))
	}
	return out, nil
}

// nothing stands in expected.yaml where a set makes no Application.
const nothing = "# 0 applications\n"

func stream(texts []string) string {
	if len(texts) == 0 {
		return nothing
	}
	slices.SortFunc(texts, func(a, b string) int {
		return strings.Compare(nameOf(a)+"\x00"+a, nameOf(b)+"\x00"+b)
	})
	return strings.Join(texts, "---\n")
}

// nameOf reads metadata.name of an object that yaml.Marshal printed.
func nameOf(text string) string {
	var object struct {
		Metadata struct{ Name string }
	}
	if yaml.Unmarshal([]byte(text), &object) != nil {
		return ""
	}
	return object.Metadata.Name
}
