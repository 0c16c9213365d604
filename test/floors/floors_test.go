package floors

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/fairlead/fairlead/"

// house is one row of the table.
type house struct {
	floor int
	name  string // with "/*" for a family of houses
	may   []string
}

func TestFloors(t *testing.T) {
	houses := readTable(t)
	for _, p := range packages(t) {
		from, ok := houseOf(houses, p.name)
		if !ok {
			if !strings.HasPrefix(p.name, "test/") {
				t.Errorf("package %s has no row in docs/ARCHITECTURE.md", p.name)
			}
			continue
		}
		for _, imported := range p.imports {
			to, ok := houseOf(houses, imported)
			if !ok || sameHouse(from, to, p.name, imported) || from.mayEnter(to) {
				continue
			}
			t.Errorf("%s (floor %d, %s) imports %s (floor %d): not among %q", p.name, from.floor, from.name, imported, to.floor, from.may)
		}
	}
}

func TestAgentDoesNotLinkTheHub(t *testing.T) {
	for _, dep := range strings.Fields(goList(t, "-deps", "./cmd/fairlead-agent")) {
		if rest, ours := strings.CutPrefix(dep, module); ours && (strings.HasPrefix(rest, "internal/hub") || rest == "cmd/fairlead") {
			t.Errorf("the agent's binary links %s", rest)
		}
	}
}

// TestSourcesAreSeen looks at every source file itself, because the test cache
// does not know what the commands that the other tests run have read.
func TestSourcesAreSeen(t *testing.T) {
	seen := 0
	err := filepath.WalkDir(filepath.Join("..", ".."), func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (d.Name() == ".git" || d.Name() == "bin" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if err == nil && strings.HasSuffix(name, ".go") {
			seen++
			_, err = os.Stat(name)
		}
		return err
	})
	if err != nil || seen < 100 {
		t.Errorf("%d source files seen: %v", seen, err)
	}
}

// row matches "| 2 | `internal/apply` | owns | 0, internal/health |".
var row = regexp.MustCompile("^\\| (\\d) \\| `([^`]+)` \\| .* \\| ([^|]+) \\|$")

func readTable(t *testing.T) []house {
	t.Helper()
	f, err := os.Open("../../docs/ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var houses []house
	for lines := bufio.NewScanner(f); lines.Scan(); {
		m := row.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		floor, _ := strconv.Atoi(m[1]) // a digit
		houses = append(houses, house{floor: floor, name: m[2], may: strings.Split(m[3], ", ")})
	}
	if len(houses) < 20 {
		t.Fatalf("found %d rows in the table of docs/ARCHITECTURE.md: has its form changed?", len(houses))
	}
	// The most specific row first.
	slices.SortFunc(houses, func(a, b house) int { return cmp.Compare(len(b.name), len(a.name)) })
	return houses
}

// houseOf finds the most specific row that a package belongs to.
func houseOf(houses []house, pkg string) (house, bool) {
	for _, h := range houses {
		if family, ok := strings.CutSuffix(h.name, "/*"); ok {
			if strings.HasPrefix(pkg, family+"/") {
				return h, true
			}
			continue
		}
		if pkg == h.name || strings.HasPrefix(pkg, h.name+"/") {
			return h, true
		}
	}
	return house{}, false
}

// sameHouse is true within one row; in a family each member is its own house.
func sameHouse(a, b house, from, to string) bool {
	if a.name != b.name {
		return false
	}
	family, ok := strings.CutSuffix(a.name, "/*")
	if !ok {
		return true
	}
	member := func(pkg string) string {
		return strings.SplitN(strings.TrimPrefix(pkg, family+"/"), "/", 2)[0]
	}
	return member(from) == member(to)
}

func (h house) mayEnter(to house) bool {
	for _, m := range h.may {
		low, high, isRange := strings.Cut(m, "-")
		first, err := strconv.Atoi(low)
		switch {
		case m == "all", m == to.name:
			return true
		case err != nil:
			continue
		case !isRange:
			if first == to.floor && to.floor < h.floor {
				return true
			}
		default:
			last, err := strconv.Atoi(high)
			if err == nil && first <= to.floor && to.floor <= last && to.floor < h.floor {
				return true
			}
		}
	}
	return false
}

type pkg struct {
	name    string
	imports []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader([]byte(goList(t, "-json=ImportPath,Imports", "./..."))))
	var out []pkg
	for {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return out
		} else if err != nil {
			t.Fatal(err)
		}
		one := pkg{name: strings.TrimPrefix(p.ImportPath, module)}
		for _, i := range p.Imports {
			if rest, ours := strings.CutPrefix(i, module); ours {
				one.imports = append(one.imports, rest)
			}
		}
		out = append(out, one)
	}
}

func goList(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list"}, args...)...)
	cmd.Dir = path.Join("..", "..")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list %v: %v", args, err)
	}
	return string(out)
}

func TestFormatted(t *testing.T) {
	cmd := exec.Command("gofmt", "-l", "api", "clusters", "cmd", "config", "examples", "generators", "internal", "secrets", "templates", "test", "tools", "webui")
	cmd.Dir = path.Join("..", "..")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("gofmt: %v", err)
	}
	if len(out) > 0 {
		t.Errorf("not formatted; run gofmt -w on:\n%s", out)
	}
}
