package clusters

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// An inventory with changes is the inventory of the fleet that was changed, the
// error for clashing names included.
func TestWithEqualsNewInventory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		declared := map[string]Cluster{} // by origin
		inv, err := NewInventory(nil)
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			next := maps.Clone(declared)
			var changed []Cluster
			var removed []string
			for range rapid.IntRange(1, 3).Draw(t, "edits") {
				origin := rapid.SampledFrom([]string{"secret argocd/a", "cluster argocd/a", "secret argocd/b", "secret argocd/c"}).Draw(t, "origin")
				changed = slices.DeleteFunc(changed, func(c Cluster) bool { return c.Origin == origin })
				was, there := next[origin]
				c := Cluster{
					Origin: origin,
					Name:   rapid.SampledFrom([]string{"a", "b", "in-cluster", "z"}).Draw(t, "name"),
					Server: rapid.SampledFrom([]string{"https://x", "https://kubernetes.default.svc"}).Draw(t, "server"),
				}
				leaves := there && rapid.Bool().Draw(t, "leaves")
				if _, kept := declared[origin]; kept && there && (leaves || was.Name != c.Name) {
					removed = append(removed, declared[origin].Name)
				}
				if leaves {
					delete(next, origin)
					continue
				}
				next[origin] = c
				changed = append(changed, c)
			}
			want, wantErr := NewInventory(slices.Collect(maps.Values(next)))
			got, err := inv.With(changed, removed)
			if (wantErr == nil) != (err == nil) {
				t.Fatalf("changed %v, removed %q: got %v, want %v", changed, removed, err, wantErr)
			}
			if err != nil {
				continue // the step is refused, nothing has happened
			}
			if diff := cmp.Diff(want.All(), got.All()); diff != "" || want.locals != got.locals {
				t.Fatalf("changed %v, removed %q (-new +with):\n%s", changed, removed, diff)
			}
			names := got.Changed(inv)
			for _, c := range slices.Concat(got.All(), inv.All()) {
				now, _ := got.ByName(c.Name)
				was, _ := inv.ByName(c.Name)
				if cmp.Equal(now, was) == slices.Contains(names, c.Name) {
					t.Fatalf("changed %q, but %q is %v and was %v", names, c.Name, now, was)
				}
			}
			declared, inv = next, got
		}
	})
}

func TestWithRefusesClashesAndSharesTheRest(t *testing.T) {
	inv, err := NewInventory([]Cluster{{Name: "a", Origin: "secret argocd/x"}, {Name: "b", Origin: "cluster argocd/b"}})
	if err != nil {
		t.Fatal(err)
	}
	_, whole := NewInventory([]Cluster{{Name: "a", Origin: "secret argocd/x"}, {Name: "a", Origin: "cluster argocd/a"}})
	for _, changed := range [][]Cluster{
		{{Name: "a", Origin: "cluster argocd/a"}},
		{{Name: "c", Origin: "secret argocd/1"}, {Name: "c", Origin: "secret argocd/2"}},
	} {
		if _, err := inv.With(changed, nil); err == nil || !strings.Contains(err.Error(), "is declared twice, by ") ||
			changed[0].Name == "a" && err.Error() != whole.Error() {
			t.Errorf("%v: %v", changed, err)
		}
	}
	moved, err := inv.With([]Cluster{{Name: "a", Origin: "cluster argocd/a"}}, []string{"a", "never was"})
	if err != nil {
		t.Fatal(err)
	}
	if c, ok := moved.ByName("a"); !ok || c.Origin != "cluster argocd/a" {
		t.Errorf("a is %v", c)
	}
	before, _ := inv.ByName("b")
	after, _ := moved.ByName("b")
	if before != after {
		t.Error("an untouched cluster was copied")
	}
	if c, _ := inv.ByName("a"); c.Origin != "secret argocd/x" {
		t.Errorf("the inventory itself changed: %v", c)
	}
	if got := names(moved.Only([]string{"b", "none", "a", "b"}).All()); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("only %q", got)
	}
}

// The work of a change does not grow with the fleet, but for one copy of the
// list of pointers.
func TestWithAllocatesTheSameForEveryFleet(t *testing.T) {
	allocations := func(n int) float64 {
		list := make([]Cluster, n)
		for i := range list {
			list[i] = Cluster{Name: fmt.Sprintf("c%05d", i), Origin: fmt.Sprint("cluster argocd/", i)}
		}
		inv, err := NewInventory(list)
		if err != nil {
			t.Fatal(err)
		}
		changed := list[n/2]
		changed.Labels = map[string]string{"a": "b"}
		return testing.AllocsPerRun(20, func() {
			if _, err := inv.With([]Cluster{changed}, nil); err != nil {
				t.Fatal(err)
			}
		})
	}
	if small, large := allocations(100), allocations(10_000); small != large {
		t.Errorf("%v allocations for 100 clusters, %v for 10,000", small, large)
	}
}
