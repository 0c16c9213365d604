package lull

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReleaseShrinksTheProcess(t *testing.T) {
	before := fileRSS(t)
	Release()
	if after := fileRSS(t); after >= before {
		t.Errorf("%d KiB of files are mapped after the release, %d before", after, before)
	}
}

// fileRSS is how many KiB of files this process has in memory.
func fileRSS(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(status), "RssFile:")
	if !found {
		t.Fatal("no RssFile in /proc/self/status")
	}
	n, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOnlyReadOnlyMappingsOfTheProgram(t *testing.T) {
	const maps = `00400000-01d50000 r-xp 00000000 fd:00 7  /usr/bin/agent
01d50000-03885000 r--p 01950000 fd:00 7                  /usr/bin/agent
03885000-03b7a000 rw-p 03485000 fd:00 7                  /usr/bin/agent
03b7a000-05bc9000 rw-p 00000000 00:00 0
05bc9000-05bca000 r--p 00000000 fd:00 8                  /usr/bin/agent-2
7f0000000000-7f0000100000 r--s 00000000 fd:00 9          /usr/bin/agent
7f0000100000-7f0000200000 r--p 00000000 fd:00 7          /usr/bin/agent (deleted)
nonsense
`
	want := []mapping{{0x400000, 0x1d50000}, {0x1d50000, 0x3885000}}
	if diff := cmp.Diff(want, readOnly(maps, "/usr/bin/agent"), cmp.AllowUnexported(mapping{})); diff != "" {
		t.Errorf("mappings (-want +got):\n%s", diff)
	}
}
