package inputs

import (
	"context"
	"fmt"
	"io/fs"
	"slices"

	"github.com/fairlead/fairlead/generators"
)

// List walks a tree once and keeps the names of its directories and files.
// Links are listed as files and not followed. More than maxEntries names are
// refused: a push that adds a hundred thousand directories is a mistake, and
// half of them would be a worse one.
func List(ctx context.Context, tree fs.FS, maxEntries int) (*generators.Tree, error) {
	out := &generators.Tree{FS: tree}
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name == "." {
			return nil
		}
		if len(out.Dirs)+len(out.Files) >= maxEntries {
			return fmt.Errorf("more than %d files and directories; the set keeps what it has", maxEntries)
		}
		if !entry.IsDir() {
			out.Files = append(out.Files, name)
			return nil
		}
		out.Dirs = append(out.Dirs, name)
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(out.Dirs)
	slices.Sort(out.Files)
	return out, nil
}
