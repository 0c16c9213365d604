package process

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestBackoffDoublesUpToMaxAndResets(t *testing.T) {
	b := Backoff{Min: time.Second, Max: 5 * time.Second, Reset: time.Minute}
	var wait time.Duration
	for i, want := range []time.Duration{1, 2, 4, 5, 5} {
		if wait = b.next(wait, 0); wait != want*time.Second {
			t.Errorf("wait %d is %s, want %ds", i, wait, want)
		}
	}
	if wait = b.next(wait, 2*time.Minute); wait != time.Second {
		t.Errorf("after a long run: %s", wait)
	}
}

func TestParseStatWithOddNames(t *testing.T) {
	line := "42 (a) b (c) S 1 42 42 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 987654 1 1"
	state, start, err := parseStat([]byte(line))
	if err != nil || state != "S" || start != 987654 {
		t.Errorf("got %q, %d, %v", state, start, err)
	}
	for _, bad := range []string{"", "42 (a", "42 (a) S 1"} {
		if _, _, err := parseStat([]byte(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestRotateLogUnderALiveWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.log")
	f, err := openLog(path, 100)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	old := strings.Repeat("old\n", 30)
	write := func(text string) {
		if _, err := f.WriteString(text); err != nil {
			t.Fatal(err)
		}
	}
	write(old)
	if err := rotateLog(path, 100); err != nil {
		t.Fatal(err)
	}
	write("new\n")
	for file, want := range map[string]string{path: "new\n", path + ".1": old} {
		if got, err := os.ReadFile(file); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", file, got, err)
		}
	}
}
