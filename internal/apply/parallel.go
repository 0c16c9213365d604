package apply

import (
	"context"
	"sync"
)

// each runs do for 0..n-1, at most limit at a time, and waits for all. After
// ctx has ended no more are started.
func each(ctx context.Context, limit, n int, do func(i int)) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, limit)
	for i := range n {
		select {
		case <-ctx.Done():
			wg.Wait()
			return
		case slots <- struct{}{}:
		}
		wg.Go(func() {
			defer func() { <-slots }()
			do(i)
		})
	}
	wg.Wait()
}
