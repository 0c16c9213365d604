package generators

// Notes are what evaluations leave behind so that a part of the fleet can be
// evaluated alone later, and the checks that look at all rows stay exact. They
// hold for one set over one state of its repositories and answers.
type Notes struct {
	// rows counts by generator what all its evaluations gave, selectors aside.
	rows map[string]int
	// keys holds the cluster that has merge keys; the keys begin with the path
	// of the merge.
	keys map[string]string
	// shared is true when two clusters have the same merge keys.
	shared bool
	// static are the rows of legs that derive from no cluster and that nothing
	// templates, by the path of the leg.
	static map[string][]Row
}

// NewNotes are empty.
func NewNotes() *Notes {
	return &Notes{rows: map[string]int{}, keys: map[string]string{}, static: map[string][]Row{}}
}

// Part are empty notes for the evaluation of a part of the fleet over the same
// repositories and answers.
func (n *Notes) Part() *Notes {
	part := NewNotes()
	part.static = n.static
	return part
}

// Replaceable says whether the rows noted by was, which n includes, may give
// way to those noted by is. They may not if the whole fleet would have more
// than maxRows parameter sets of one generator, or two clusters the same merge
// keys; 0 stands for the default number of rows.
func (n *Notes) Replaceable(was, is *Notes, maxRows int) bool {
	if n.shared || is.shared {
		return false
	}
	for path, count := range is.rows {
		if n.rows[path]-was.rows[path]+count > withDefaultRows(maxRows) {
			return false
		}
	}
	for key, cluster := range is.keys {
		owner, taken := n.keys[key]
		if _, leaves := was.keys[key]; taken && !leaves && owner != cluster {
			return false
		}
	}
	return true
}

// Replace notes that the rows of was gave way to those of is.
func (n *Notes) Replace(was, is *Notes) {
	for path, count := range was.rows {
		n.rows[path] -= count
	}
	for path, count := range is.rows {
		n.rows[path] += count
	}
	for key := range was.keys {
		delete(n.keys, key)
	}
	for key, cluster := range is.keys {
		n.keys[key] = cluster
	}
}

func (n *Notes) count(path string, rows int) {
	if n != nil {
		n.rows[path] += rows
	}
}

// merged notes the merge keys of the rows of a leg.
func (n *Notes) merged(path string, leg map[string]*Row) {
	if n == nil {
		return
	}
	for key, row := range leg {
		cluster := row.Origin.Cluster
		if cluster == "" {
			continue
		}
		key = path + "\x00" + key
		if owner, taken := n.keys[key]; taken && owner != cluster {
			n.shared = true
		}
		n.keys[key] = cluster
	}
}

// staticRows evaluates a leg once for all evaluations over the same inputs, if
// it derives from no cluster and nothing templates it.
func (e *Evaluator) staticRows(l *leg) ([]Row, error) {
	notes := e.options.Notes
	if notes == nil || e.templated > 0 || DependenceOf(l.generator) != Independent {
		return e.run(l.kind, l.path, l.generator, l.generator.Selector)
	}
	if rows, ok := notes.static[l.path]; ok {
		return rows, nil
	}
	rows, err := e.run(l.kind, l.path, l.generator, l.generator.Selector)
	if err == nil && !e.missing.any() {
		notes.static[l.path] = rows
	}
	return rows, err
}
