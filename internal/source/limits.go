package source

import "time"

// Limits bound what one source may cost. A zero field takes the value of
// [DefaultLimits].
type Limits struct {
	// FetchBytes is the most that one answer of a server may weigh on the
	// wire, in bytes.
	FetchBytes int64
	// Files is the most files one commit or archive may hold.
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
	// IndexBytes is the most the index of a chart repository may weigh.
	IndexBytes int64
	// ArchiveBytes is the most the archive of a chart or the layer of an OCI
	// artifact may weigh, packed.
	ArchiveBytes int64
	// UnpackedBytes is the most an archive may weigh unpacked.
	UnpackedBytes int64
	// ValueFileBytes is the most a value file at a URL may weigh.
	ValueFileBytes int64
	// Names is the most versions or tags one chart or artifact may have.
	Names int
	// BlobBytes is what archives, indexes and value files may take on disk
	// together; the ones not used for longest go first.
	BlobBytes int64
}

// DefaultLimits are 200 MiB and 50,000 files per repository, 20 MiB per file,
// 5 minutes per call, 100 packs, 4 MiB of cached objects; 64 MiB per index,
// 20 MiB per archive, 100 MiB unpacked, 1 MiB per value file, 50,000 versions,
// 1 GiB of blobs on disk.
func DefaultLimits() Limits {
	return Limits{
		FetchBytes:       200 << 20,
		Files:            50_000,
		FileBytes:        20 << 20,
		Timeout:          5 * time.Minute,
		Packs:            100,
		ObjectCacheBytes: 4 << 20,
		IndexBytes:       64 << 20,
		ArchiveBytes:     20 << 20,
		UnpackedBytes:    100 << 20,
		ValueFileBytes:   1 << 20,
		Names:            50_000,
		BlobBytes:        1 << 30,
	}
}

// OrDefaults fills the zero fields.
func (l Limits) OrDefaults() Limits {
	d := DefaultLimits()
	fill(&l.FetchBytes, d.FetchBytes)
	fill(&l.Files, d.Files)
	fill(&l.FileBytes, d.FileBytes)
	fill(&l.Timeout, d.Timeout)
	fill(&l.Packs, d.Packs)
	fill(&l.ObjectCacheBytes, d.ObjectCacheBytes)
	fill(&l.IndexBytes, d.IndexBytes)
	fill(&l.ArchiveBytes, d.ArchiveBytes)
	fill(&l.UnpackedBytes, d.UnpackedBytes)
	fill(&l.ValueFileBytes, d.ValueFileBytes)
	fill(&l.Names, d.Names)
	fill(&l.BlobBytes, d.BlobBytes)
	return l
}

func fill[T int | int64 | time.Duration](field *T, value T) {
	if *field <= 0 {
		*field = value
	}
}
