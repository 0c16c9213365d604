package expand

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
)

// Inputs are all that an expansion may read.
type Inputs = generators.Inputs

// Request is an input that an expansion lacks.
type Request = generators.Request

// Repository names one revision of a Git repository.
type Repository = generators.Repository

// Question is what only an edge can answer.
type Question = generators.Question

// Origin says where a row comes from.
type Origin = generators.Origin

// Result is the outcome of one expansion. Exactly one of three holds:
//
//   - Err is set: a generator failed, or the set cannot be expanded. Nothing
//     else means anything, and whatever the set has must stay as it is.
//   - Missing is not empty: gather it and expand again.
//   - otherwise the rest is complete.
type Result struct {
	// Applications are complete and sorted by name: metadata, spec, type. They
	// share parts with each other: read only, DeepCopy before changing one.
	Applications []v1alpha1.Application
	// Origins tell for each of Applications, by index, where it comes from.
	Origins []Origin
	// Rejected are rows that gave no Application: a rejected row's Application
	// cannot be told from one that left, see Protection. Sorted by generator,
	// cluster and element.
	Rejected []Row
	// Duplicates are names that several rows claim; none of these rows is
	// among Applications. Sorted by name.
	Duplicates []Duplicate
	// Generators are the paths of the set's generators, in order.
	Generators []string
	// Missing are the inputs that the expansion lacks.
	Missing []Request
	// Commits are what the repositories of the inputs were read at.
	Commits map[Repository]string
	// Err fails the set as a whole.
	Err error
}

// Row is a parameter set that gave no Application.
type Row struct {
	Origin Origin
	// Err names the generator, the field and what the row derives from.
	Err error
}

// Duplicate is one Application name claimed by several rows.
type Duplicate struct {
	Name string
	// Origins of the rows, at least two, and what they rendered, by index.
	Origins      []Origin
	Applications []v1alpha1.Application
}

// Error names the Application and every row that claims it.
func (d Duplicate) Error() string {
	var sources []string
	for i, o := range d.Origins {
		switch {
		case slices.Contains(d.Origins[:i], o): // told with the first
		case slices.Contains(d.Origins[i+1:], o):
			sources = append(sources, o.String()+" (more than once)")
		default:
			sources = append(sources, o.String())
		}
	}
	return fmt.Sprintf("application %q is produced by several rows: %s", d.Name, strings.Join(sources, "; "))
}
