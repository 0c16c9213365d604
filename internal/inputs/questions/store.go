package questions

import (
	"container/list"
	"time"

	"github.com/fairlead/fairlead/generators"
)

// entry is what is known of one question.
type entry struct {
	question generators.Question
	// answer and when it was asked for; nil if there is none.
	answer *generators.Answer
	at     time.Time
	// err of the last failure, how many there were in a row, and when to ask
	// again.
	err      error
	failures int
	retry    time.Time
	// asking is under way; nil if it is not.
	asking *asking

	size int
}

// store holds entries, the least recently used last. It is not locked.
type store struct {
	entries              map[generators.Question]*list.Element // of *entry
	order                *list.List
	size                 int
	maxEntries, maxBytes int
}

func newStore(maxEntries, maxBytes int) store {
	return store{map[generators.Question]*list.Element{}, list.New(), 0, maxEntries, maxBytes}
}

// use finds the entry of a question, or makes it.
func (s *store) use(q generators.Question) *entry {
	if known, ok := s.entries[q]; ok {
		s.order.MoveToFront(known)
		return known.Value.(*entry)
	}
	e := &entry{question: q}
	s.entries[q] = s.order.PushFront(e)
	s.resize(e, 0)
	return e
}

// resize notes the size of an entry's answer and makes room. An entry that was
// dropped meanwhile is no longer counted.
func (s *store) resize(e *entry, answer int) {
	if known, ok := s.entries[e.question]; !ok || known.Value.(*entry) != e {
		return
	}
	s.size -= e.size
	e.size = answer + perEntry + len(e.question.Spec)
	s.size += e.size
	for s.order.Len() > 1 && (s.order.Len() > s.maxEntries || s.size > s.maxBytes) {
		last := s.order.Remove(s.order.Back()).(*entry)
		delete(s.entries, last.question)
		s.size -= last.size
	}
}

// each visits every entry.
func (s *store) each(visit func(*entry)) {
	for known := s.order.Front(); known != nil; {
		next := known.Next()
		visit(known.Value.(*entry))
		known = next
	}
}

// Estimates of memory, in bytes.
const (
	perEntry = 300
	perValue = 32
)

// weigh estimates the memory of an answer in bytes.
func weigh(a *generators.Answer) int {
	size := 0
	for i := range a.Repositories {
		r := &a.Repositories[i]
		size += 6*perValue + len(r.Organization) + len(r.Repository) + len(r.URL) + len(r.Branch) + len(r.SHA) + weighAll(r.Labels)
	}
	for i := range a.PullRequests {
		p := &a.PullRequests[i]
		size += 6*perValue + len(p.Title) + len(p.Branch) + len(p.TargetBranch) + len(p.HeadSHA) + len(p.Author) + weighAll(p.Labels)
	}
	for _, set := range a.Replies {
		size += weighValue(set)
	}
	for _, set := range a.Decisions {
		size += weighValue(set)
	}
	return size
}

func weighAll(texts []string) int {
	size := 0
	for _, text := range texts {
		size += perValue + len(text)
	}
	return size
}

func weighValue(v any) int {
	size := perValue
	switch v := v.(type) {
	case string:
		size += len(v)
	case []any:
		for _, e := range v {
			size += weighValue(e)
		}
	case map[string]any:
		for k, e := range v {
			size += perValue + len(k) + weighValue(e)
		}
	}
	return size
}
