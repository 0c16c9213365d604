package archive

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"

	"github.com/fairlead/fairlead/internal/source"
)

// Options say what an archive may hold.
type Options struct {
	Limits source.Limits
	// OneFolder makes the archive's single top folder the root, as the format
	// of charts has it.
	OneFolder bool
	// Links lets symbolic links through that stay inside.
	Links bool
}

// maxOverhead is what headers and padding may add to the files, as bytes per
// file that the limits allow.
const maxOverhead = 4 << 10

// Unpack reads a whole archive; revision is reported as the tree's Commit.
// Errors wrap source.ErrRefused, source.ErrEscapes or source.ErrTooLarge.
func Unpack(data []byte, revision string, o Options) (*source.Tree, error) {
	o.Limits = o.Limits.OrDefaults()
	plain, err := plain(data)
	if err != nil {
		return nil, err
	}
	most := o.Limits.UnpackedBytes + int64(o.Limits.Files)*maxOverhead
	u := &unpacker{options: o, left: o.Limits.UnpackedBytes, entries: map[string]source.Entry{}}
	stream := &capped{r: plain, left: most}
	if err := u.read(tar.NewReader(stream)); err != nil {
		if stream.left < 0 {
			err = fmt.Errorf("unpacks to more than %d bytes: %w", o.Limits.UnpackedBytes, source.ErrTooLarge)
		}
		return nil, fmt.Errorf("archive: %w", err)
	}
	tree, err := source.Memory(revision, u.entries)
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	return tree, nil
}

// plain undoes the compression, which shows in the first bytes.
func plain(data []byte) (io.Reader, error) {
	if !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return bytes.NewReader(data), nil
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("archive: %w: %w", source.ErrRefused, err)
	}
	return r, nil
}

// capped ends a stream with an error once left bytes were read.
type capped struct {
	r    io.Reader
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return 0, source.ErrTooLarge
	}
	return n, err
}

type unpacker struct {
	options Options
	left    int64 // bytes that files may still have
	count   int
	top     string // the single folder
	entries map[string]source.Entry
}

func (u *unpacker) read(r *tar.Reader) error {
	for {
		head, err := r.Next()
		switch {
		case errors.Is(err, io.EOF) && len(u.entries) == 0:
			return fmt.Errorf("holds no file: %w", source.ErrRefused)
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("cannot be read: %w: %w", source.ErrRefused, err)
		}
		if u.count++; u.count > u.options.Limits.Files {
			return fmt.Errorf("more than %d files: %w", u.options.Limits.Files, source.ErrTooLarge)
		}
		if err := u.entry(r, head); err != nil {
			return err
		}
	}
}

// entry takes one entry in.
func (u *unpacker) entry(r io.Reader, head *tar.Header) error {
	if head.Typeflag == tar.TypeXGlobalHeader {
		return nil
	}
	name, err := u.name(head)
	if err != nil || name == "." {
		return err
	}
	switch head.Typeflag {
	case tar.TypeDir:
		return nil
	case tar.TypeReg, tar.TypeGNUSparse:
		return u.file(r, head, name)
	case tar.TypeSymlink:
		return u.link(head, name)
	case tar.TypeLink:
		return fmt.Errorf("%s is a hard link: %w", name, source.ErrRefused)
	}
	return fmt.Errorf("%s is neither file nor folder: %w", name, source.ErrRefused)
}

func (u *unpacker) file(r io.Reader, head *tar.Header, name string) error {
	most := min(u.left, u.options.Limits.FileBytes)
	if head.Size > most {
		return fmt.Errorf("%s: %d bytes, and %d are left of what it may unpack to: %w", name, head.Size, most, source.ErrTooLarge)
	}
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	switch {
	case err != nil:
		return fmt.Errorf("%s cannot be read: %w: %w", name, source.ErrRefused, err)
	case int64(len(data)) > most:
		return fmt.Errorf("%s: more than %d bytes: %w", name, most, source.ErrTooLarge)
	}
	u.left -= int64(len(data))
	u.entries[name] = source.Entry{Data: data, Executable: head.FileInfo().Mode()&0o111 != 0}
	return nil
}

func (u *unpacker) link(head *tar.Header, name string) error {
	switch {
	case !u.options.Links:
		return fmt.Errorf("%s is a symbolic link: %w", name, source.ErrRefused)
	case head.Linkname == "":
		return fmt.Errorf("%s is a symbolic link to nothing: %w", name, source.ErrRefused)
	}
	u.entries[name] = source.Entry{Link: head.Linkname}
	return nil
}

// drive begins a path on another system: "c:/x".
var drive = regexp.MustCompile(`^[A-Za-z]:`)

// name of an entry below the root; "." for the root itself and what has no
// place in the tree.
func (u *unpacker) name(head *tar.Header) (string, error) {
	raw := head.Name
	if strings.HasPrefix(raw, "/") || strings.ContainsAny(raw, "\\\x00") || drive.MatchString(raw) {
		return "", fmt.Errorf("entry %q: %w", raw, source.ErrEscapes)
	}
	for part := range strings.SplitSeq(raw, "/") {
		if part == ".." {
			return "", fmt.Errorf("entry %q: %w", raw, source.ErrEscapes)
		}
	}
	name := path.Clean(raw)
	if !u.options.OneFolder || name == "." {
		return name, nil
	}
	top, rest, below := strings.Cut(name, "/")
	switch {
	case !below && head.Typeflag != tar.TypeDir:
		return "", fmt.Errorf("entry %q lies beside the chart's folder: %w", raw, source.ErrRefused)
	case u.top != "" && u.top != top:
		return "", fmt.Errorf("holds two folders, %q and %q, and a chart has one: %w", u.top, top, source.ErrRefused)
	}
	u.top = top
	if !below {
		return ".", nil
	}
	return rest, nil
}
