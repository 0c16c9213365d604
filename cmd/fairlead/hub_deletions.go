package main

import (
	"github.com/spf13/pflag"

	"github.com/fairlead/fairlead/internal/guard"
)

// bindDeletions adds the flags of the limits that every set, every project and
// the fleet have; a set's annotations may say otherwise for its own rows.
func bindDeletions(f *pflag.FlagSet, limits *guard.Limits) {
	*limits = guard.Default()
	f.Var(&maxDeletions{limits}, "max-deletions",
		"how many Applications a set, a project or the fleet may lose within --deletion-window: a number, a percentage, or the larger of both")
	f.Var(&deletionWindow{limits}, "deletion-window", "how long a deletion counts")
}

// maxDeletions is the flag of the limits' numbers.
type maxDeletions struct{ limits *guard.Limits }

func (f *maxDeletions) Type() string { return "limit" }

func (f *maxDeletions) String() string { return f.limits.String() }

func (f *maxDeletions) Set(text string) (err error) {
	parsed, err := f.limits.ParseMax(text)
	if err == nil {
		*f.limits = parsed
	}
	return err
}

// deletionWindow is the flag of the limits' time.
type deletionWindow struct{ limits *guard.Limits }

func (f *deletionWindow) Type() string { return "duration" }

func (f *deletionWindow) String() string { return f.limits.Window.String() }

func (f *deletionWindow) Set(text string) (err error) {
	parsed, err := f.limits.ParseWindow(text)
	if err == nil {
		*f.limits = parsed
	}
	return err
}
