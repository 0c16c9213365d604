package main

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/fairlead/fairlead/internal/cases"
)

// testReport is what -o json prints.
type testReport struct {
	Cases  []testCase `json:"cases"`
	Passed int        `json:"passed"`
	Failed int        `json:"failed"`
}

// testCase is one case of a testReport.
type testCase struct {
	Name string `json:"name"`
	// Result is pass or fail.
	Result string `json:"result"`
	// Stage is decode, generate or validate.
	Stage cases.Stage `json:"stage"`
	// Diff is a unified diff, empty for a pass.
	Diff string `json:"diff"`
	// Note says that the expectation was written, or where it stands.
	Note string `json:"-"`
	// Warnings are what the set says in vain.
	Warnings []string `json:"-"`
}

const (
	resultPass = "pass"
	resultFail = "fail"
)

// testOutputs are the values of -o.
var testOutputs = map[string]func(io.Writer, testReport) error{
	"text":  writeTestText,
	"json":  writeTestJSON,
	"junit": writeTestJUnit,
}

func newTestReport(verdicts []cases.Verdict) testReport {
	report := testReport{Cases: make([]testCase, len(verdicts))}
	for i, v := range verdicts {
		c := testCase{Name: v.Name, Result: resultPass, Stage: v.Stage, Diff: v.Diff, Warnings: v.Warnings}
		switch {
		case !v.Passed:
			c.Result = resultFail
		case v.Replaced != "":
			c.Note = "updated, " + v.Replaced + " deleted"
		case v.Updated:
			c.Note = "updated"
		case v.Deviates:
			c.Note = "expectation in deviations/"
		}
		if v.Passed {
			report.Passed++
		} else {
			report.Failed++
		}
		report.Cases[i] = c
	}
	return report
}

// remark prints what the shapes for machines have no place for.
func (r testReport) remark(w io.Writer) {
	for _, c := range r.Cases {
		if c.Note != "" {
			fmt.Fprintf(w, "note: %s: %s\n", printable(c.Name), c.Note)
		}
		for _, warning := range c.Warnings {
			fmt.Fprintf(w, "warning: %s: %s\n", printable(c.Name), printable(warning))
		}
	}
}

// writeTestText prints a line per case, the diff of those that failed, and a
// summary.
func writeTestText(w io.Writer, report testReport) error {
	var out strings.Builder
	for _, c := range report.Cases {
		if c.Result == resultPass {
			fmt.Fprintf(&out, "pass  %s%s\n", printable(c.Name), inParentheses(c.Note))
		} else {
			fmt.Fprintf(&out, "FAIL  %s: %s\n", printable(c.Name), c.Stage)
		}
		for _, warning := range c.Warnings {
			fmt.Fprintf(&out, "      warning: %s\n", printable(warning))
		}
		for line := range strings.Lines(c.Diff) {
			fmt.Fprintf(&out, "      %s\n", printable(strings.TrimSuffix(line, "\n")))
		}
	}
	fmt.Fprintf(&out, "%d cases: %d passed, %d failed\n", len(report.Cases), report.Passed, report.Failed)
	_, err := io.WriteString(w, out.String())
	return err
}

func inParentheses(note string) string {
	if note == "" {
		return ""
	}
	return " (" + note + ")"
}

func writeTestJSON(w io.Writer, report testReport) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(report)
}

// junitSuite is a JUnit report.
// See https://github.com/testmoapp/junitxml.
type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Failure *junitFailure `xml:"failure,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Diff    string `xml:",chardata"`
}

func writeTestJUnit(w io.Writer, report testReport) error {
	suite := junitSuite{Name: "fairlead test", Tests: len(report.Cases), Failures: report.Failed}
	for _, c := range report.Cases {
		j := junitCase{Name: c.Name, Class: "applicationsets"}
		if c.Result == resultFail {
			j.Failure = &junitFailure{Message: "differs in stage " + string(c.Stage), Diff: c.Diff}
		}
		suite.Cases = append(suite.Cases, j)
	}
	text, err := xml.MarshalIndent(suite, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, text)
	return err
}
