package store

import (
	"fmt"
	"hash/fnv"
	"io"
)

// meta is what a bbolt file says of itself: the newer of two pages, each under
// a checksum. Fields are little endian on every machine that Fairlead is built
// for; offsets are from the start of the page.
type meta struct {
	pageSize  uint64
	root      uint64 // page of the root bucket
	freelist  uint64
	highWater uint64 // pages in use, from 0
	txid      uint64
}

const (
	metaMagic   = 0xED0CDAED
	metaVersion = 2
	// noFreelist stands for a free list that is not written.
	noFreelist = ^uint64(0)

	minPageSize = 1 << 10
	maxPageSize = 64 << 10
)

// newestMeta reads the meta page that bbolt will use. The second one stands one
// page behind the first, whose size only a sound first one tells.
func newestMeta(f io.ReaderAt) (newest meta, err error) {
	found := false
	for offset := uint64(0); offset <= maxPageSize; offset = max(minPageSize, offset*2) {
		m, ok := readMeta(f, int64(offset))
		if ok && (offset == 0 || offset == m.pageSize) && (!found || m.txid > newest.txid) {
			newest, found = m, true
		}
	}
	if !found {
		return meta{}, fmt.Errorf("%w: it has no meta page", errFile)
	}
	return newest, nil
}

// readMeta reads a meta page if a whole one stands there.
func readMeta(f io.ReaderAt, offset int64) (meta, bool) {
	var page [80]byte
	if _, err := f.ReadAt(page[:], offset); err != nil {
		return meta{}, false
	}
	h := fnv.New64a()
	h.Write(page[16:72])
	m := meta{
		pageSize:  uint64(le.Uint32(page[24:])),
		root:      le.Uint64(page[32:]),
		freelist:  le.Uint64(page[48:]),
		highWater: le.Uint64(page[56:]),
		txid:      le.Uint64(page[64:]),
	}
	sound := le.Uint32(page[16:]) == metaMagic && le.Uint32(page[20:]) == metaVersion &&
		le.Uint64(page[72:]) == h.Sum64() &&
		m.pageSize >= minPageSize && m.pageSize <= maxPageSize && m.pageSize&(m.pageSize-1) == 0
	return m, sound
}
