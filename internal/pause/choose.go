package pause

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Why an entry was not found.
var (
	// ErrUnknown: the history has no such entry.
	ErrUnknown = errors.New("no such history entry")
	// ErrAmbiguous: several entries could be meant, and they differ.
	ErrAmbiguous = errors.New("several history entries")
)

// Choose the entry of an Application's history that to names: by ID, by a
// revision, or by the beginning of one. Where several entries ran the same, the
// newest is meant. "" means the entry before the present state that ran
// something else. The error tells what entries there are.
//
// Digits are an ID; as the beginning of a commit they count from seven on.
func Choose(app *v1alpha1.Application, to string) (v1alpha1.RevisionHistory, error) {
	if to == "" {
		return before(app)
	}
	history := app.Status.History
	id, err := strconv.ParseInt(to, 10, 64)
	if err == nil {
		for _, h := range history {
			if h.ID == id {
				return h, nil
			}
		}
	}
	found := matching(history, func(revision string) bool { return revision == to })
	if len(found) == 0 && (err != nil || len(to) >= 7) {
		found = matching(history, func(revision string) bool { return strings.HasPrefix(revision, to) })
	}
	if len(found) == 0 {
		return v1alpha1.RevisionHistory{}, fmt.Errorf("%w %q: %s", ErrUnknown, to, listing(app, history))
	}
	newest := found[len(found)-1]
	for _, h := range found {
		if !ofEntry(h).same(ofEntry(newest)) {
			return v1alpha1.RevisionHistory{}, fmt.Errorf("%w match %q: %s; name one by its ID", ErrAmbiguous, to, listing(app, found))
		}
	}
	return newest, nil
}

func matching(history v1alpha1.RevisionHistories, is func(revision string) bool) v1alpha1.RevisionHistories {
	var out v1alpha1.RevisionHistories
	for _, h := range history {
		for _, revision := range Revisions(h) {
			if is(revision) {
				out = append(out, h)
				break
			}
		}
	}
	return out
}

// before the present state: the newest entry older than it that ran something
// else.
func before(app *v1alpha1.Application) (v1alpha1.RevisionHistory, error) {
	now, older := present(app)
	for i := older - 1; i >= 0; i-- {
		if h := app.Status.History[i]; !ofEntry(h).same(now) {
			return h, nil
		}
	}
	return v1alpha1.RevisionHistory{}, fmt.Errorf("%w before the present state: %s", ErrUnknown, listing(app, app.Status.History))
}

// present state of an Application, and how many entries of its history are
// older. It is the one at which it is held; else one that has not been reached,
// so that the newest entry is before it; else the newest entry.
func present(app *v1alpha1.Application) (now content, older int) {
	history := app.Status.History
	if m, err := Read(app); err == nil && m != nil {
		return m.content(), olderThan(history, m.ID)
	}
	if len(history) == 0 {
		return content{}, 0
	}
	newest := ofEntry(history[len(history)-1])
	if tried, ok := unreached(app); ok && !tried.same(newest) {
		return tried, len(history)
	}
	return newest, len(history) - 1
}

func olderThan(history v1alpha1.RevisionHistories, id *int64) int {
	for i, h := range history {
		if id != nil && h.ID >= *id {
			return i
		}
	}
	return len(history)
}

// unreached is what the last sync tried in vain or is still at, or what an
// automated sync is to bring.
func unreached(app *v1alpha1.Application) (content, bool) {
	if s := app.Status.OperationState; s != nil && !s.Phase.Successful() && s.SyncResult != nil &&
		(s.Operation.Sync == nil || !s.Operation.Sync.DryRun) {
		return ofResult(*s.SyncResult), true
	}
	wanted := ofSync(app.Status.Sync)
	return wanted, wanted.isKnown() && app.Spec.SyncPolicy.IsAutomatedSyncEnabled()
}

// maxListed bounds the entries that an error names.
const maxListed = 10

// listing of entries, newest first.
func listing(app *v1alpha1.Application, entries v1alpha1.RevisionHistories) string {
	if len(entries) == 0 {
		return fmt.Sprintf("the history of application %s is empty", app.Name)
	}
	var names []string
	for i := len(entries) - 1; i >= 0 && len(names) < maxListed; i-- {
		names = append(names, fmt.Sprintf("%d (%s)", entries[i].ID, Short(Revisions(entries[i]))))
	}
	if more := len(entries) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return "there are " + strings.Join(names, ", ")
}
