package policy

import (
	"strconv"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Violation is one thing that a project does not permit, or something in the
// project that makes it impossible to tell. It is an error that says all four.
type Violation struct {
	// Project by name.
	Project string
	// Field of the project that decides, such as spec.destinations or
	// spec.syncWindows[2].schedule.
	Field string
	// Value that is refused, and why, in words.
	Value string
	// Fix says what would permit it.
	Fix string
}

// Error says project, field, value and what would permit it.
func (v Violation) Error() string {
	return "project " + v.Project + ": " + v.Field + ": " + v.Value + "; " + v.Fix
}

// byPlace: it is the destination that is refused, not the kind.
func (v Violation) byPlace() bool {
	return strings.HasPrefix(v.Field, destinations) || v.Field == onlyScoped
}

// found is what a check of a project has found so far.
type found struct {
	project    string
	violations []Violation
}

func (f *found) add(field, value, fix string) {
	f.violations = append(f.violations, Violation{Project: f.project, Field: field, Value: value, Fix: fix})
}

// first is the first violation as an error, nil when there is none.
func (f *found) first() error {
	if len(f.violations) == 0 {
		return nil
	}
	return f.violations[0]
}

// unreadable adds the entries of a list that are no patterns.
func (f *found) unreadable(field string, texts []string, rules []rule) {
	for i, r := range rules {
		f.unreadableField(at(field, i), texts[i], r)
	}
}

func (f *found) unreadableField(field, text string, r rule) {
	if r.err != nil {
		f.add(field, text+" cannot be matched"+because(r.err), "correct the pattern")
	}
}

// because explains a pattern that cannot be read.
func because(err error) string {
	if err == nil {
		return ""
	}
	return ", which is no pattern (" + err.Error() + ")"
}

// unknown is what every check answers when there is no project at all: what
// cannot be checked is refused.
func unknown(name string) Violation {
	return Violation{Project: name, Field: "metadata.name", Value: "the project is not known, so it permits nothing",
		Fix: "create the AppProject, or name another in spec.project of the application"}
}

// at is a list's entry, such as spec.destinations[1].
func at(field string, index int) string { return field + "[" + strconv.Itoa(index) + "]" }

// listed shows what a list permits, at most three entries of it. Entries that
// forbid are left out.
func listed(entries []string) string {
	const shown = 3
	var allow []string
	for _, entry := range entries {
		if !strings.HasPrefix(entry, "!") {
			allow = append(allow, entry)
		}
	}
	switch more := len(allow) - shown; {
	case len(allow) == 0:
		return "nothing"
	case more > 0:
		return strings.Join(allow[:shown], ", ") + " and " + strconv.Itoa(more) + " more"
	default:
		return strings.Join(allow, ", ")
	}
}

// nameOf is a project's name as messages have it.
func nameOf(project *v1alpha1.AppProject) string {
	if project.Name == "" {
		return v1alpha1.DefaultAppProjectName
	}
	return project.Name
}
