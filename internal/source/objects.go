package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/format/idxfile"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// errDamaged: the cache on disk is not what was written. The repository is
// fetched anew; callers outside this package see ErrUnavailable at most.
var errDamaged = errors.New("cached repository is damaged")

// objects is the store of one repository: the packs of one folder. What it
// hands out is checked against its hash, so a flipped bit is an error, never
// content. Safe for concurrent use.
type objects struct {
	dir     string
	limits  Limits
	cache   cache.Object
	damaged atomic.Bool

	mu    sync.Mutex
	packs []pack
}

// pack is one answer of a server, with its index in memory.
type pack struct {
	path  string
	index *idxfile.MemoryIndex
	bytes int64
}

// openObjects reads the indexes of the packs in dir.
func openObjects(dir string, limits Limits) (*objects, error) {
	o := &objects{dir: dir, limits: limits, cache: cache.NewObjectLRU(cache.FileSize(limits.ObjectCacheBytes))}
	names, err := filepath.Glob(filepath.Join(dir, "*"+indexSuffix))
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	for _, name := range names {
		p, err := openPack(strings.TrimSuffix(name, indexSuffix) + packSuffix)
		if err != nil {
			return nil, err
		}
		o.packs = append(o.packs, p)
	}
	return o, nil
}

// openPack reads the index beside a pack.
func openPack(path string) (p pack, err error) {
	defer recovered(&err)
	info, err := os.Stat(path)
	if err != nil {
		return p, fmt.Errorf("%w: %w", errDamaged, err)
	}
	raw, err := os.ReadFile(strings.TrimSuffix(path, packSuffix) + indexSuffix)
	if err != nil {
		return p, fmt.Errorf("%w: %w", errDamaged, err)
	}
	index := idxfile.NewMemoryIndex()
	if err := idxfile.NewDecoder(bytes.NewReader(raw)).Decode(index); err != nil {
		return p, fmt.Errorf("%w: %w", errDamaged, err)
	}
	return pack{path: path, index: index, bytes: info.Size()}, nil
}

// add makes a pack visible.
func (o *objects) add(p pack) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.packs = append(o.packs, p)
}

// weight is the number of packs and their bytes.
func (o *objects) weight() (packs int, bytes int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, p := range o.packs {
		bytes += p.bytes
	}
	return len(o.packs), bytes
}

func (o *objects) has(h plumbing.Hash) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, ok := o.find(h)
	return ok
}

// commitTree returns the root tree of a commit, or found = false.
func (o *objects) commitTree(h plumbing.Hash) (root plumbing.Hash, found bool, err error) {
	if !o.has(h) {
		return root, false, nil
	}
	obj, err := o.get(h, plumbing.CommitObject)
	if err != nil {
		return root, true, err
	}
	commit, err := object.DecodeCommit(nil, obj)
	if err != nil {
		return root, true, o.broken(err)
	}
	return commit.TreeHash, true, nil
}

// tree returns the entries of a tree object, sorted by plain name (Git sorts
// folders as if they ended in "/").
func (o *objects) tree(h plumbing.Hash) ([]object.TreeEntry, error) {
	obj, err := o.get(h, plumbing.TreeObject)
	if err != nil {
		return nil, err
	}
	tree, err := object.DecodeTree(nil, obj)
	if err != nil {
		return nil, fmt.Errorf("tree %s: %w: %w", h, ErrRefused, err)
	}
	slices.SortFunc(tree.Entries, func(a, b object.TreeEntry) int { return strings.Compare(a.Name, b.Name) })
	for i := 1; i < len(tree.Entries); i++ {
		if tree.Entries[i-1].Name == tree.Entries[i].Name {
			return nil, fmt.Errorf("tree %s holds %q twice: %w", h, tree.Entries[i].Name, ErrRefused)
		}
	}
	return tree.Entries, nil
}

// blob returns the content of a blob of at most limit bytes.
func (o *objects) blob(h plumbing.Hash, limit int64) ([]byte, error) {
	size, err := o.size(h)
	if err != nil {
		return nil, err
	}
	if size > limit {
		return nil, fmt.Errorf("file of %d bytes, the limit is %d: %w", size, limit, ErrTooLarge)
	}
	obj, err := o.get(h, plumbing.BlobObject)
	if err != nil {
		return nil, err
	}
	r, err := obj.Reader()
	if err != nil {
		return nil, o.broken(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, o.broken(err)
	}
	return data, nil
}

// size is the number of bytes of an object.
func (o *objects) size(h plumbing.Hash) (n int64, err error) {
	err = o.read(h, func(p *packfile.Packfile, offset int64) error {
		n, err = p.GetSizeByOffset(offset)
		return err
	})
	return n, err
}

// get returns one object, whole, of the wanted type.
func (o *objects) get(h plumbing.Hash, want plumbing.ObjectType) (obj plumbing.EncodedObject, err error) {
	err = o.read(h, func(p *packfile.Packfile, _ int64) error {
		if obj, err = p.Get(h); err != nil {
			return err
		}
		if obj.Type() != want {
			return fmt.Errorf("object %s is a %s, not a %s", h, obj.Type(), want)
		}
		if obj.Hash() != h {
			return fmt.Errorf("object %s has the content of another", h)
		}
		return nil
	})
	return obj, err
}

// read calls fn with the pack that holds h. Panics and errors of the pack
// reader mark the store as damaged.
func (o *objects) read(h plumbing.Hash, fn func(p *packfile.Packfile, offset int64) error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	p, ok := o.find(h)
	if !ok {
		return o.broken(fmt.Errorf("object %s is missing", h))
	}
	err := func() (err error) {
		defer recovered(&err)
		dir, name := filepath.Split(p.path)
		file, err := osfs.New(dir, osfs.WithBoundOS()).Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		offset, err := p.index.FindOffset(h)
		if err != nil {
			return err
		}
		return fn(packfile.NewPackfileWithCache(p.index, nil, file, o.cache, 0), offset)
	}()
	if err != nil {
		return o.broken(err)
	}
	return nil
}

// find returns the pack that holds h, newest first. The lock is held.
func (o *objects) find(h plumbing.Hash) (pack, bool) {
	for _, p := range slices.Backward(o.packs) {
		if ok, err := p.index.Contains(h); err == nil && ok {
			return p, true
		}
	}
	return pack{}, false
}

// broken remembers that the store cannot be trusted any more.
func (o *objects) broken(err error) error {
	o.damaged.Store(true)
	return fmt.Errorf("%w: %w", errDamaged, err)
}

// recovered turns a panic of the Git library into an error.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("reading a Git object: %v", p)
	}
}

// commits lists the commits whose hex form begins with prefix.
func (o *objects) commits(prefix string) ([]plumbing.Hash, error) {
	o.mu.Lock()
	var candidates []plumbing.Hash
	for _, p := range o.packs {
		entries, err := p.index.Entries()
		if err != nil {
			o.mu.Unlock()
			return nil, o.broken(err)
		}
		for e, err := entries.Next(); err == nil; e, err = entries.Next() {
			if strings.HasPrefix(e.Hash.String(), prefix) && !slices.Contains(candidates, e.Hash) {
				candidates = append(candidates, e.Hash)
			}
		}
	}
	o.mu.Unlock()
	var out []plumbing.Hash
	for _, h := range candidates {
		err := o.read(h, func(p *packfile.Packfile, _ int64) error {
			obj, err := p.Get(h)
			if err == nil && obj.Type() == plumbing.CommitObject {
				out = append(out, h)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
