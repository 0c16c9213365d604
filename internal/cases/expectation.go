package cases

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	expectedFile    = "expected.yaml"
	errorFile       = "expected-error.txt"
	validationFile  = "expected-validation.txt"
	deviationsDir   = "deviations"
	errorSuffix     = "-error.txt"
	validSuffix     = "-validation.txt"
	deviationSuffix = ".yaml"
)

// places are the files that hold a case's expectation: in its folder, or
// beside it in deviations/, where what stands there replaces what its folder
// says.
type places struct {
	expected, failure, validation string
	deviate                       bool
}

func placesOf(dir string, deviations bool) places {
	base := filepath.Join(filepath.Dir(dir), deviationsDir, filepath.Base(dir))
	own := places{base + deviationSuffix, base + errorSuffix, base + validSuffix, true}
	if deviations && (exists(own.expected) || exists(own.failure)) {
		return own
	}
	return places{filepath.Join(dir, expectedFile), filepath.Join(dir, errorFile), filepath.Join(dir, validationFile), false}
}

func exists(file string) bool {
	_, err := os.Lstat(file)
	return err == nil
}

// expectation is what a case's files say, in the form of an outcome.
type expectation struct {
	places places
	// failure is the text of the expected error, with its stage; nil if
	// Applications are expected.
	failure *expectedError
	// applications is the stream, normalized.
	applications string
	// findings are lines APPLICATION: CLASS, sorted.
	findings []string
}

// expectedError is what expected-error.txt says.
type expectedError struct {
	stage Stage
	text  string
	file  string // the whole file
}

var errNoExpectation = errors.New("nothing is expected")

func readExpectation(files places) (*expectation, error) {
	e := &expectation{places: files}
	var err error
	applications, errExpected := os.ReadFile(e.places.expected)
	failure, errFailure := os.ReadFile(e.places.failure)
	switch {
	case errExpected == nil && errFailure == nil:
		return nil, fmt.Errorf("both %s and %s are there: keep one", filepath.Base(e.places.expected), filepath.Base(e.places.failure))
	case errFailure == nil:
		if e.failure, err = parseError(string(failure)); err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Base(e.places.failure), err)
		}
		return e, nil
	case errExpected != nil:
		return nil, fmt.Errorf("%w: there is neither %s nor %s: look at what came out, then write it with fairlead test --update", errNoExpectation,
			expectedFile, errorFile)
	}
	texts, err := normalize(applications)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(e.places.expected), err)
	}
	e.applications = stream(texts)
	e.findings, err = readFindings(e.places.validation)
	return e, err
}

// parseError reads lines "stage: ...", "reason: ..." and "error: ...", the
// last of which goes on to the end. There must be a stage.
func parseError(text string) (*expectedError, error) {
	out := &expectedError{file: text}
	head, rest, _ := strings.Cut("\n"+text, "\nerror:")
	for line := range strings.Lines(head) {
		if stage, ok := strings.CutPrefix(line, "stage:"); ok {
			out.stage = Stage(strings.TrimSpace(stage))
		}
	}
	out.text = strings.TrimSpace(rest)
	switch {
	case strings.TrimSpace(text) == "":
		return nil, errors.New("is empty: " + wantStage)
	case out.stage == "":
		return nil, errors.New("says no stage: " + wantStage)
	case !slices.Contains([]Stage{StageDecode, StageGenerate, StageValidate}, out.stage):
		return nil, fmt.Errorf("stage %q is none: %s", out.stage, wantStage)
	}
	return out, nil
}

const wantStage = "want a line \"stage: \" with decode, generate or validate, then \"error: \" and why"

// readFindings reads expected-validation.txt; no file means no finding.
func readFindings(file string) ([]string, error) {
	text, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []string
	record := "" // a name may hold line breaks
	for line := range strings.Lines(string(text)) {
		if record == "" && (strings.TrimSpace(line) == "" || line[0] == '#') {
			continue
		}
		record += line
		if finding, ok := parseFinding(record); ok {
			out = append(out, finding)
			record = ""
		}
	}
	if record != "" {
		return nil, fmt.Errorf("%s: %q: want NAMESPACE/NAME: and a message about a duplicate name, a project or a destination",
			filepath.Base(file), record)
	}
	slices.Sort(out)
	return out, nil
}

// messages are how the messages of each class begin, here and in Argo CD; the
// class itself is one too.
var messages = []struct {
	class Class
	start string
}{
	{ClassDuplicate, "ApplicationSet "},
	{ClassProject, "application references project "},
	{ClassDestination, "application destination "},
	{ClassDuplicate, string(ClassDuplicate)},
	{ClassProject, string(ClassProject)},
	{ClassDestination, string(ClassDestination)},
}

// parseFinding reduces a line to APPLICATION: CLASS, which is what is compared.
func parseFinding(line string) (string, bool) {
	for _, m := range messages {
		if application, _, ok := strings.Cut(line, ": "+m.start); ok {
			return application + ": " + string(m.class), true
		}
	}
	return "", false
}

// replaced is the file of the other kind that writing an outcome deletes.
func (p places) replaced(o outcome) string {
	other := p.expected
	if o.failure == "" {
		other = p.failure
	}
	if !exists(other) {
		return ""
	}
	return filepath.Base(other)
}

// write makes an outcome the expectation of a case.
func (p places) write(o outcome) error {
	if err := os.MkdirAll(filepath.Dir(p.expected), 0o755); err != nil {
		return err
	}
	files := map[string]string{}
	if o.failure != "" {
		files[p.failure] = o.failureText()
	} else {
		files[p.expected] = o.applications
		var lines strings.Builder
		for _, f := range o.findings {
			lines.WriteString(f.String() + "\n")
		}
		if lines.Len() > 0 {
			files[p.validation] = lines.String()
		}
	}
	for _, file := range []string{p.expected, p.failure, p.validation} {
		if err := os.Remove(file); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	for file, text := range files {
		if err := os.WriteFile(file, []byte(text), fs.FileMode(0o644)); err != nil {
			return err
		}
	}
	return nil
}

// failureText is the content of expected-error.txt.
func (o outcome) failureText() string {
	return fmt.Sprintf("stage: %s\nerror: %s\n", o.stage, o.failure)
}
