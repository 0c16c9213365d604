package helm

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	chart "helm.sh/helm/v4/pkg/chart/v2"
)

const (
	// maxSteps is how many times range, define and block bodies may begin in
	// one rendering. The largest public charts need some ten thousand.
	maxSteps = 1_000_000
	// maxText is the most bytes one template function may return, and
	// maxTexts the most that all calls together may.
	maxText  = 16 << 20
	maxTexts = 512 << 20
	// stepFunction is the function that instrumented templates call.
	stepFunction = "fairleadStep"
	// guardFunction instruments text that tpl is about to render.
	guardFunction = "fairleadGuard"
)

// meter ends templates that would not end by themselves. text/template cannot
// be cancelled, so the sources get a call of stepFunction at the beginning of
// every body that can repeat, and functions that make text are counted.
type meter struct {
	ctx      context.Context
	steps    int
	bytes    int
	stopped  error
	unstable map[string]bool // functions called whose result differs each time
}

func newMeter(ctx context.Context) *meter { return &meter{ctx: ctx, unstable: map[string]bool{}} }

// instrument rewrites the templates of a chart and its dependencies.
func (m *meter) instrument(c *chart.Chart) error {
	for _, t := range c.Templates {
		t.Data = []byte(instrument(string(t.Data)))
	}
	for _, child := range c.Dependencies() {
		if err := m.instrument(child); err != nil {
			return err
		}
	}
	return nil
}

// step counts one body.
func (m *meter) step() (string, error) {
	m.steps++
	switch {
	case m.stopped != nil:
	case m.steps > maxSteps:
		m.stopped = fmt.Errorf("templates take more than %d steps", maxSteps)
	case m.steps%256 == 0 && m.ctx.Err() != nil:
		m.stopped = fmt.Errorf("templates stopped: %w", context.Cause(m.ctx))
	}
	return "", m.stopped
}

// text counts what a function returned.
func (m *meter) text(n int) error {
	m.bytes += n
	switch {
	case m.stopped != nil:
	case n > maxText:
		m.stopped = fmt.Errorf("a template function makes more than %d bytes", maxText)
	case m.bytes > maxTexts:
		m.stopped = fmt.Errorf("template functions make more than %d bytes", maxTexts)
	}
	return m.stopped
}

// explain makes the engine's error one for people: the meter's own reason and
// the place if the meter ended the rendering, else the engine's words without
// what instrument put into the templates.
func (m *meter) explain(err error) error {
	switch {
	case err == nil:
		return nil
	case m.stopped != nil:
		return fmt.Errorf("%w, at %s", m.stopped, place.FindString(err.Error()))
	}
	return cleaned{err}
}

var (
	place   = regexp.MustCompile(`[^\s:"(]+:\d+(:\d+)?`)
	guarded = regexp.MustCompile(`\(` + guardFunction + ` ((?:[^()]|\([^()]*\))*)\)`)
)

// cleaned is an error of the engine, its text as if nothing was instrumented.
type cleaned struct{ error }

func (c cleaned) Unwrap() error { return c.error }

func (c cleaned) Error() string {
	text := guarded.ReplaceAllString(c.error.Error(), "$1")
	return strings.NewReplacer("{{"+stepFunction+"}}", "", "{{"+stepFunction+" -}}", "").Replace(text)
}

// warnings names the functions that make every rendering differ.
func (m *meter) warnings(chart string) []string {
	if len(m.unstable) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("chart %s calls %s: the result differs at every rendering and will be applied each time",
		chart, strings.Join(slices.Sorted(maps.Keys(m.unstable)), ", "))}
}
