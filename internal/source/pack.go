package source

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/idxfile"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
)

const (
	packSuffix  = ".pack"
	indexSuffix = ".idx"
	// maxObjectBytes is the most one object may weigh unpacked: indexing
	// holds one object in memory.
	maxObjectBytes = 64 << 20
	// maxUnpackedRatio bounds what a pack may weigh unpacked, as a multiple
	// of Limits.FetchBytes.
	maxUnpackedRatio = 5
)

// writePack stores the pack read from r in dir under name and indexes it. The
// index is written last and by rename, so a pack without one is a leftover
// of a crash and is ignored. An empty pack is not kept: pack{} is returned.
func writePack(dir, name string, r io.Reader, limits Limits) (pack, error) {
	path := filepath.Join(dir, name+packSuffix)
	p, err := savePack(path, r, limits)
	if err != nil {
		return pack{}, errors.Join(err, os.Remove(path))
	}
	return p, nil
}

func savePack(path string, r io.Reader, limits Limits) (pack, error) {
	file, err := os.Create(path)
	if err != nil {
		return pack{}, err
	}
	defer file.Close()
	if _, err := io.Copy(file, r); err != nil {
		return pack{}, err
	}
	count, err := weigh(file, limits)
	if err != nil {
		return pack{}, err
	}
	if count == 0 { // nothing was missing
		return pack{}, os.Remove(path)
	}
	index, err := indexPack(file)
	if err != nil {
		return pack{}, err
	}
	var encoded bytes.Buffer
	if _, err := idxfile.NewEncoder(&encoded).Encode(index); err != nil {
		return pack{}, err
	}
	base := path[:len(path)-len(packSuffix)]
	if err := os.WriteFile(base+".tmp", encoded.Bytes(), 0o600); err != nil {
		return pack{}, err
	}
	if err := os.Rename(base+".tmp", base+indexSuffix); err != nil {
		return pack{}, err
	}
	info, err := file.Stat()
	if err != nil {
		return pack{}, err
	}
	return pack{path: path, index: index, bytes: info.Size()}, nil
}

// indexPack computes the index, which hashes every object.
func indexPack(file *os.File) (index *idxfile.MemoryIndex, err error) {
	defer recovered(&err)
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	writer := new(idxfile.Writer)
	parser, err := packfile.NewParser(packfile.NewScanner(file), writer)
	if err != nil {
		return nil, err
	}
	if _, err := parser.Parse(); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	return writer.Index()
}

// weigh walks a pack before anything of it is held in memory, and refuses
// objects that unpack to more than the limits: a pack of a few kilobytes can
// declare gigabytes. It returns the number of objects.
func weigh(file *os.File, limits Limits) (count uint32, err error) {
	defer recovered(&err)
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	scanner := packfile.NewScanner(file)
	_, count, err = scanner.Header()
	if err != nil {
		return 0, fmt.Errorf("pack: %w", err)
	}
	left := limits.FetchBytes * maxUnpackedRatio
	for range count {
		header, err := scanner.NextObjectHeader()
		if err != nil {
			return 0, fmt.Errorf("pack: %w", err)
		}
		size := header.Length
		head := &headWriter{}
		if size >= 0 && size <= maxObjectBytes {
			if _, _, err := scanner.NextObject(head); err != nil {
				return 0, fmt.Errorf("pack: %w", err)
			}
			if header.Type == plumbing.OFSDeltaObject || header.Type == plumbing.REFDeltaObject {
				size = max(size, head.deltaTarget())
			}
		}
		if size < 0 || size > maxObjectBytes {
			return 0, fmt.Errorf("an object weighs more than %d bytes: %w", maxObjectBytes, ErrTooLarge)
		}
		if left -= size; left < 0 {
			return 0, fmt.Errorf("the repository unpacks to more than %d bytes: %w", limits.FetchBytes*maxUnpackedRatio, ErrTooLarge)
		}
	}
	return count, nil
}

// headWriter keeps the first bytes written to it and drops the rest.
type headWriter struct {
	head [2 * binary.MaxVarintLen64]byte
	n    int
}

func (w *headWriter) Write(p []byte) (int, error) {
	w.n += copy(w.head[w.n:], p)
	return len(p), nil
}

// deltaTarget is the size a delta unpacks to: the second of the two varints
// it starts with. -1 if there are none.
func (w *headWriter) deltaTarget() int64 {
	_, n := binary.Uvarint(w.head[:w.n])
	if n <= 0 {
		return -1
	}
	target, m := binary.Uvarint(w.head[n:w.n])
	if m <= 0 || target > 1<<62 {
		return 1 << 62
	}
	return int64(target)
}
