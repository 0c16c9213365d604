package templates

import "fmt"

// output is a writer that refuses to grow past the budget.
type output struct {
	buf   []byte
	limit int
}

func (o *output) Write(p []byte) (int, error) {
	if len(o.buf)+len(p) > o.limit {
		return 0, fmt.Errorf("%w: output of more than %d bytes", ErrBudget, o.limit)
	}
	o.buf = append(o.buf, p...)
	return len(p), nil
}

// WriteString spares text/template a copy of every text node.
func (o *output) WriteString(s string) (int, error) {
	if len(o.buf)+len(s) > o.limit {
		return 0, fmt.Errorf("%w: output of more than %d bytes", ErrBudget, o.limit)
	}
	o.buf = append(o.buf, s...)
	return len(s), nil
}
