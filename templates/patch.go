package templates

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"k8s.io/apimachinery/pkg/util/strategicpatch"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// patch is a templatePatch: a template of YAML or JSON, merged strategically
// into each Application.
type patch struct {
	engine *Engine
	unit   unit
	text   leaf
	schema strategicpatch.PatchMetaFromStruct
	// freeForm says that the template holds free-form JSON, which the way
	// through JSON writes anew.
	freeForm bool
}

func (e *Engine) compilePatch(text string, app *v1alpha1.Application) (*patch, error) {
	p := &patch{engine: e, unit: e.newUnit(), freeForm: holdsFreeForm(reflect.ValueOf(app).Elem())}
	l, err := p.unit.leaf(text)
	if err != nil {
		return nil, fmt.Errorf("templatePatch: %w", err)
	}
	if l == nil {
		l = staticLeaf(text)
	}
	p.text = l
	if p.schema, err = strategicpatch.NewPatchMetaFromStruct(v1alpha1.Application{}); err != nil {
		return nil, fmt.Errorf("templatePatch: %w", err)
	}
	return p, nil
}

// apply renders the patch and merges it. A field that Applications do not have
// is dropped, as in Argo CD; a value of the wrong type is an error.
func (p *patch) apply(app *v1alpha1.Application, params Params) (cost Cost, err error) {
	x := p.unit.begin(params)
	defer func() { cost = cost.Plus(p.unit.end(x)) }()
	text, err := p.text.render(x)
	if err != nil {
		return cost, err
	}
	kind, project, namespace := app.TypeMeta, app.Spec.Project, app.Namespace
	if p.freeForm || !p.mergeTyped(app, text) {
		if !isJSON(text) {
			cost = documentCost(text) // which decodeInto charges
		}
		err = p.mergeAny(app, text)
	}
	app.TypeMeta, app.Spec.Project, app.Namespace = kind, project, namespace
	return cost, err
}

// mergeAny merges every patch that there is, by way of JSON.
func (p *patch) mergeAny(app *v1alpha1.Application, text string) error {
	changes, err := p.decode(text)
	if err != nil {
		return err
	}
	original, err := asMap(app)
	if err != nil {
		return err
	}
	merged, err := strategicpatch.StrategicMergeMapPatchUsingLookupPatchMeta(original, changes, p.schema)
	if err != nil {
		return err
	}
	out, err := asApplication(merged)
	if err != nil {
		return err
	}
	*app = *out
	return nil
}

// decode reads the rendered patch as YAML unless it starts like JSON, and
// checks that it is shaped like an Application.
func (p *patch) decode(text string) (map[string]any, error) {
	var changes map[string]any
	if err := p.decodeInto(text, &changes); err != nil {
		return nil, err
	}
	if _, err := asApplication(changes); err != nil {
		return nil, err
	}
	return changes, nil
}

func (p *patch) decodeInto(text string, into *map[string]any) error {
	if isJSON(text) {
		return json.Unmarshal([]byte(text), into)
	}
	return p.engine.DecodeYAML([]byte(text), into)
}

func isJSON(text string) bool { return strings.HasPrefix(strings.TrimSpace(text), "{") }

func asMap(app *v1alpha1.Application) (map[string]any, error) {
	raw, err := json.Marshal(app)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	return out, json.Unmarshal(raw, &out)
}

func asApplication(m map[string]any) (*v1alpha1.Application, error) {
	raw, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	out := &v1alpha1.Application{}
	return out, json.Unmarshal(raw, out)
}
