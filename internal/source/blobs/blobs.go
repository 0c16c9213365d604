package blobs

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Prefix begins every digest.
const Prefix = "sha256:"

// Digest of data: "sha256:" and 64 lower-case hex digits.
func Digest(data []byte) string {
	sum := sha256.Sum256(data)
	return Prefix + hex.EncodeToString(sum[:])
}

// IsDigest is true for what Digest returns.
func IsDigest(s string) bool {
	digits, ok := strings.CutPrefix(s, Prefix)
	return ok && len(digits) == 2*sha256.Size && strings.Trim(digits, "0123456789abcdef") == ""
}

// Cache is a folder of blobs. It is safe for concurrent use, and belongs to one
// process at a time.
type Cache struct {
	dir string
	max int64
	now func() time.Time

	mu sync.Mutex
	// bytes is what the folder holds; -1 until it was counted.
	bytes int64
}

// New returns a Cache below dir of at most maxBytes. Nothing is read or written
// until the first call.
func New(dir string, maxBytes int64) *Cache {
	return &Cache{dir: dir, max: maxBytes, now: time.Now, bytes: -1}
}

// Get returns the blob of digest, if it is here and whole.
func (c *Cache) Get(digest string) (data []byte, found bool) {
	if !IsDigest(digest) {
		return nil, false
	}
	path := c.path(digest)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, false
	}
	if Digest(data) != digest {
		c.forget(path)
		return nil, false
	}
	now := c.now()
	// Only the order in which blobs go depends on it.
	_ = os.Chtimes(path, now, now)
	return data, true
}

// Put keeps data and returns its digest. A blob above the bound is not kept,
// which is no error.
func (c *Cache) Put(data []byte) (digest string, err error) {
	digest = Digest(data)
	c.mu.Lock()
	defer c.mu.Unlock()
	if int64(len(data)) > c.max {
		return digest, nil
	}
	path := c.path(digest)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return digest, err
	}
	if err := c.makeRoom(int64(len(data))); err != nil {
		return digest, err
	}
	old := sizeOf(path)
	if err := write(path, data); err != nil {
		return digest, err
	}
	c.bytes += int64(len(data)) - old
	return digest, nil
}

// forget removes a blob that is damaged.
func (c *Cache) forget(path string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	size := sizeOf(path)
	if os.Remove(path) == nil && c.bytes >= 0 {
		c.bytes -= size
	}
}

func (c *Cache) path(digest string) string {
	return filepath.Join(c.dir, strings.TrimPrefix(digest, Prefix))
}

func sizeOf(path string) int64 {
	info, err := os.Lstat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// write puts data at path in one step, so that a crash leaves all or nothing.
func write(path string, data []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), temporary+"*")
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
