package templates

import (
	"fmt"
	"sync/atomic"
)

// meter counts one parameter set's spending. It is used by one goroutine.
type meter struct {
	budget             Budget
	steps, work, depth int
}

func (m *meter) reset() { m.steps, m.work, m.depth = 0, 0, 0 }

// step charges the nodes of one range or template body.
func (m *meter) step(nodes int) (string, error) {
	if m.steps += nodes; m.steps > m.budget.Steps {
		return "", fmt.Errorf("%w: more than %d steps", ErrBudget, m.budget.Steps)
	}
	return "", nil
}

// enter charges a template body and one level of nesting; leave gives the
// level back.
func (m *meter) enter(nodes int) (string, error) {
	if m.depth++; m.depth > m.budget.Depth {
		return "", fmt.Errorf("%w: templates nest more than %d deep", ErrBudget, m.budget.Depth)
	}
	return m.step(nodes)
}

func (m *meter) leave() string {
	m.depth--
	return ""
}

const (
	// callCost is charged for every metered call, so that cheap calls count too.
	callCost = 48
	// dearCall is what a call of a dear function handles at least, in bytes: most
	// of its work is there before the first byte.
	dearCall = 64
	// reflectCost is charged on top for a call through reflection.
	reflectCost = 256
)

// handle charges a function of that weight for the bytes it is given.
func (m *meter) handle(weight, bytes int) error {
	if weight > 1 {
		bytes += dearCall
	}
	return m.spend(weight * bytes)
}

// spend charges work in bytes.
func (m *meter) spend(bytes int) error {
	if m.work += callCost + bytes; m.work > m.budget.Work || bytes < 0 {
		return fmt.Errorf("%w: functions handled more than %d bytes", ErrBudget, m.budget.Work)
	}
	return nil
}

// fits says whether a result of that many bytes may be made at all.
func (m *meter) fits(bytes int) error {
	if bytes > m.budget.Output || bytes < 0 {
		return fmt.Errorf("%w: a result of more than %d bytes", ErrBudget, m.budget.Output)
	}
	return nil
}

// text charges and checks a string result.
func (m *meter) text(s string) (string, error) {
	if err := m.fits(len(s)); err != nil {
		return "", err
	}
	m.work += len(s)
	return s, nil
}

// totals sum what all parameter sets of an engine have cost. The sum does not
// depend on their order, so neither does the verdict.
type totals struct {
	budget              Budget
	steps, output, work atomic.Int64
}

func (t *totals) add(x *execution) {
	t.output.Add(int64(x.produced))
	if x.meter != nil {
		t.steps.Add(int64(x.meter.steps))
		t.work.Add(int64(x.meter.work))
	}
}

func (t *totals) spent() bool {
	return t.steps.Load() > int64(t.budget.TotalSteps) ||
		t.output.Load() > int64(t.budget.TotalOutput) ||
		t.work.Load() > int64(t.budget.TotalWork)
}
