package templates

import (
	"fmt"
	"strings"
	"sync"
)

// fastUnit compiles fasttemplate texts. See
// https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Template/.
type fastUnit struct {
	totals *totals
	pool   sync.Pool // of *execution
}

// fastLeaf is a text cut at its tags: literal, tag, literal, tag, ..., tail.
type fastLeaf struct {
	parts  []fastPart
	tail   string
	static int // bytes of all literals
	limit  int // bytes of output
}

type fastPart struct {
	literal string
	raw     string // what stands between the braces
	key     string // raw without the spaces around it
}

const open, shut = "{{", "}}"

// leaf cuts a text at its tags. As in Argo CD, a text is a template only if
// one of its lines holds an opened and closed tag; then every opened tag must
// be closed, and a tag runs from {{ to the next }}.
func (u *fastUnit) leaf(text string) (leaf, error) {
	if !hasTag(text) {
		return nil, nil
	}
	l := &fastLeaf{limit: u.totals.budget.Output}
	for {
		i := strings.Index(text, open)
		if i < 0 {
			l.tail = text
			l.static += len(text)
			return l, nil
		}
		rest := text[i+len(open):]
		j := strings.Index(rest, shut)
		if j < 0 {
			return nil, fmt.Errorf("a tag opened with %q is never closed with %q", open, shut)
		}
		l.parts = append(l.parts, fastPart{literal: text[:i], raw: rest[:j], key: strings.TrimSpace(rest[:j])})
		l.static += i
		text = rest[j+len(shut):]
	}
}

func hasTag(text string) bool {
	for line := range strings.Lines(text) {
		if i := strings.Index(line, open); i >= 0 && strings.Contains(line[i+len(open):], shut) {
			return true
		}
	}
	return false
}

// render substitutes each tag whose key is a string parameter and leaves every
// other tag as it stands.
func (l *fastLeaf) render(x *execution) (string, error) {
	if x.spent {
		return "", x.totals.exhausted()
	}
	if len(l.parts) == 1 && l.static == 0 {
		if value, ok := l.parts[0].lookup(x.params); ok {
			return x.produce(value)
		}
	}
	out := x.out[:0]
	for i := range l.parts {
		part := &l.parts[i]
		out = append(out, part.literal...)
		if value, ok := part.lookup(x.params); ok {
			out = append(out, value...)
		} else {
			out = append(append(append(out, open...), part.raw...), shut...)
		}
		if len(out) > l.limit {
			return "", fmt.Errorf("%w: output of more than %d bytes", ErrBudget, l.limit)
		}
	}
	out = append(out, l.tail...)
	x.out = out
	return x.produce(string(out))
}

func (p *fastPart) lookup(params Params) (string, bool) {
	if p.key == "" {
		return "", false
	}
	value, ok := params[p.key].(string)
	return value, ok
}

func (u *fastUnit) begin(params Params) *execution {
	x, ok := u.pool.Get().(*execution)
	if !ok {
		x = &execution{totals: u.totals}
	}
	x.start(params)
	return x
}

func (u *fastUnit) end(x *execution) Cost {
	cost := x.finish()
	u.pool.Put(x)
	return cost
}
