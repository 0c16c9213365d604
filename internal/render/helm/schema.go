package helm

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	chart "helm.sh/helm/v4/pkg/chart/v2"
)

// checkSchemas checks the merged values against values.schema.json of the
// chart and of its dependencies. Helm's own check is not used: it loads
// schemas that a schema refers to from the network and from local files.
func checkSchemas(c *chart.Chart, values map[string]any) error {
	var problems []string
	var check func(c *chart.Chart, values map[string]any)
	check = func(c *chart.Chart, values map[string]any) {
		if len(c.Schema) > 0 {
			if err := checkSchema(c.Schema, values); err != nil {
				problems = append(problems, fmt.Sprintf("%s: %v", c.ChartFullPath(), err))
			}
		}
		children := slices.Clone(c.Dependencies())
		slices.SortFunc(children, func(a, b *chart.Chart) int { return strings.Compare(a.Name(), b.Name()) })
		for _, child := range children {
			switch v := values[child.Name()].(type) {
			case nil:
			case map[string]any:
				check(child, v)
			default:
				problems = append(problems, fmt.Sprintf("%s: values are no mapping", child.ChartFullPath()))
			}
		}
	}
	check(c, values)
	if len(problems) > 0 {
		return fmt.Errorf("values do not match values.schema.json: %s", strings.Join(problems, "; "))
	}
	return nil
}

// maxSchema is the most bytes of a schema: what refers from one part to the
// next without end nests as deep as it is long.
const maxSchema = 1 << 20

const schemaURL = "fairlead:///values.schema.json"

func checkSchema(text []byte, values map[string]any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("values.schema.json: %v", p)
		}
	}()
	if len(text) > maxSchema {
		return fmt.Errorf("values.schema.json has %d bytes, the limit is %d; skipSchemaValidation passes over it", len(text), maxSchema)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("values.schema.json: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(noLoader{})
	if err := compiler.AddResource(schemaURL, document); err != nil {
		return fmt.Errorf("values.schema.json: %w", err)
	}
	schema, err := compiler.Compile(schemaURL)
	if err != nil {
		return fmt.Errorf("values.schema.json: %w", err)
	}
	if err := schema.Validate(values); err != nil {
		text := strings.ReplaceAll(err.Error(), "'"+schemaURL+"#'", "values.schema.json")
		return fmt.Errorf("%s", strings.Join(strings.Fields(text), " "))
	}
	return nil
}

// noLoader answers every reference to another schema.
type noLoader struct{}

func (noLoader) Load(url string) (any, error) {
	return nil, fmt.Errorf("refers to %s: schemas are not loaded from elsewhere", url)
}
