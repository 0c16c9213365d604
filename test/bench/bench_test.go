package main

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/generators"
)

// The published figures are for this inventory: Argo CD's were measured on the
// same clusters.
func TestInventoryStaysComparable(t *testing.T) {
	const want = "36b0e2a1f2c2574f27815bccb852060aa34399377ffa7b75bc670a3b0dc28bd7"
	sum := sha256.Sum256(inventoryJSON(100))
	if got := hex.EncodeToString(sum[:]); got != want {
		t.Errorf("the inventory of 100 clusters has changed: its checksum is %s", got)
	}
}

// scaled are the expansions of the table whose cost has to grow with the rows
// and no faster, with the bar on allocations where the table has none.
var scaled = []struct {
	set         string
	perInput    int // applications
	inputs      func(int) generators.Inputs
	allocations float64 // per application, at most
}{
	{"clusters-go", 1, fleet, 400},
	{"clusters-fast", 1, fleet, 60},
	{"clusters-patch", 1, fleet, 400},
	{"matrix-go", 10, fleet, 400},
	{"git-directories-go", 1, directories, 400},
	{"git-files-go", 1, files, 400},
	{"merge-go", 1, fleet, 400},
}

func TestAllocationsGrowWithTheRows(t *testing.T) {
	for _, s := range scaled {
		t.Run(s.set, func(t *testing.T) {
			few := allocations(t, expansion("few", s.set, 300/s.perInput, 300, s.inputs, bar{}))
			many := allocations(t, expansion("many", s.set, 3_000/s.perInput, 3_000, s.inputs, bar{}))
			t.Logf("%.1f allocations per application for 300, %.1f for 3,000", few, many)
			if many > s.allocations {
				t.Errorf("%.1f allocations per application; the bar is %.0f", many, s.allocations)
			}
			if ratio := 10 * many / few; ratio > 12 {
				t.Errorf("3,000 rows allocate %.1f times what 300 do", ratio)
			}
		})
	}
}

// allocations runs a workload once, which verifies what it made.
func allocations(t *testing.T, w workload) float64 {
	t.Helper()
	f, err := measure(w, options{iterations: 1})
	if err != nil {
		t.Fatal(err)
	}
	return f.Allocs
}

func TestFloorHasAllTemplates(t *testing.T) {
	if _, err := measure(workload{name: "floor", prepare: templateFloor(100)}, options{iterations: 1}); err != nil {
		t.Fatal(err)
	}
}

func TestMissedBarsAreNamed(t *testing.T) {
	f := figures{Name: "a", Seconds: 0.5, Allocs: 10, Bytes: 1, PeakRSS: 10 << 20}
	for _, c := range []struct {
		bar  bar
		want string
	}{
		{bar{}, ""},
		{bar{Seconds: 0.5, Allocs: 10, RSS: 10 << 20}, ""},
		{bar{Seconds: 0.4}, "0.5000 s; the bar is 0.4 s"},
		{bar{Allocs: 9}, "10 allocations per application; the bar is 9"},
		{bar{RSS: 9 << 20}, "10 MiB; the bar is 9 MiB"},
	} {
		f.Bar = c.bar
		f.Missed = missed(f)
		if f.Missed != c.want {
			t.Errorf("%+v: %q, want %q", c.bar, f.Missed, c.want)
		}
		if over := strings.Contains(line(f), "OVER"); over != (c.want != "") {
			t.Errorf("%+v: printed as %q", c.bar, line(f))
		}
	}
}

func TestWorkloadNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, w := range workloads {
		if seen[w.name] {
			t.Errorf("two workloads are named %q", w.name)
		}
		seen[w.name] = true
	}
}
