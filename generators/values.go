package generators

// rowValues are the values of a generator, ready to be added to its rows.
type rowValues struct {
	compiled   Values // nil: the generator has none
	goTemplate bool
}

func (e *Evaluator) values(values map[string]string) (rowValues, error) {
	if len(values) == 0 {
		return rowValues{}, nil
	}
	compiled, err := e.templates.Values(values)
	return rowValues{compiled, e.options.GoTemplate}, err
}

// addTo resolves the values against a row and adds them under "values".
func (v rowValues) addTo(params Params) error {
	if v.compiled == nil {
		return nil
	}
	resolved, err := v.compiled.Render(params)
	if err != nil {
		return err
	}
	if v.goTemplate {
		params["values"] = resolved
		return nil
	}
	for key, value := range resolved {
		params["values."+key] = value
	}
	return nil
}
