package store

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"go.etcd.io/bbolt"
)

// defaultLockTimeout stands in for a zero Options.LockTimeout.
const defaultLockTimeout = 5 * time.Second

// Options of a Store.
type Options struct {
	// Sealer protects values; nil writes a checksum only.
	Sealer *Sealer
	// Buckets that exist after Open. Only these can be used.
	Buckets []string
	// Logger is told of every damage.
	Logger logr.Logger
	// Clock names a quarantined file; time.Now if nil.
	Clock func() time.Time
	// LockTimeout is how long Open waits for another process; 5 s if zero.
	LockTimeout time.Duration
}

// Store is an open file. Safe for concurrent use: readers do not wait for the
// one writer. Every write is on disk when it returns.
type Store struct {
	path        string
	db          *bbolt.DB
	lock        *os.File
	sealer      *Sealer
	log         logr.Logger
	quarantined string

	mu      sync.Mutex
	damaged map[string]bool
}

// Open opens or creates the file at path, whose directory must exist. A file
// that is damaged is renamed to PATH.damaged-TIME and an empty one is begun;
// Quarantined says so. It fails when another process uses the file.
func Open(path string, o Options) (*Store, error) {
	if o.LockTimeout == 0 {
		o.LockTimeout = defaultLockTimeout
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	held, err := lock(path, o.LockTimeout)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s := &Store{path: path, lock: held, sealer: o.Sealer, log: o.Logger, damaged: map[string]bool{}}
	if err := s.open(o); err != nil {
		_ = held.Close() // nothing was written to it
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	return s, nil
}

func (s *Store) open(o Options) (err error) {
	s.db, err = openFile(s.path)
	if errors.Is(err, errFile) {
		if s.quarantined, err = quarantine(s.path, o.Clock(), err); err != nil {
			return err
		}
		s.log.Info("store was damaged: moved it aside and began an empty one", "path", s.path, "moved to", s.quarantined)
		s.db, err = openFile(s.path)
	}
	if err != nil {
		return err
	}
	err = s.db.Update(func(tx *bbolt.Tx) error {
		for _, name := range o.Buckets {
			if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
				return fmt.Errorf("create bucket %s: %w", name, err)
			}
		}
		return nil
	})
	if err != nil {
		return errors.Join(err, s.db.Close())
	}
	return nil
}

// quarantine moves a damaged file aside, never over another one.
func quarantine(path string, now time.Time, cause error) (string, error) {
	base := path + ".damaged-" + now.UTC().Format("20060102T150405Z")
	name := base
	for n := 2; ; n++ {
		if _, err := os.Lstat(name); errors.Is(err, os.ErrNotExist) {
			break
		}
		name = fmt.Sprintf("%s-%d", base, n)
	}
	if err := os.Rename(path, name); err != nil {
		return "", errors.Join(cause, fmt.Errorf("move it aside: %w", err))
	}
	return name, nil
}

// Quarantined is where Open moved a damaged file; empty if it was sound.
func (s *Store) Quarantined() string { return s.quarantined }

// Damaged counts the values that were found damaged since Open.
func (s *Store) Damaged() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.damaged)
}

// Path of the file.
func (s *Store) Path() string { return s.path }

// Close waits for transactions and gives the file up. Safe to call twice.
func (s *Store) Close() error {
	if err := errors.Join(guarded(s.db.Close), s.lock.Close()); err != nil && !errors.Is(err, os.ErrClosed) {
		return fmt.Errorf("close store %s: %w", s.path, err)
	}
	return nil
}

// noteDamage reports a value once.
func (s *Store) noteDamage(bucket, key string) {
	s.mu.Lock()
	seen := s.damaged[bucket+"\x00"+key]
	s.damaged[bucket+"\x00"+key] = true
	s.mu.Unlock()
	if !seen {
		s.log.Info("a stored value is damaged and is left out", "path", s.path, "bucket", bucket, "key", key)
	}
}
