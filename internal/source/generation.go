package source

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
)

// A repository on disk is a row of generations: numbered folders of packs.
// The highest is in use. Starting over (damage, too many packs, a history
// that was rewritten) makes a new one and keeps the one before, so that trees
// handed out from it stay readable; older ones are deleted.

const borderFile = "borders.json"

// borders is what a server must be told to send only what is missing.
type borders struct {
	// Haves are commits held with their trees.
	Haves []string `json:"haves"`
	// Shallows are commits held without their parents.
	Shallows []string `json:"shallows"`
}

// generation is one folder of packs.
type generation struct {
	*objects
	number  int
	borders borders
	// checked are the root trees of commits that were walked and found whole.
	checked map[plumbing.Hash]plumbing.Hash
}

// latest opens the highest generation below dir, or makes the first.
func latest(dir string, limits Limits) (*generation, error) {
	numbers, err := generations(dir)
	if err != nil {
		return nil, err
	}
	number := 1
	if len(numbers) > 0 {
		number = numbers[len(numbers)-1]
	}
	return openGeneration(dir, number, limits)
}

// next makes a new generation and deletes those before the last.
func next(dir string, limits Limits) (*generation, error) {
	numbers, err := generations(dir)
	if err != nil {
		return nil, err
	}
	number := 1
	if n := len(numbers); n > 0 {
		number = numbers[n-1] + 1
		for _, old := range numbers[:n-1] {
			if err := os.RemoveAll(filepath.Join(dir, strconv.Itoa(old))); err != nil {
				return nil, err
			}
		}
	}
	return openGeneration(dir, number, limits)
}

// generations lists the numbers of the folders below dir, rising.
func generations(dir string) ([]int, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []int
	for _, e := range entries {
		if n, err := strconv.Atoi(e.Name()); err == nil && n > 0 && e.IsDir() {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out, nil
}

func openGeneration(dir string, number int, limits Limits) (*generation, error) {
	folder := filepath.Join(dir, strconv.Itoa(number))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	objects, err := openObjects(folder, limits)
	if err != nil {
		return nil, err
	}
	g := &generation{objects: objects, number: number, checked: map[plumbing.Hash]plumbing.Hash{}}
	raw, err := os.ReadFile(filepath.Join(folder, borderFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return g, nil
	case err != nil:
		return nil, err
	}
	if err := json.Unmarshal(raw, &g.borders); err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	for _, h := range g.borders.Haves {
		if !g.has(plumbing.NewHash(h)) {
			return nil, fmt.Errorf("%w: commit %s is missing", errDamaged, h)
		}
	}
	return g, nil
}

// learn records that commit is held, and how the borders moved.
func (g *generation) learn(commit plumbing.Hash, update packp.ShallowUpdate) error {
	shallows := slices.Clone(g.borders.Shallows)
	for _, h := range update.Shallows {
		shallows = append(shallows, h.String())
	}
	shallows = slices.DeleteFunc(shallows, func(s string) bool {
		return slices.Contains(update.Unshallows, plumbing.NewHash(s))
	})
	haves := slices.Clone(g.borders.Haves)
	if g.has(commit) {
		haves = append(haves, commit.String())
	}
	g.borders = borders{Haves: unique(haves), Shallows: unique(shallows)}
	raw, err := json.Marshal(g.borders)
	if err != nil {
		return err
	}
	path := filepath.Join(g.dir, borderFile)
	if err := os.WriteFile(path+".tmp", raw, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".tmp", path)
}

func unique(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

func hashes(list []string) []plumbing.Hash {
	out := make([]plumbing.Hash, len(list))
	for i, s := range list {
		out[i] = plumbing.NewHash(s)
	}
	return out
}
