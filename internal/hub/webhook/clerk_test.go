package webhook

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestAPushIsActedOnAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := newShelf()
		h := office(t, box)
		begin := time.Now()
		if err := box.Post(t.Context(), moved(repoX, "", "")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		if times := h.times(repoX); len(times) != 1 || times[0].Sub(begin) > 100*time.Millisecond || len(h.times(repoY)) != 0 || len(h.woken) != 1 || box.left() != 0 {
			t.Errorf("asked %v and %v, woken %v, %d notes left", times, h.times(repoY), h.woken, box.left())
		}
	})
}

func TestAFloodIsOneRefreshPerRepositoryInTenSecondsAndTheLastPushCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := newShelf()
		h := office(t, box)
		d := newDesk(t, allSecrets, func(o *Options) { o.Notes = box })
		const pushes = 3000
		for i := range pushes { // one each 10 ms: half a minute
			commit := fmt.Sprintf("%040d", i+1)
			h.head(repoX, commit)
			go func() {
				if w := d.send(github(push("x", "refs/heads/main", commit), commit)); w.Code != http.StatusAccepted {
					t.Errorf("%d %s", w.Code, w.Body)
				}
			}()
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(time.Minute)
		times := h.times(repoX)
		for i := 1; i < len(times); i++ {
			if gap := times[i].Sub(times[i-1]); gap < pause {
				t.Errorf("asked %v after the question before", gap)
			}
		}
		if len(times) < 3 || len(times) > 5 {
			t.Errorf("asked %d times for %d pushes in 30 s", len(times), pushes)
		}
		if got, _ := h.Known(repoX, "main"); got != fmt.Sprintf("%040d", pushes) {
			t.Errorf("known is %s, not the last push", got)
		}
		if box.left() != 0 {
			t.Errorf("%d notes left", box.left())
		}
	})
}

func TestPushesThatComeTogetherAreWrittenTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := newShelf()
		var wg sync.WaitGroup
		for i := range 1000 {
			wg.Go(func() {
				e := moved(repoX, "", fmt.Sprint(i))
				e.Moves[0].Ref = fmt.Sprint("refs/heads/", i%50)
				if err := box.Post(t.Context(), e); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		note, _, _ := box.Read(t.Context(), noteName(moved(repoX, "", "")))
		if box.writes > 3 || len(note.Event.Moves) != 50 || len(box.lines) != 0 {
			t.Errorf("%d writes, %d moves of 50, %d lines left", box.writes, len(note.Event.Moves), len(box.lines))
		}
	})
}

func TestAPushDuringARefreshIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := newShelf()
		h := office(t, box)
		h.takes = 4 * time.Second
		h.head(repoX, "1")
		_ = box.Post(t.Context(), moved(repoX, "0", "1"))
		time.Sleep(time.Second) // the server has answered "1" and is slow to say so
		h.head(repoX, "2")
		_ = box.Post(t.Context(), moved(repoX, "1", "2"))
		time.Sleep(time.Minute)
		if got, _ := h.Known(repoX, "main"); got != "2" || len(h.times(repoX)) != 2 || box.left() != 0 {
			t.Errorf("known %s after %d questions, %d notes left", got, len(h.times(repoX)), box.left())
		}
	})
}

func TestAServerThatDoesNotKnowOfThePushIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := newShelf()
		h := office(t, box)
		h.head(repoX, "old")
		_ = box.Post(t.Context(), moved(repoX, "old", "new"))
		time.Sleep(5 * time.Second)
		h.head(repoX, "new") // its replica catches up
		time.Sleep(time.Minute)
		if got, _ := h.Known(repoX, "main"); got != "new" || len(h.times(repoX)) != 2 || box.left() != 0 {
			t.Errorf("known %s after %d questions, %d notes left", got, len(h.times(repoX)), box.left())
		}
	})
}

func TestAServerThatIsAwayIsAskedAFewTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := newShelf()
		h := office(t, box)
		h.err = errors.New("away")
		_ = box.Post(t.Context(), moved(repoX, "", ""))
		time.Sleep(10 * time.Minute)
		if n := len(h.times(repoX)); n != tries || box.left() != 0 {
			t.Errorf("asked %d times, want %d; %d notes left", n, tries, box.left())
		}
	})
}

func TestTheNextLeaderActsOnWhatStands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := newShelf() // a replica wrote it, then there was no leader
		_ = box.Post(t.Context(), moved(repoY, "", ""))
		time.Sleep(time.Hour)
		h := office(t, box)
		time.Sleep(5 * time.Second)
		if len(h.times(repoY)) != 1 || box.left() != 0 {
			t.Errorf("asked %d times, %d notes left", len(h.times(repoY)), box.left())
		}
	})
}
