package templates

// Renew begins another expansion with what the engine has compiled: the
// budget's totals count from zero again. Nothing may be rendering meanwhile.
func (e *Engine) Renew() {
	e.totals.steps.Store(0)
	e.totals.output.Store(0)
	e.totals.work.Store(0)
}
