package blobs

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestABlobIsWhatItsDigestSays(t *testing.T) {
	dir := t.TempDir()
	c := New(dir, 1<<20)
	digest, err := c.Put([]byte("content"))
	if err != nil || !IsDigest(digest) {
		t.Fatalf("%s %v", digest, err)
	}
	if data, found := New(dir, 1<<20).Get(digest); !found || string(data) != "content" {
		t.Errorf("%q %v", data, found)
	}
	path := filepath.Join(dir, strings.TrimPrefix(digest, Prefix))
	if err := os.WriteFile(path, []byte("c0ntent"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, found := c.Get(digest); found {
		t.Error("damaged content was handed out")
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Error("damaged content was kept")
	}
	for _, odd := range []string{"", "sha256:", "../../etc/passwd", Prefix + "../../../etc/passwd", strings.ToUpper(digest), digest + "0"} {
		if _, found := c.Get(odd); found || IsDigest(odd) {
			t.Errorf("%q is no digest", odd)
		}
	}
}

func TestWhatWasNotUsedForLongestGoesFirst(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	c := New(dir, 300)
	c.now = func() time.Time { return now }
	put := func(letter string) string {
		digest, err := c.Put(bytes.Repeat([]byte(letter), 100))
		if err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Minute)
		if _, found := c.Get(digest); !found {
			t.Fatalf("%s is gone at once", letter)
		}
		return digest
	}
	a, b, d := put("a"), put("b"), put("d")
	now = now.Add(time.Minute)
	c.Get(a)
	// What a crash left behind counts for nothing and is swept.
	leftover := filepath.Join(dir, temporary+"1")
	if err := os.WriteFile(leftover, make([]byte, 500), 0o600); err != nil {
		t.Fatal(err)
	}
	e := put("e")
	for digest, want := range map[string]bool{a: true, b: false, d: true, e: true} {
		if _, found := c.Get(digest); found != want {
			t.Errorf("%s: %v", digest, found)
		}
	}
	if _, err := os.Stat(leftover); !os.IsNotExist(err) {
		t.Error("the leftover is still there")
	}
	big, err := c.Put(make([]byte, 301))
	if _, found := c.Get(big); err != nil || found {
		t.Errorf("a blob above the bound: %v %v", found, err)
	}
	if _, found := c.Get(a); !found {
		t.Error("a blob that is too large drove others out")
	}
}

func TestBlobsAreWrittenAndReadAtOnce(t *testing.T) {
	c := New(t.TempDir(), 1000)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			data := bytes.Repeat([]byte{byte(i % 4)}, 100)
			for range 20 {
				digest, err := c.Put(data)
				if err != nil {
					t.Error(err)
				}
				if got, found := c.Get(digest); !found || !bytes.Equal(got, data) {
					t.Errorf("blob %d: %v", i, found)
				}
			}
		})
	}
	group.Wait()
}
