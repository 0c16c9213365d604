package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// checkPages reads a bbolt file as a file, before bbolt maps it: that it is as
// long as it says, that its trees are trees, that keys are in order, and that no
// page is used twice or both used and free. bbolt trusts all of this, and what
// it does when it is not so ranges from a panic to a crash of the process.
//
// It returns errFile for damage. A file that does not exist, or is empty, is fine.
func checkPages(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return err
	}
	m, err := newestMeta(f)
	if err != nil {
		return err
	}
	if pages := uint64(info.Size()) / m.pageSize; pages < m.highWater {
		return fmt.Errorf("%w: it has %d pages of %d", errFile, pages, m.highWater)
	}
	c := checker{file: f, meta: m, used: map[uint64]bool{}}
	if err := errors.Join(c.tree(m.root, 0, bounds{}), c.freelist()); err != nil {
		return fmt.Errorf("%w: %w", errFile, err)
	}
	return nil
}

// What a page is for.
const (
	branchPage   = 0x01
	leafPage     = 0x02
	freelistPage = 0x10
)

const (
	headerSize  = 16 // id 8, flags 2, count 2, overflow 4
	elementSize = 16
	// bucketEntry marks a leaf element whose value is a bucket: root page 8,
	// sequence 8, and when the root page is 0 a leaf page in line.
	bucketEntry  = 0x01
	bucketHeader = 16
	// maxDepth is far beyond what a file of any size needs.
	maxDepth = 48
)

var le = binary.LittleEndian

type checker struct {
	file io.ReaderAt
	meta meta
	used map[uint64]bool
}

// page reads a page with its overflow and marks all of it used.
func (c checker) page(id uint64) ([]byte, error) {
	var header [headerSize]byte
	if id < 2 || id >= c.meta.highWater {
		return nil, fmt.Errorf("page %d is outside of the file", id)
	}
	if _, err := c.file.ReadAt(header[:], int64(id*c.meta.pageSize)); err != nil {
		return nil, fmt.Errorf("read page %d: %w", id, err)
	}
	length := 1 + uint64(le.Uint32(header[12:]))
	if le.Uint64(header[:]) != id || id+length > c.meta.highWater {
		return nil, fmt.Errorf("page %d has the header of another", id)
	}
	for i := id; i < id+length; i++ {
		if c.used[i] {
			return nil, fmt.Errorf("page %d is used twice", i)
		}
		c.used[i] = true
	}
	page := make([]byte, length*c.meta.pageSize)
	if _, err := c.file.ReadAt(page, int64(id*c.meta.pageSize)); err != nil {
		return nil, fmt.Errorf("read page %d: %w", id, err)
	}
	return page, nil
}

// bounds of the keys below a branch: from min on, and below max if not nil.
type bounds struct{ min, max []byte }

func (b bounds) hold(key []byte) bool {
	return bytes.Compare(key, b.min) >= 0 && (b.max == nil || bytes.Compare(key, b.max) < 0)
}

// tree checks the tree below a page.
func (c checker) tree(id uint64, depth int, within bounds) error {
	if depth > maxDepth {
		return errors.New("tree is too deep")
	}
	page, err := c.page(id)
	if err != nil {
		return err
	}
	switch le.Uint16(page[8:]) {
	case branchPage:
		return c.branch(page, depth, within)
	case leafPage:
		return c.leaf(page, depth, within)
	default:
		return fmt.Errorf("page %d is neither branch nor leaf", id)
	}
}

// branch elements are: position of the key from the element 4, its length 4,
// page 8.
func (c checker) branch(page []byte, depth int, within bounds) error {
	count := int(le.Uint16(page[10:]))
	keys := make([][]byte, count)
	for i := range keys {
		at := headerSize + i*elementSize
		key, err := cut(page, at, 0, 4)
		if err != nil {
			return err
		}
		keys[i] = key
	}
	if count == 0 || !sorted(keys) {
		return errors.New("branch page is out of order")
	}
	for i, key := range keys {
		child := bounds{min: key, max: within.max}
		if i == 0 {
			child.min = within.min
		}
		if i+1 < count {
			child.max = keys[i+1]
		}
		if !within.hold(key) {
			return errors.New("branch page is in the wrong place")
		}
		if err := c.tree(le.Uint64(page[headerSize+i*elementSize+8:]), depth+1, child); err != nil {
			return err
		}
	}
	return nil
}

// leaf elements are: flags 4, position of the key from the element 4, its
// length 4, length of the value behind it 4.
func (c checker) leaf(page []byte, depth int, within bounds) error {
	keys := make([][]byte, le.Uint16(page[10:]))
	for i := range keys {
		at := headerSize + i*elementSize
		key, err := cut(page, at, 4, 8)
		if err != nil {
			return err
		}
		if !within.hold(key) {
			return errors.New("leaf page is in the wrong place")
		}
		keys[i] = key
		end := at + int(le.Uint32(page[at+4:])) + len(key)
		size := int(le.Uint32(page[at+12:]))
		if size > len(page)-end {
			return errors.New("value ends outside of its page")
		}
		if le.Uint32(page[at:])&bucketEntry != 0 {
			if err := c.bucket(page[end:end+size], depth); err != nil {
				return err
			}
		}
	}
	if !sorted(keys) {
		return errors.New("leaf page is out of order")
	}
	return nil
}

// bucket checks the tree of a bucket, or its one page in line.
func (c checker) bucket(value []byte, depth int) error {
	if len(value) < bucketHeader {
		return errors.New("bucket has no header")
	}
	if root := le.Uint64(value); root != 0 {
		return c.tree(root, depth+1, bounds{})
	}
	page := value[bucketHeader:]
	if len(page) < headerSize || le.Uint16(page[8:]) != leafPage {
		return errors.New("bucket in line is not a leaf")
	}
	return c.leaf(page, depth+1, bounds{})
}

// cut returns the key of the element at an offset of a page, whose position and
// length stand at pos and size within the element.
func cut(page []byte, at, pos, size int) ([]byte, error) {
	if at+elementSize > len(page) {
		return nil, errors.New("page has more elements than room")
	}
	start := at + int(le.Uint32(page[at+pos:]))
	length := int(le.Uint32(page[at+size:]))
	if start > len(page) || length > len(page)-start {
		return nil, errors.New("key ends outside of its page")
	}
	return page[start : start+length], nil
}

func sorted(keys [][]byte) bool {
	for i := 1; i < len(keys); i++ {
		if bytes.Compare(keys[i-1], keys[i]) >= 0 {
			return false
		}
	}
	return true
}

// freelist checks that free pages are in the file and not in use. It is called
// when the tree is known.
func (c checker) freelist() error {
	if c.meta.freelist == noFreelist {
		return nil
	}
	page, err := c.page(c.meta.freelist)
	if err != nil {
		return err
	}
	if le.Uint16(page[8:]) != freelistPage {
		return errors.New("free list is not one")
	}
	ids, count := page[headerSize:], uint64(le.Uint16(page[10:]))
	if count == 0xFFFF { // a long list begins with its length
		ids, count = ids[8:], le.Uint64(ids)
	}
	if count > uint64(len(ids)/8) {
		return errors.New("free list ends outside of its page")
	}
	for i := range count {
		id := le.Uint64(ids[i*8:])
		if id < 2 || id >= c.meta.highWater || c.used[id] {
			return fmt.Errorf("page %d is both free and used, or outside of the file", id)
		}
		c.used[id] = true
	}
	return nil
}
