package source

import "time"

// Limits bound what one repository may cost. A zero field takes the value of
// [DefaultLimits].
type Limits struct {
	// FetchBytes is the most that one answer of a server may weigh on the
	// wire, in bytes.
	FetchBytes int64
	// Files is the most files one commit may hold.
	Files int
	// FileBytes is the most one file may weigh when it is read, in bytes.
	FileBytes int64
	// Timeout is the most one Resolve or Fetch may take.
	Timeout time.Duration
	// Packs is how many fetches a cached repository may accumulate before it
	// is fetched anew, which is cheaper than repacking a shallow history.
	Packs int
	// ObjectCacheBytes is the memory one open repository may keep for
	// recently read objects, in bytes.
	ObjectCacheBytes int64
}

// DefaultLimits are 200 MiB and 50,000 files per repository, 20 MiB per file,
// 5 minutes per call, 100 packs, 4 MiB of cached objects.
func DefaultLimits() Limits {
	return Limits{
		FetchBytes:       200 << 20,
		Files:            50_000,
		FileBytes:        20 << 20,
		Timeout:          5 * time.Minute,
		Packs:            100,
		ObjectCacheBytes: 4 << 20,
	}
}

// withDefaults fills the zero fields.
func (l Limits) withDefaults() Limits {
	d := DefaultLimits()
	if l.FetchBytes <= 0 {
		l.FetchBytes = d.FetchBytes
	}
	if l.Files <= 0 {
		l.Files = d.Files
	}
	if l.FileBytes <= 0 {
		l.FileBytes = d.FileBytes
	}
	if l.Timeout <= 0 {
		l.Timeout = d.Timeout
	}
	if l.Packs <= 0 {
		l.Packs = d.Packs
	}
	if l.ObjectCacheBytes <= 0 {
		l.ObjectCacheBytes = d.ObjectCacheBytes
	}
	return l
}
