package store

import (
	"bytes"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// errFile is a file that bbolt cannot be trusted with.
var errFile = errors.New("file is damaged")

// openFile opens a bbolt file and walks it whole. The caller holds the lock of
// the path. It returns errFile for a file that is damaged, and any other error
// for one that could not be read now.
func openFile(path string) (db *bbolt.DB, err error) {
	if err := checkPages(path); err != nil {
		return nil, err
	}
	// What the check of the pages did not see, bbolt may answer with a
	// panic or by reading past its mapping. Its file then stays open; the caller
	// moves it away.
	err = guarded(func() error {
		var err error
		db, err = bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second, FreelistType: bbolt.FreelistMapType})
		return err
	})
	switch {
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum), errors.Is(err, berrors.ErrVersionMismatch):
		return nil, fmt.Errorf("%w: %w", errFile, err)
	case err != nil:
		return nil, err
	}
	if err := guarded(func() error { return walk(db) }); err != nil {
		_ = guarded(db.Close) // it is damaged; what matters is said in err
		return nil, fmt.Errorf("%w: %w", errFile, err)
	}
	return db, nil
}

// guarded runs f and turns a panic, or a fault while reading mapped pages, into
// errFile.
func guarded(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errFile, p)
		}
	}()
	return f()
}

// walk finds every key where the file says that it stands.
func walk(db *bbolt.DB) error {
	return db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			return b.ForEach(func(k, v []byte) error {
				if v == nil || !bytes.Equal(b.Get(k), v) {
					return fmt.Errorf("bucket %q does not lead to its key %q", name, k)
				}
				return nil
			})
		})
	})
}
