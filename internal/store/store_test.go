package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/google/go-cmp/cmp"
)

func options(sealer *Sealer) Options {
	return Options{
		Sealer: sealer, Buckets: []string{"desired", "inventory"}, Logger: logr.Discard(),
		Clock:       func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
		LockTimeout: 100 * time.Millisecond,
	}
}

func mustOpen(t *testing.T, path string, o Options) *Store {
	t.Helper()
	s, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func newSealer(t *testing.T, fill byte) *Sealer {
	t.Helper()
	s, err := NewSealer(bytes.Repeat([]byte{fill}, KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func contents(t *testing.T, s *Store, bucket string) map[string]string {
	t.Helper()
	got := map[string]string{}
	if err := s.ForEach(bucket, func(k string, v []byte) error {
		got[k] = string(v)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestStoreKeepsValues(t *testing.T) {
	for name, sealer := range map[string]*Sealer{"checked": nil, "sealed": newSealer(t, 7)} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "agent.db")
			s := mustOpen(t, path, options(sealer))
			err := s.Batch(func(tx Tx) error {
				return errors.Join(
					tx.Put("desired", "a", []byte("marker-alpha")),
					tx.Put("desired", "empty", nil),
					tx.Put("desired", "gone", []byte("x")),
					tx.Delete("desired", "gone"),
					tx.Put("inventory", "a", []byte("other")))
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Errorf("second close: %v", err)
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if inClear := bytes.Contains(raw, []byte("marker-alpha")); inClear == (sealer != nil) {
				t.Errorf("value in clear on disk: %v", inClear)
			}
			s = mustOpen(t, path, options(sealer))
			if d := cmp.Diff(map[string]string{"a": "marker-alpha", "empty": ""}, contents(t, s, "desired")); d != "" {
				t.Error(d)
			}
			if v, ok, err := s.Get("inventory", "a"); string(v) != "other" || !ok || err != nil {
				t.Errorf("Get = %q %v %v", v, ok, err)
			}
			if _, ok, err := s.Get("inventory", "nothing"); ok || err != nil {
				t.Errorf("absent: %v %v", ok, err)
			}
			if _, _, err := s.Get("nowhere", "a"); err == nil || !strings.Contains(err.Error(), `"nowhere"`) {
				t.Errorf("unknown bucket: %v", err)
			}
			if s.Quarantined() != "" || s.Damaged() != 0 {
				t.Errorf("sound store reports damage: %q %d", s.Quarantined(), s.Damaged())
			}
		})
	}
}

func TestBatchIsAllOrNothing(t *testing.T) {
	s := mustOpen(t, filepath.Join(t.TempDir(), "agent.db"), options(nil))
	stop := errors.New("stop")
	err := s.Batch(func(tx Tx) error {
		if err := tx.Put("desired", "a", []byte("1")); err != nil {
			return err
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	func() {
		defer func() {
			if p := recover(); p != "mine" {
				t.Errorf("a caller's panic became %v", p)
			}
		}()
		_ = s.Batch(func(tx Tx) error { _ = tx.Put("desired", "b", nil); panic("mine") })
	}()
	if got := contents(t, s, "desired"); len(got) != 0 {
		t.Errorf("kept %v", got)
	}
}

func TestSecondOpenTimesOutWithAClearError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "agent.db")
	mustOpen(t, path, options(nil))
	_, err := Open(path, options(nil))
	if err == nil || !strings.Contains(err.Error(), "another agent is using "+path) {
		t.Errorf("got %v", err)
	}
}

func TestOpenSaysWhatIsWrongWithTheDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "absent", "agent.db")
	if _, err := Open(path, options(nil)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestSealedValuesAreBoundToKeyAndPlace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "agent.db")
	s := mustOpen(t, path, options(newSealer(t, 1)))
	if err := s.Put("desired", "a", []byte("1")); err != nil {
		t.Fatal(err)
	}
	_ = s.Close()

	for name, sealer := range map[string]*Sealer{"another key": newSealer(t, 2), "no key": nil} {
		s = mustOpen(t, path, options(sealer))
		if _, ok, err := s.Get("desired", "a"); ok || err != nil || s.Damaged() != 1 {
			t.Errorf("%s: %v %v, %d damaged", name, ok, err, s.Damaged())
		}
		_ = s.Close()
	}

	sealer := newSealer(t, 1)
	for _, sl := range []*Sealer{sealer, nil} {
		stored, err := sl.wrap("desired", "a", []byte("1"))
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range [][2]string{{"desired", "b"}, {"inventory", "a"}, {"desireda", ""}, {"", "desireda"}} {
			if _, err := sl.unwrap(at[0], at[1], stored); err == nil {
				t.Errorf("value of desired/a read at %q", at)
			}
		}
		for i := range stored {
			flipped := bytes.Clone(stored)
			flipped[i] ^= 1
			if _, err := sl.unwrap("desired", "a", flipped); err == nil {
				t.Errorf("flipped byte %d was not noticed", i)
			}
		}
	}
	plain, _ := (*Sealer)(nil).wrap("desired", "a", []byte("1"))
	if _, err := sealer.unwrap("desired", "a", plain); err == nil {
		t.Error("an unsealed value was slipped in")
	}
}

func TestNewSealerRefusesAShortKey(t *testing.T) {
	if _, err := NewSealer(make([]byte, 16)); err == nil {
		t.Error("16 bytes accepted")
	}
}

func TestConcurrentUse(t *testing.T) {
	s := mustOpen(t, filepath.Join(t.TempDir(), "agent.db"), options(newSealer(t, 3)))
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 20 {
				key := fmt.Sprintf("%d-%d", w, i)
				if err := s.Put("desired", key, []byte(key)); err != nil {
					t.Error(err)
				}
				if v, ok, err := s.Get("desired", key); string(v) != key || !ok || err != nil {
					t.Errorf("%s: %q %v %v", key, v, ok, err)
				}
			}
		})
		wg.Go(func() {
			for range 20 {
				if err := s.ForEach("desired", func(k string, v []byte) error {
					if k != string(v) {
						return fmt.Errorf("%s holds %s", k, v)
					}
					return nil
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := contents(t, s, "desired"); len(got) != 80 {
		t.Errorf("%d values", len(got))
	}
}
