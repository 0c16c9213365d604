package templates

import "fmt"

// meter counts one parameter set's spending. It is used by one goroutine.
type meter struct {
	budget             Budget
	steps, work, depth int
	failed             error // the first refusal

	totals *totals // nil: nobody's
	// Past a mark the meter looks whether the budget lasts.
	stepMark, workMark int
	extra              Cost // not the parameter set's by its own budget, but spent
	settled            Cost // what totals know of
}

// What a meter may spend before the totals know of it.
const (
	stepStride = 4096
	workStride = 256 << 10
)

func (m *meter) reset() {
	*m = meter{budget: m.budget, totals: m.totals, stepMark: min(stepStride, m.budget.Steps), workMark: min(workStride, m.budget.Work)}
}

// cost is all that was spent.
func (m *meter) cost() Cost {
	return Cost{Steps: m.steps + m.extra.Steps, Work: m.work + m.extra.Work}
}

// settle lets the totals know, and fails once they are spent.
func (m *meter) settle() error {
	if m.totals == nil {
		return nil
	}
	now := m.cost()
	m.totals.add(now.minus(m.settled))
	m.settled = now
	m.stepMark = min(m.steps+stepStride, m.budget.Steps)
	m.workMark = min(m.work+workStride, m.budget.Work)
	return m.fail(m.totals.exhausted())
}

// fail remembers why the parameter set fails.
func (m *meter) fail(err error) error {
	if m.failed == nil {
		m.failed = err
	}
	return err
}

// forget takes back what an attempt has cost that began with so many steps and
// so much work, except from the totals.
func (m *meter) forget(steps, work int) {
	m.extra.Steps += m.steps - steps
	m.extra.Work += m.work - work
	m.steps, m.work = steps, work
}

// pass charges the nodes of one range or template body.
func (m *meter) pass(nodes int) error {
	if m.steps += nodes; m.steps <= m.stepMark {
		return nil
	}
	if m.steps > m.budget.Steps {
		return m.fail(fmt.Errorf("%w: more than %d steps", ErrBudget, m.budget.Steps))
	}
	return m.settle()
}

// step is pass for text/template, which takes its time for each.
func (m *meter) step(nodes int) (string, error) {
	m.extra.Work += bodyCost
	return "", m.pass(nodes)
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
	m.extra.Work += bodyCost
	m.depth--
	return ""
}

const (
	// callCost is charged for every metered call, so that cheap calls count too.
	callCost = 128
	// dearCall is what a call of a dear function handles at least, in bytes: most
	// of its work is there before the first byte.
	dearCall = 64
	// reflectCost is charged on top for a call through reflection.
	reflectCost = 768
	// bodyCost is charged to the totals for each body that text/template begins
	// or leaves.
	bodyCost = 320
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
	if m.work += callCost + bytes; m.work <= m.workMark && bytes >= 0 {
		return nil
	}
	if m.work > m.budget.Work || bytes < 0 {
		return m.fail(fmt.Errorf("%w: functions handled more than %d bytes", ErrBudget, m.budget.Work))
	}
	return m.settle()
}

// fits says whether a result of that many bytes may be made at all.
func (m *meter) fits(bytes int) error {
	if bytes > m.budget.Output || bytes < 0 {
		return m.fail(fmt.Errorf("%w: a result of more than %d bytes", ErrBudget, m.budget.Output))
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
