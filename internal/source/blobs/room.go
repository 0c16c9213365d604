package blobs

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// temporary begins the names of files that are being written. Whoever wrote
// one that is found later has crashed.
const temporary = ".new-"

// kept is one file of the folder.
type kept struct {
	name string
	size int64
	used time.Time
}

// makeRoom removes the blobs that were not used for longest until another of
// size bytes fits. The caller holds the lock.
func (c *Cache) makeRoom(size int64) error {
	if c.bytes >= 0 && c.bytes+size <= c.max {
		return nil
	}
	all, err := c.list()
	if err != nil {
		return err
	}
	c.bytes = 0
	for _, k := range all {
		c.bytes += k.size
	}
	for _, k := range all {
		if c.bytes+size <= c.max {
			return nil
		}
		if err := os.Remove(filepath.Join(c.dir, k.name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		c.bytes -= k.size
	}
	return nil
}

// list are the blobs, those not used for longest first. Leftovers of a crash
// are removed on the way.
func (c *Cache) list() ([]kept, error) {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return nil, err
	}
	var all []kept
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		if strings.HasPrefix(e.Name(), temporary) {
			_ = os.Remove(filepath.Join(c.dir, e.Name()))
			continue
		}
		all = append(all, kept{e.Name(), info.Size(), info.ModTime()})
	}
	slices.SortFunc(all, func(a, b kept) int {
		return cmp.Or(a.used.Compare(b.used), cmp.Compare(a.name, b.name))
	})
	return all, nil
}
