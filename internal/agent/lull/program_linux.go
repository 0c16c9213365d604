package lull

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// unmapProgram drops the program's own read-only pages from this process: code
// and constants, which the system has in its cache and maps again when they are
// touched (madvise(2), MADV_DONTNEED on a private mapping of a file that nobody
// has written to). It is a kindness: what fails is left as it is.
func unmapProgram() {
	program, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return
	}
	for _, m := range readOnly(string(maps), program) {
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, m.from, m.to-m.from, syscall.MADV_DONTNEED)
	}
}

// mapping is a range of addresses.
type mapping struct{ from, to uintptr }

// readOnly mappings of a file, in the format of proc_pid_maps(5): private, and
// not writable. A line that cannot be read is left out.
func readOnly(maps, file string) []mapping {
	var out []mapping
	for line := range strings.Lines(maps) {
		fields := strings.Fields(line)
		if len(fields) != 6 || fields[5] != file || fields[1] != "r-xp" && fields[1] != "r--p" {
			continue
		}
		low, high, _ := strings.Cut(fields[0], "-")
		from, err1 := strconv.ParseUint(low, 16, strconv.IntSize)
		to, err2 := strconv.ParseUint(high, 16, strconv.IntSize)
		if err1 == nil && err2 == nil && from < to {
			out = append(out, mapping{uintptr(from), uintptr(to)})
		}
	}
	return out
}
