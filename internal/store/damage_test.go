package store

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// soundFile is a store file with a deep tree, free pages and long values. want
// holds, per key, what its last two transactions wrote: when the newest meta
// page is lost, bbolt falls back to the state before it, as after a power cut.
func soundFile(t *testing.T) (raw []byte, want map[string][2]string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "agent.db")
	s := mustOpen(t, path, options(nil))
	want = map[string][2]string{}
	for round := range 3 {
		err := s.Batch(func(tx Tx) error {
			for i := range 400 {
				key := fmt.Sprintf("ns/app-%04d", i)
				value := strings.Repeat(fmt.Sprintf("%d-%s;", round, key), 1+i%40)
				want[key] = [2]string{want[key][1], value}
				if err := tx.Put("desired", key, []byte(value)); err != nil {
					return err
				}
			}
			return tx.Put("inventory", "one", bytes.Repeat([]byte("inventory"), 2000))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	_ = s.Close()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw, want
}

// openDamaged opens a damaged file and checks what holds for every damage: the
// store works, never hands out a wrong value, and lost nothing silently.
func openDamaged(t *testing.T, raw []byte, want map[string][2]string) *Store {
	t.Helper()
	path := filepath.Join(t.TempDir(), "agent.db")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	s := mustOpen(t, path, options(nil))
	got := contents(t, s, "desired")
	for k, v := range got {
		if was := want[k]; v != was[0] && v != was[1] {
			t.Fatalf("%s: wrong value handed out", k)
		}
	}
	if len(got) < len(want) && s.Quarantined() == "" && s.Damaged() == 0 {
		t.Fatalf("%d of %d values and no word of damage", len(got), len(want))
	}
	if err := s.Put("desired", "after", []byte("alive")); err != nil {
		t.Fatalf("store does not work after damage: %v", err)
	}
	if aside := s.Quarantined(); aside != "" {
		if moved, err := os.ReadFile(aside); err != nil || !bytes.Equal(moved, raw) {
			t.Fatalf("quarantined file is not the damaged one: %v", err)
		}
	}
	return s
}

func TestTruncatedFileIsQuarantined(t *testing.T) {
	raw, want := soundFile(t)
	for _, size := range []int{1, 15, 16, 79, 80, 4095, 4096, 8191, 8192, len(raw) / 2} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			s := openDamaged(t, raw[:size], want)
			if want := s.Path() + ".damaged-20260102T030405Z"; s.Quarantined() != want {
				t.Errorf("quarantined as %q, want %q", s.Quarantined(), want)
			}
		})
	}
}

func TestQuarantineOverwritesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "agent.db")
	var aside []string
	for range 3 {
		if err := os.WriteFile(path, []byte("not a store"), 0o600); err != nil {
			t.Fatal(err)
		}
		s := mustOpen(t, path, options(nil))
		aside = append(aside, s.Quarantined())
		_ = s.Close()
	}
	if aside[0] == aside[1] || aside[1] == aside[2] || aside[0] == "" {
		t.Errorf("moved to %q", aside)
	}
}

func TestZeroedPagesAreNoticed(t *testing.T) {
	raw, want := soundFile(t)
	for page := 0; page*4096 < len(raw); page++ {
		damaged := bytes.Clone(raw)
		clear(damaged[page*4096 : (page+1)*4096])
		_ = openDamaged(t, damaged, want).Close()
	}
}

func TestFlippedBitsAreNoticed(t *testing.T) {
	raw, want := soundFile(t)
	random := rand.New(rand.NewPCG(1, 2))
	flips := 300
	if testing.Short() {
		flips = 30
	}
	for i := range flips {
		damaged := bytes.Clone(raw)
		at := random.IntN(len(raw))
		if i%2 == 0 { // structure stands at the start of a page
			at = at/4096*4096 + random.IntN(96)
		}
		damaged[at] ^= 1 << random.IntN(8)
		_ = openDamaged(t, damaged, want).Close()
	}
}
