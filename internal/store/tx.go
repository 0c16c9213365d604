package store

import (
	"errors"
	"fmt"

	"go.etcd.io/bbolt"
)

// Tx is one transaction: all of its writes happen, or none. It sees its own
// writes. It is valid until the function that it was given to returns.
type Tx interface {
	Put(bucket, key string, v []byte) error
	Get(bucket, key string) ([]byte, bool, error)
	Delete(bucket, key string) error
	ForEach(bucket string, f func(key string, v []byte) error) error
}

// Put writes a value and returns when it is on disk.
func (s *Store) Put(bucket, key string, v []byte) error {
	return s.Batch(func(tx Tx) error { return tx.Put(bucket, key, v) })
}

// Get returns a copy of a value; false if there is none, or a damaged one.
func (s *Store) Get(bucket, key string) (v []byte, found bool, err error) {
	err = s.run(s.db.View, func(tx Tx) error {
		v, found, err = tx.Get(bucket, key)
		return err
	})
	return v, found, err
}

// Delete removes a value. One that is not there is no error.
func (s *Store) Delete(bucket, key string) error {
	return s.Batch(func(tx Tx) error { return tx.Delete(bucket, key) })
}

// ForEach calls f with a copy of each sound value, in the order of the keys, as
// of one moment. It stops at f's first error and returns it.
func (s *Store) ForEach(bucket string, f func(key string, v []byte) error) error {
	return s.run(s.db.View, func(tx Tx) error { return tx.ForEach(bucket, f) })
}

// Batch runs f in one write transaction, and returns when its writes are on
// disk. With an error from f nothing is written.
func (s *Store) Batch(f func(tx Tx) error) error {
	return s.run(s.db.Update, f)
}

// run is a transaction in which bbolt's panics are errors, and f's stay panics.
func (s *Store) run(begin func(func(*bbolt.Tx) error) error, f func(Tx) error) error {
	var thrown any
	err := guarded(func() error {
		return begin(func(tx *bbolt.Tx) (err error) {
			t := &transaction{store: s, tx: tx}
			defer func() {
				if thrown = recover(); thrown != nil {
					err = errors.New("panic in a transaction")
				}
			}()
			return errors.Join(f(t), t.broken)
		})
	})
	switch {
	case thrown != nil:
		panic(thrown)
	case errors.Is(err, errFile):
		return fmt.Errorf("store %s: %w; restart to move it aside", s.path, err)
	default:
		return err
	}
}

type transaction struct {
	store *Store
	tx    *bbolt.Tx
	// broken is the first damage; nothing is written after it.
	broken error
}

// do runs one step of bbolt.
func (t *transaction) do(bucket string, step func(b *bbolt.Bucket) error) error {
	if t.broken != nil {
		return t.broken
	}
	err := guarded(func() error {
		b := t.tx.Bucket([]byte(bucket))
		if b == nil {
			return fmt.Errorf("store %s has no bucket %q", t.store.path, bucket)
		}
		return step(b)
	})
	if errors.Is(err, errFile) {
		t.broken = err
	}
	return err
}

func (t *transaction) Put(bucket, key string, v []byte) error {
	wrapped, err := t.store.sealer.wrap(bucket, key, v)
	if err != nil {
		return err
	}
	err = t.do(bucket, func(b *bbolt.Bucket) error { return b.Put([]byte(key), wrapped) })
	if err != nil {
		return fmt.Errorf("put %s/%s: %w", bucket, key, err)
	}
	return nil
}

func (t *transaction) Get(bucket, key string) (v []byte, found bool, err error) {
	err = t.do(bucket, func(b *bbolt.Bucket) error {
		if stored := b.Get([]byte(key)); stored != nil {
			v, found = t.read(bucket, key, stored)
		}
		return nil
	})
	return v, found, err
}

func (t *transaction) Delete(bucket, key string) error {
	err := t.do(bucket, func(b *bbolt.Bucket) error { return b.Delete([]byte(key)) })
	if err != nil {
		return fmt.Errorf("delete %s/%s: %w", bucket, key, err)
	}
	return nil
}

// ForEach gathers the keys first, so that f may write.
func (t *transaction) ForEach(bucket string, f func(key string, v []byte) error) error {
	var keys []string
	err := t.do(bucket, func(b *bbolt.Bucket) error {
		return b.ForEach(func(k, _ []byte) error {
			keys = append(keys, string(k))
			return nil
		})
	})
	if err != nil {
		return err
	}
	for _, key := range keys {
		v, found, err := t.Get(bucket, key)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		if err := f(key, v); err != nil {
			return err
		}
	}
	return nil
}

// read unwraps a value; a damaged one is reported and reads as absent.
func (t *transaction) read(bucket, key string, stored []byte) ([]byte, bool) {
	v, err := t.store.sealer.unwrap(bucket, key, stored)
	if err != nil {
		t.store.noteDamage(bucket, key)
		return nil, false
	}
	return v, true
}
