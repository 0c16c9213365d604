package templates

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Each of these would run or grow without end. Rows A22, A24 and A27 of the bad
// inputs: a clear error, at once, and the next template does not notice.
func TestBudgetStops(t *testing.T) {
	loop := strings.Repeat(" ", 10)
	for name, text := range map[string]string{
		"empty range over a large number": `{{ range 1000000000000 }}{{ end }}`,
		"nested ranges":                   `{{ range 10000 }}{{ range 10000 }}{{ end }}{{ end }}`,
		"recursion":                       `{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}`,
		"doubling by print":               `{{ $x := "aaaaaaaa" }}{{ range 60 }}{{ $x = print $x $x }}{{ end }}`,
		"doubling by printf":              `{{ $x := "aaaaaaaa" }}{{ range 60 }}{{ $x = printf "%s%s" $x $x }}{{ end }}`,
		"doubling by replace":             `{{ $x := "aaaaaaaa" }}{{ range 60 }}{{ $x = replace "a" "aa" $x }}{{ end }}`,
		"doubling by cat":                 `{{ $x := "aaaaaaaa" }}{{ range 60 }}{{ $x = cat $x $x }}{{ end }}`,
		"doubling by regex":               `{{ $x := "aaaaaaaa" }}{{ range 60 }}{{ $x = regexReplaceAll "a" $x "aa" }}{{ end }}`,
		"doubling a list":                 `{{ $x := list 1 2 }}{{ range 60 }}{{ $x = concat $x $x }}{{ end }}`,
		"doubling a dict":                 `{{ $x := dict }}{{ range 60 }}{{ $x = dict "a" $x "b" $x }}{{ end }}{{ $x }}`,
		"deep value":                      `{{ $x := dict }}{{ range 5000 }}{{ $x = dict "a" $x }}{{ end }}{{ toPrettyJson $x }}`,
		"cycle":                           `{{ $x := dict }}{{ $_ := set $x "x" $x }}{{ toJson $x }}`,
		"until":                           `{{ until 50000000 }}`,
		"untilStep":                       `{{ untilStep 0 50000000 1 }}`,
		"seq":                             `{{ seq 50000000 }}`,
		"repeat":                          `{{ repeat 50000000 "ab" }}`,
		"indent":                          `{{ indent 50000000 "ab" }}`,
		"wrapWith":                        `{{ wrapWith 1 (repeat 2000 "ab") (repeat 2000 "ab") }}`,
		"join":                            `{{ join (repeat 5000 "ab") (until 5000) }}`,
		"printf width":                    `{{ printf "%999999d%999999d%999999d" 1 2 3 }}`,
		"printf index":                    `{{ $x := repeat 500000 "a" }}{{ printf "%[1]s%[1]s%[1]s%[1]s" $x }}`,
		"regex replacement":               `{{ regexReplaceAll "" (repeat 100000 "a") (repeat 1000 "b") }}`,
		"regex work":                      `{{ regexMatch "(x+x+)+y{900}" (repeat 1000000 "x") }}`,
		"uniq":                            `{{ uniq (until 90000) }}`,
		"output":                          `{{ range 90000 }}0123456789012345678901234567890123456789{{ end }}`,
		"YAML aliases":                    `{{ fromYaml "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f]" }}`,
		"busy functions":                  `{{ $x := repeat 500000 "a" }}{{ range 20000 }}{{ $y := upper $x }}{{ end }}` + loop,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := renderGo(t, text, nil)
			if !errors.Is(err, ErrBudget) {
				t.Fatalf("want a budget error, got %v", err)
			}
			if strings.Contains(err.Error(), "fairlead") || len(err.Error()) > 300 {
				t.Errorf("the message is not for users: %v", err)
			}
		})
	}
}

func TestBudgetTotals(t *testing.T) {
	engine, err := NewEngine(Options{GoTemplate: true, Budget: Budget{TotalSteps: 1000}})
	if err != nil {
		t.Fatal(err)
	}
	program := compile(t, engine, `{{ range 100 }}{{ end }}x`)
	good := 0
	for range 100 {
		if _, err := program.Execute(Params{}); err == nil {
			good++
		}
	}
	if good == 0 || good > 20 {
		t.Errorf("%d parameter sets were rendered under a total of 1000 steps, 100 each", good)
	}
	if !errors.Is(engine.Exhausted(), ErrBudget) {
		t.Errorf("Exhausted: %v", engine.Exhausted())
	}
}

// A parameter set ends with the totals, not with its own budget, and before it
// makes what they do not allow. After that nothing costs anything.
func TestTotalsEndAParameterSet(t *testing.T) {
	for text, most := range map[string]Cost{
		`{{ range 90000 }}{{ end }}`: {Steps: 10_000 + 2*stepStride},
		`{{ define "a" }}{{ range 90000 }}{{ end }}{{ end }}{{ template "a" }}`: {Steps: 3 * stepStride, Work: 1<<20 + 2*stepStride*bodyCost},
		`{{ range until 90000 }}{{ end }}`:                                      {Work: 90_000*numberCost + callCost},
		`{{ seq 90000 | len }}`:                                                 {Work: 90_000*numberCost + callCost},
	} {
		engine, err := NewEngine(Options{GoTemplate: true, Budget: Budget{TotalSteps: 10_000, TotalWork: 1 << 20}})
		if err != nil {
			t.Fatal(err)
		}
		program := compile(t, engine, text)
		var exhausted *ExhaustedError
		cost, err := program.ExecuteInto(&v1alpha1.Application{}, Params{})
		if !errors.As(err, &exhausted) || cost.Steps > most.Steps || cost.Work > most.Work+cost.Steps*bodyCost {
			t.Errorf("%s: cost %+v, at most %+v: %v", text, cost, most, err)
		}
		if cost != engine.Cost() {
			t.Errorf("%s: cost %+v, the totals %+v", text, cost, engine.Cost())
		}
		if again, err := program.ExecuteInto(&v1alpha1.Application{}, Params{}); !errors.As(err, &exhausted) || again != (Cost{}) {
			t.Errorf("%s: the next one cost %+v: %v", text, again, err)
		}
	}
}

// To measure a growing map costs what it takes to walk it, not its bytes alone.
func TestMeasuringIsCharged(t *testing.T) {
	work := func(n int) int {
		program := compile(t, newEngine(t, true), fmt.Sprintf(`{{ $d := dict }}{{ range %d }}{{ $_ := set $d (toString .) (dict "a" .) }}{{ end }}`, n))
		cost, err := program.ExecuteInto(&v1alpha1.Application{}, Params{})
		if err != nil {
			t.Fatal(err)
		}
		return cost.Work
	}
	if few, many := work(100), work(400); many < 10*few {
		t.Errorf("four times the loops over a map that grows cost %d, after %d", many, few)
	}
}

func TestTotalStepsGrowWithTheParameterSets(t *testing.T) {
	for sets, want := range map[int]int{0: 2_000_000, 2000: 2_000_000, 5000: 5_000_000, 1_000_000: 10_000_000} {
		if got := DefaultBudget().totalSteps(sets); got != want {
			t.Errorf("%d parameter sets may take %d steps, want %d", sets, got, want)
		}
		if got := (Budget{TotalSteps: 7}).totalSteps(sets); got != 7 {
			t.Errorf("a budget of 7 steps became %d", got)
		}
	}
}

// Row A19 and the nondeterministic part of A22.
func TestAbsentFunctions(t *testing.T) {
	for name, reason := range absent {
		_, err := renderGo(t, fmt.Sprintf("{{ %s }}", name), nil)
		if err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: want an error that says it %s, got %v", name, reason, err)
		}
	}
}

func TestMeterIsOutOfReach(t *testing.T) {
	if _, err := renderGo(t, `{{ fairleadStep -1000000 }}`, nil); err == nil {
		t.Error("a template called the meter")
	}
}

func newEngine(t testing.TB, goTemplate bool, options ...string) *Engine {
	t.Helper()
	engine, err := NewEngine(Options{GoTemplate: goTemplate, GoTemplateOptions: options})
	if err != nil {
		t.Fatal(err)
	}
	return engine
}

// compile makes a program whose Application is named by text.
func compile(t testing.TB, engine *Engine, text string) *Program {
	t.Helper()
	program, err := compileName(engine, text)
	if err != nil {
		t.Fatal(err)
	}
	return program
}

func compileName(engine *Engine, text string) (*Program, error) {
	tmpl := &v1alpha1.ApplicationSetTemplate{}
	tmpl.Name = text
	return engine.CompileApplication(&v1alpha1.ApplicationSet{}, tmpl)
}

func render(engine *Engine, text string, params Params) (string, error) {
	program, err := compileName(engine, text)
	if err != nil {
		return "", err
	}
	app, err := program.Execute(params)
	if err != nil {
		return "", err
	}
	return app.Name, nil
}

func renderGo(t testing.TB, text string, params Params) (string, error) {
	t.Helper()
	return render(newEngine(t, true, "missingkey=error"), text, params)
}
