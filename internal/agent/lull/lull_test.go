package lull

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/utils/clock"
)

func TestReleasesOnceAfterEachSpell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var released atomic.Int32
		l := New(clock.RealClock{}, func() { released.Add(1) })
		go l.Run(t.Context())
		is := func(want int32, when string) {
			t.Helper()
			synctest.Wait()
			if got := released.Load(); got != want {
				t.Errorf("%s: released %d times, want %d", when, got, want)
			}
		}
		time.Sleep(time.Hour)
		is(0, "nothing ever happened")
		for range 5 { // each before the calm is over
			l.Stir()
			time.Sleep(After - time.Second)
		}
		is(0, "it happens all the time")
		time.Sleep(time.Second)
		is(1, "the calm is over")
		time.Sleep(time.Hour)
		is(1, "nothing happened since")
		l.Stir()
		l.Stir()
		time.Sleep(After)
		is(2, "another spell")
		time.Sleep(time.Hour)
		is(2, "nothing happened since the second")
	})
}
