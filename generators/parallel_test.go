package generators

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestInChunksCoversEveryRowOnce(t *testing.T) {
	for _, n := range []int{0, 1, 63, 64, 129, 1000} {
		for _, workers := range []int{0, 1, 3} {
			seen := make([]atomic.Int32, n)
			InChunks(n, workers, func(start, end int) {
				for i := start; i < end; i++ {
					seen[i].Add(1)
				}
			})
			for i := range seen {
				if got := seen[i].Load(); got != 1 {
					t.Fatalf("%d rows, %d workers: row %d was done %d times", n, workers, i, got)
				}
			}
		}
	}
}

// A panic on another goroutine must reach who guards against it.
func TestInChunksPassesPanicsOn(t *testing.T) {
	defer func() {
		if r := recover(); r != "row 700" {
			t.Errorf("recovered %v", r)
		}
	}()
	InChunks(1000, 4, func(start, end int) {
		if start <= 700 && 700 < end {
			panic("row 700")
		}
	})
	t.Error("the panic was lost")
}

func TestFirstErrorIsTheLowestRows(t *testing.T) {
	var failed firstError
	for _, row := range []int{5, 2, 9} {
		failed.add(row, fmt.Errorf("row %d", row))
	}
	if failed.err == nil || failed.err.Error() != "row 2" {
		t.Errorf("got %v", failed.err)
	}
}

func TestPatternsAreBounded(t *testing.T) {
	long := strings.Repeat("a", maxPattern+1)
	e := func() *Evaluator { return &Evaluator{options: Options{MaxRows: 100, NewGitFileGlobbing: true}} }
	_, directories := e().wantedDirectories(&v1alpha1.GitGenerator{Directories: []v1alpha1.GitDirectoryGeneratorItem{{Path: long}}}, fuzzTree())
	_, files := e().wantedFiles([]v1alpha1.GitFileGeneratorItem{{Path: long}}, fuzzTree())
	_, choices := e().globFiles(strings.Repeat("{a,b}", 20), fuzzTree())
	busy := e()
	busy.compared = maxComparisons
	_, comparisons := busy.globFiles("a/*.yaml", fuzzTree())
	for want, err := range map[string]error{
		"4097 bytes; at most 4096": directories, "bytes; at most": files,
		"ways to match": choices, "begin patterns with the folder": comparisons,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
	if got, err := e().globFiles("a/{b,x}.yaml", fuzzTree()); err != nil || len(got) != 1 {
		t.Errorf("got %v, %v", got, err)
	}
}
