package generators

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// InChunks calls do for consecutive parts of 0..n-1 from up to workers
// goroutines, 0 meaning one per processor, and returns when all calls have. Few
// rows stay on the caller's goroutine. A panic in do is passed on to the caller.
func InChunks(n, workers int, do func(start, end int)) {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	workers = min(workers, n/rowsPerWorker)
	if workers <= 1 {
		do(0, n)
		return
	}
	c := chunks{n: int64(n), do: do}
	for range workers - 1 {
		c.group.Go(c.work)
	}
	c.work()
	c.group.Wait()
	if c.panicked != nil {
		panic(c.panicked)
	}
}

const (
	// rowsPerWorker keeps small sets on one goroutine.
	rowsPerWorker = 64
	// chunkRows is small enough to spread rows of unequal cost.
	chunkRows = 64
)

type chunks struct {
	n, next  int64
	do       func(start, end int)
	group    sync.WaitGroup
	once     sync.Once
	panicked any
}

func (c *chunks) work() {
	defer func() {
		if r := recover(); r != nil {
			c.once.Do(func() { c.panicked = r })
		}
	}()
	for {
		start := atomic.AddInt64(&c.next, chunkRows) - chunkRows
		if start >= c.n {
			return
		}
		c.do(int(start), int(min(start+chunkRows, c.n)))
	}
}

// firstError keeps the error of the lowest row, whichever came first.
type firstError struct {
	mu  sync.Mutex
	row int
	err error
}

func (f *firstError) add(row int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil || row < f.row {
		f.row, f.err = row, err
	}
}
