package archive_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/source/archive"
)

// pack makes a compressed archive.
func pack(t *testing.T, heads ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, head := range heads {
		if head.Typeflag == 0 {
			head.Typeflag = tar.TypeReg
		}
		head.Mode = 0o644
		if err := w.WriteHeader(&head); err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(w, zeros{}, head.Size); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func file(name string, size int64) tar.Header { return tar.Header{Name: name, Size: size} }

func TestEntriesThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		heads []tar.Header
		kind  error
	}{
		"dots":             {[]tar.Header{file("../x", 1)}, source.ErrEscapes},
		"dots inside":      {[]tar.Header{file("a/../../x", 1)}, source.ErrEscapes},
		"absolute":         {[]tar.Header{file("/etc/x", 1)}, source.ErrEscapes},
		"drive":            {[]tar.Header{file("c:/x", 1)}, source.ErrEscapes},
		"backslash":        {[]tar.Header{file(`..\x`, 1)}, source.ErrEscapes},
		"hard link":        {[]tar.Header{file("a", 1), {Name: "b", Linkname: "a", Typeflag: tar.TypeLink}}, source.ErrRefused},
		"hard link out":    {[]tar.Header{{Name: "b", Linkname: "/etc/passwd", Typeflag: tar.TypeLink}}, source.ErrRefused},
		"link out":         {[]tar.Header{{Name: "b", Linkname: "../x", Typeflag: tar.TypeSymlink}}, source.ErrEscapes},
		"absolute link":    {[]tar.Header{{Name: "b", Linkname: "/etc/passwd", Typeflag: tar.TypeSymlink}}, source.ErrEscapes},
		"link by link":     {[]tar.Header{{Name: "d/b", Linkname: "..", Typeflag: tar.TypeSymlink}, {Name: "c", Linkname: "d/b/../x", Typeflag: tar.TypeSymlink}}, source.ErrEscapes},
		"link loop":        {[]tar.Header{{Name: "a", Linkname: "b", Typeflag: tar.TypeSymlink}, {Name: "b", Linkname: "a", Typeflag: tar.TypeSymlink}}, source.ErrRefused},
		"device":           {[]tar.Header{{Name: "b", Typeflag: tar.TypeBlock}}, source.ErrRefused},
		"pipe":             {[]tar.Header{{Name: "b", Typeflag: tar.TypeFifo}}, source.ErrRefused},
		"file and folder":  {[]tar.Header{file("a", 1), file("a/b", 1)}, source.ErrRefused},
		"below a link":     {[]tar.Header{{Name: "a", Linkname: "b", Typeflag: tar.TypeSymlink}, file("a/c", 1)}, source.ErrRefused},
		"nothing":          {nil, source.ErrRefused},
		"many files":       {[]tar.Header{file("a", 0), file("b", 0), file("c", 0), file("d", 0), file("e", 0), file("f", 0)}, source.ErrTooLarge},
		"large file":       {[]tar.Header{file("a", 2001)}, source.ErrTooLarge},
		"large together":   {[]tar.Header{file("a", 1500), file("b", 1501)}, source.ErrTooLarge},
		"many as one name": {[]tar.Header{file("a", 1500), file("a", 1500), file("a", 1)}, source.ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			limits := source.Limits{Files: 5, UnpackedBytes: 3000, FileBytes: 2000}
			_, err := archive.Unpack(pack(t, c.heads...), "r", archive.Options{Limits: limits, Links: true})
			if !errors.Is(err, c.kind) {
				t.Errorf("%v, want %v", err, c.kind)
			}
		})
	}
}

// A13: zeros weigh next to nothing packed.
func TestABombEndsWhileItStreams(t *testing.T) {
	limits := source.Limits{UnpackedBytes: 1 << 20, Files: 10}
	data := pack(t, file("app/Chart.yaml", 1<<10), file("app/big", 8<<20))
	if _, err := archive.Chart(data, "r", limits); !errors.Is(err, source.ErrTooLarge) {
		t.Error(err)
	}
	// What is skipped counts too.
	heads := []tar.Header{file("app/Chart.yaml", 1<<10)}
	for range 9 {
		heads = append(heads, tar.Header{Name: "app/fifo", Typeflag: tar.TypeDir}, file("app/Chart.yaml", 400<<10))
	}
	if _, err := archive.Chart(pack(t, heads...), "r", limits); !errors.Is(err, source.ErrTooLarge) {
		t.Error(err)
	}
}

func TestLinksInsideAreFollowed(t *testing.T) {
	data := pack(t, tar.Header{Name: "./", Typeflag: tar.TypeDir}, file("dir/file", 3), tar.Header{Name: "link", Linkname: "dir/file", Typeflag: tar.TypeSymlink}, tar.Header{Name: "gone", Linkname: "none", Typeflag: tar.TypeSymlink})
	tree, err := archive.Unpack(data, "r", archive.Options{Links: true})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := fs.ReadFile(tree, "link"); err != nil || len(text) != 3 {
		t.Errorf("%q %v", text, err)
	}
	if _, err := fs.ReadFile(tree, "gone"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func TestWhatIsNoChart(t *testing.T) {
	for name, c := range map[string]struct {
		heads []tar.Header
		says  string
	}{
		"beside the folder": {[]tar.Header{file("Chart.yaml", 1)}, "beside the chart's folder"},
		"two folders":       {[]tar.Header{file("a/Chart.yaml", 1), file("b/x", 1)}, "two folders"},
		"no Chart.yaml":     {[]tar.Header{file("a/values.yaml", 1)}, "no Chart.yaml"},
		"a link":            {[]tar.Header{{Name: "a/Chart.yaml", Linkname: "b", Typeflag: tar.TypeSymlink}}, "symbolic link"},
		"zeros":             {[]tar.Header{file("a/Chart.yaml", 10)}, "Chart.yaml"},
	} {
		_, err := archive.Chart(pack(t, c.heads...), "r", source.Limits{})
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A16
func TestNamesAndVersionsOfChartsAreStrict(t *testing.T) {
	for text, ok := range map[string]bool{
		"name: app\nversion: 1.0.0\n":          true,
		"name: app.v2_x-y\nversion: v1.0\n":    true,
		"name: ..\nversion: 1.0.0\n":           false,
		"name: .\nversion: 1.0.0\n":            false,
		"name: a/b\nversion: 1.0.0\n":          false,
		"name: app\nversion: ..\n":             false,
		"name: app\nversion: 1.0.0/../..\n":    false,
		"name: app\n":                          false,
		"version: 1.0.0\n":                     false,
		"name: [app]\nversion: 1.0.0\n":        false,
		"name: app\nversion: \"1.0.0\\x00\"\n": false,
	} {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		if err := w.WriteHeader(&tar.Header{Name: "app/Chart.yaml", Size: int64(len(text)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Chart(b.Bytes(), "r", source.Limits{}); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}
