package pin

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"

	"github.com/fairlead/fairlead/internal/source"
)

// remote answers with what it was told, and counts.
type remote struct {
	mu      sync.Mutex
	commits map[Ref]string
	err     error
	asked   map[Ref]int
	// digests of charts and files.
	digests map[Ref]string
}

func (r *remote) Resolve(_ context.Context, ref Ref) (source.Pin, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.asked == nil {
		r.asked = map[Ref]int{}
	}
	r.asked[ref]++
	return source.Pin{Spec: ref, Revision: r.commits[ref], Digest: r.digests[ref]}, r.err
}

func (r *remote) set(ref Ref, commit string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.commits[ref], r.err = commit, err
}

func (r *remote) count(ref Ref) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asked[ref]
}

var (
	main = GitRef("https://git.example.com/a.git", "main")
	next = GitRef("https://git.example.com/a.git", "next")
)

// running starts a Resolver in a bubble of fake time and collects its changes.
func running(t *testing.T, git Sources) (*Resolver, *[]Change) {
	t.Helper()
	r := NewResolver(git, ResolverOptions{Interval: time.Minute, Jitter: 0.1, Logger: logr.Discard()})
	var changes []Change
	var mu sync.Mutex
	r.Listen(func(c Change) {
		mu.Lock()
		defer mu.Unlock()
		changes = append(changes, c)
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { _ = r.Start(ctx); close(done) }()
	t.Cleanup(func() {
		cancel()
		<-done
		time.Sleep(5 * time.Second) // a question under way ends
	})
	return r, &changes
}

func TestOneQuestionPerRevisionWhoeverWantsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		git := &remote{commits: map[Ref]string{main: "c1", next: "n1"}}
		r, changes := running(t, git)
		r.Want("set a", []Ref{main})
		r.Want("set b", []Ref{main, next})
		time.Sleep(10*time.Minute + time.Second)
		synctest.Wait()
		// 1 at once, then one every 60 to 66 seconds.
		if n := git.count(main); n < 10 || n > 11 {
			t.Errorf("main was asked about %d times in ten minutes", n)
		}
		if len(*changes) != 2 {
			t.Errorf("changes %+v, want one per revision", *changes)
		}
		if commit, err := r.Known(main.RepoURL, main.Revision); commit != "c1" || err != nil {
			t.Errorf("main is %q, %v", commit, err)
		}
	})
}

func TestAnUnwantedRevisionIsAskedAboutNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		git := &remote{commits: map[Ref]string{main: "c1"}}
		r, _ := running(t, git)
		r.Want("set", []Ref{main})
		time.Sleep(time.Second)
		r.Want("set", nil)
		before := git.count(main)
		time.Sleep(time.Hour)
		synctest.Wait()
		if git.count(main) != before {
			t.Error("asked on")
		}
		if _, known := r.Get(main); known {
			t.Error("still remembered")
		}
	})
}

func TestAServerThatIsAwayLeavesTheLastAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		git := &remote{commits: map[Ref]string{main: "c1"}}
		r, changes := running(t, git)
		r.Want("set", []Ref{main})
		time.Sleep(time.Second)
		git.set(main, "", errors.New("away"))
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if commit, err := r.Known(main.RepoURL, main.Revision); commit != "c1" || err == nil {
			t.Errorf("main is %q, %v; want c1 and the error", commit, err)
		}
		git.set(main, "c2", nil)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		got := *changes
		if len(got) != 3 || !got[0].Moved() || got[1].Moved() || !got[1].NewError() || !got[2].Moved() || !got[2].NewError() {
			t.Errorf("changes %+v; want found, away, back with another", got)
		}
		if got[2].Owners[0] != "set" {
			t.Errorf("owners %v", got[2].Owners)
		}
	})
}

func TestRefreshAsksNowAndConcurrentCallsShareTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		git := &slow{remote: remote{commits: map[Ref]string{main: "c1"}}}
		r, _ := running(t, git)
		r.Want("set", []Ref{main})
		time.Sleep(5 * time.Second)
		git.set(main, "c2", nil)
		before := git.count(main)
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if res := r.Refresh(t.Context(), main); res.Pin.Revision != "c2" {
					t.Errorf("refreshed to %q", res.Pin.Revision)
				}
			})
		}
		wg.Wait()
		if n := git.count(main) - before; n > 2 { // one under way and one for those who came after it began
			t.Errorf("ten refreshes made %d questions", n)
		}
	})
}

// slow takes a second to answer with what was there when it was asked.
type slow struct{ remote }

func (s *slow) Resolve(ctx context.Context, ref Ref) (source.Pin, error) {
	pin, err := s.remote.Resolve(ctx, ref)
	time.Sleep(time.Second)
	return pin, err
}

// Who asks after a push must not get the answer to a question from before it;
// all who wait for the next one share it.
func TestAnAnswerIsFromAfterTheQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		git := &slow{remote{commits: map[Ref]string{main: "before"}}}
		r, _ := running(t, git)
		go r.Refresh(t.Context(), main)
		time.Sleep(time.Second / 2)
		git.set(main, "after", nil)
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				if res := r.Refresh(t.Context(), main); res.Pin.Revision != "after" {
					t.Errorf("asked after the push: %q", res.Pin.Revision)
				}
			})
		}
		if commit, _ := r.Resolve(t.Context(), main.RepoURL, main.Revision); commit != "before" {
			t.Errorf("who does not need to know anew waits for %q", commit)
		}
		wg.Wait()
		if n := git.count(main); n != 2 {
			t.Errorf("%d questions, want 2", n)
		}
	})
}

func TestAServerThatIsAwayIsAskedOncePerInterval(t *testing.T) {
	for name, wanted := range map[string]bool{"wanted": true, "wanted by nobody": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				git := &slow{remote: remote{commits: map[Ref]string{}, err: errors.New("away")}}
				r, _ := running(t, git)
				if wanted {
					r.Want("set", []Ref{main})
					time.Sleep(5 * time.Second)
				}
				for range 5 {
					if _, err := r.Resolve(t.Context(), main.RepoURL, main.Revision); err == nil {
						t.Error("resolved")
					}
				}
				if n := git.count(main); n != 1 {
					t.Errorf("asked %d times, want once", n)
				}
				git.set(main, "c1", nil)
				if err := r.Ask(t.Context(), main.RepoURL, main.Revision); err != nil {
					t.Error(err)
				}
				if commit, err := r.Resolve(t.Context(), main.RepoURL, main.Revision); commit != "c1" || err != nil {
					t.Errorf("after Ask: %q, %v", commit, err)
				}
				git.set(main, "c2", nil)
				time.Sleep(2 * time.Minute)
				if commit, err := r.Resolve(t.Context(), main.RepoURL, main.Revision); commit != "c2" || err != nil {
					t.Errorf("an interval later: %q, %v", commit, err)
				}
			})
		})
	}
}

func TestAnAnswerFromBeforeARefIsWantedCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		git := &slow{remote: remote{commits: map[Ref]string{main: "c1"}}}
		r, _ := running(t, git)
		if _, err := r.Resolve(t.Context(), main.RepoURL, main.Revision); err != nil {
			t.Fatal(err)
		}
		r.Want("set", []Ref{main})
		if res, ok := r.Get(main); !ok || res.Pin.Revision != "c1" {
			t.Errorf("known as soon as wanted: %+v, %v", res, ok)
		}
	})
}

func TestAnswersAboutUnwantedRefsAreBounded(t *testing.T) {
	r := NewResolver(&remote{}, ResolverOptions{Logger: logr.Discard()})
	for i := range 3 * maxPassing {
		r.Refresh(t.Context(), GitRef(main.RepoURL, fmt.Sprint(i)))
	}
	if n := len(r.passing); n > maxPassing {
		t.Errorf("%d answers are kept", n)
	}
}
