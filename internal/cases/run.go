package cases

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/diff"
	"golang.org/x/sync/errgroup"
)

// Options say how Run judges.
type Options struct {
	// Strict compares the text of expected errors too.
	Strict bool
	// Update makes the outcome of every case that fails its expectation.
	Update bool
	// WithoutDeviations judges by what stands in the folders of the cases alone.
	WithoutDeviations bool
	// Timeout of one case; 0 means one minute.
	Timeout time.Duration
	// Workers run cases side by side; 0 means one per processor.
	Workers int

	evaluate func(ctx context.Context, dir string) outcome // nil: evaluate
}

// Verdict is the judgement of one case.
type Verdict struct {
	Name   string
	Passed bool
	// Stage that the case ended in, or in which it differs from what is
	// expected.
	Stage Stage
	// Diff from what is expected to what came out, as a unified diff; why the
	// case cannot be judged, where there is nothing to compare; empty if
	// Passed.
	Diff string
	// Deviates says that the expectation stands in deviations/.
	Deviates bool
	// Updated says that the expectation was written, and Replaced which file of
	// another kind (an error for Applications, or the reverse) went for it.
	Updated  bool
	Replaced string
	// Warnings are what the set says in vain.
	Warnings []string
}

// Run judges cases side by side, in the order given. A case that is broken,
// hangs or panics fails and stops no other.
func Run(ctx context.Context, list []Case, opts Options) []Verdict {
	if opts.Timeout == 0 {
		opts.Timeout = time.Minute
	}
	if opts.Workers == 0 {
		opts.Workers = runtime.GOMAXPROCS(0)
	}
	if opts.evaluate == nil {
		opts.evaluate = evaluate
	}
	out := make([]Verdict, len(list))
	var group errgroup.Group
	group.SetLimit(opts.Workers)
	for i, c := range list {
		group.Go(func() error {
			out[i] = judge(ctx, c, opts)
			return nil
		})
	}
	_ = group.Wait() // nothing fails
	return out
}

func judge(ctx context.Context, c Case, opts Options) (v Verdict) {
	v = Verdict{Name: c.Name, Stage: StageDecode}
	got, trouble := opts.within(ctx, c.Dir)
	v.Stage, v.Warnings = got.stage, got.warnings
	if trouble != "" {
		v.Diff = trouble
		return v
	}

	files := placesOf(c.Dir, !opts.WithoutDeviations)
	v.Deviates = files.deviate
	want, err := readExpectation(files)
	if err == nil {
		v.Stage, v.Diff = want.compare(got, opts.Strict)
	} else {
		v.Diff = err.Error() + "\n"
	}
	if errors.Is(err, errNoExpectation) {
		v.Diff += files.shown(got)
	}
	v.Passed = v.Diff == ""
	if !v.Passed && opts.Update {
		v.Replaced = files.replaced(got)
		if err := files.write(got); err != nil {
			v.Diff = fmt.Sprintf("update: %v\n", err)
			return v
		}
		v.Passed, v.Updated, v.Stage, v.Diff = true, true, got.stage, ""
	}
	return v
}

// within evaluates a case, and says what kept it from an outcome: a panic, or
// the end of its time. A case that does not heed its end is left behind; the
// budget of its templates ends it.
func (opts Options) within(ctx context.Context, dir string) (outcome, string) {
	ctx, cancel := context.WithTimeout(ctx, opts.Timeout)
	defer cancel()
	type ended struct {
		outcome
		trouble string
	}
	done := make(chan ended, 1)
	go func() {
		e := ended{outcome: outcome{stage: StageDecode}}
		defer func() {
			if r := recover(); r != nil {
				e.trouble = fmt.Sprintf("panic: %v\n", r)
			}
			done <- e
		}()
		e.outcome = opts.evaluate(ctx, dir)
	}()
	select {
	case e := <-done:
		if e.trouble != "" || ctx.Err() == nil {
			return e.outcome, e.trouble
		}
	case <-ctx.Done():
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return outcome{stage: StageGenerate}, "interrupted\n"
	}
	return outcome{stage: StageGenerate}, fmt.Sprintf("timeout: no outcome within %s; if it needs longer, give it that with --timeout\n", opts.Timeout)
}

// shown is an outcome against nothing.
func (p places) shown(got outcome) string {
	if got.failure != "" {
		return unified(p.failure, "", "got", got.failureText())
	}
	found := make([]string, len(got.findings))
	for i, f := range got.findings {
		found[i] = f.String()
	}
	return unified(p.expected, "", "got", got.applications) + unified(p.validation, "", "got", lines(found))
}

// compare gives the stage in which an outcome differs and the difference, or
// the stage that it ended in and nothing.
func (e *expectation) compare(got outcome, strict bool) (Stage, string) {
	switch {
	case e.failure != nil:
		return e.compareFailure(got, strict)
	case got.failure != "":
		return got.stage, unified(e.places.expected, e.applications, "failure", got.failureText())
	case e.applications != got.applications:
		return StageGenerate, unified(e.places.expected, e.applications, "got", got.applications)
	}
	found := make([]string, len(got.findings))
	for i, f := range got.findings {
		found[i] = f.Application + ": " + string(f.Class)
	}
	return StageValidate, unified(e.places.validation, lines(e.findings), "got", lines(found))
}

// compareFailure wants a failure of the stage, or any rejected row. Findings are what fails the stage validate.
func (e *expectation) compareFailure(got outcome, strict bool) (Stage, string) {
	want := *e.failure
	if want.stage == StageValidate && got.failure == "" && len(got.findings) > 0 {
		var messages []string
		for _, f := range got.findings {
			messages = append(messages, f.String())
		}
		got.failure = strings.Join(messages, "\n")
	}
	switch {
	case got.failure == "":
		return StageGenerate, unified(e.places.failure, want.file, "got", got.applications)
	case want.stage != got.stage && !got.rejected:
		return got.stage, unified(e.places.failure, want.file, "got", got.failureText())
	case strict && want.text != strings.TrimSpace(got.failure):
		return got.stage, unified(e.places.failure, want.file, "got", got.failureText())
	}
	return got.stage, ""
}

func unified(wantFile, want, gotName, got string) string {
	return string(diff.Diff(filepath.Base(wantFile), []byte(want), gotName, []byte(got)))
}

func lines(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return strings.Join(list, "\n") + "\n"
}
