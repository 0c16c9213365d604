package generators

// rowValues are the values of a generator, ready to be added to its rows.
type rowValues struct {
	compiled   Values // nil: the generator has none
	err        error  // why they do not compile
	goTemplate bool
}

// values compiles the values of a generator. What is wrong with them is an
// error of its rows: without rows there is none, as in Argo CD.
func (e *Evaluator) values(values map[string]string) rowValues {
	if len(values) == 0 {
		return rowValues{}
	}
	compiled, err := e.templates.Values(values)
	return rowValues{compiled, err, e.options.GoTemplate}
}

// addTo resolves the values against a row and adds them under "values".
func (v rowValues) addTo(params Params) error {
	if v.err != nil || v.compiled == nil {
		return v.err
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
