package process

import (
	"fmt"
	"io"
	"os"
)

// openLog opens a log for appending, moving a large earlier one aside.
// Appending matters: it lets rotateLog truncate the file under a live writer.
func openLog(path string, limit int64) (*os.File, error) {
	if err := rotateLog(path, limit); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
}

// rotateLog copies a log larger than limit bytes to path.1 and empties it.
// Lines written between the copy and the truncation are lost; for a child that
// cannot be asked to reopen its log this is the usual bargain.
func rotateLog(path string, limit int64) error {
	info, err := os.Stat(path)
	if os.IsNotExist(err) || (err == nil && info.Size() < limit) {
		return nil
	}
	if err != nil {
		return err
	}
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(path+".1", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return fmt.Errorf("copy %s: %w", path, err)
	}
	if err := out.Close(); err != nil {
		return err
	}
	return os.Truncate(path, 0)
}
