package application

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"

	"github.com/fairlead/fairlead/internal/guard"
)

const (
	// LedgerConfigMap, in the control namespace, holds what the gate remembers:
	// losses per scope, and sets that were deleted.
	LedgerConfigMap = "fairlead-deletions"
	ledgerKey       = "ledger.json"
	// ledgerTries bounds how often somebody else may have written meanwhile.
	ledgerTries = 5
)

// book is what the ledger remembers.
type book struct {
	// Windows of losses by scope: fleet, project/NAME, set/UID.
	Windows map[string]guard.Window `json:"windows,omitempty"`
	// Sets that were deleted, by UID.
	Sets map[types.UID]deletedSet `json:"sets,omitempty"`
}

// without leaves out what counts no more: losses that have left the window,
// who was let go, and sets whose Applications are all gone.
func (b book) without(now time.Time, window time.Duration, owned map[setID]bool) book {
	out := book{Windows: map[string]guard.Window{}, Sets: map[types.UID]deletedSet{}}
	for scope, w := range b.Windows {
		if !w.Quiet(now, window) {
			out.Windows[scope] = w.LetGo(nil)
		}
	}
	for uid, set := range b.Sets {
		if owned[set.id(uid)] || now.Sub(set.At) < window {
			out.Sets[uid] = set
		}
	}
	return out
}

// deleted is true for a set whose deletion the hub has seen.
func (b book) deleted(id setID) bool {
	set, known := b.Sets[id.uid]
	return known && set.id(id.uid) == id
}

// deletedSet is a set whose deletion the hub has seen.
type deletedSet struct {
	Name string    `json:"name"` // NAMESPACE/NAME
	At   time.Time `json:"at"`
}

func (s deletedSet) id(uid types.UID) setID {
	namespace, _, _ := strings.Cut(s.Name, "/")
	return setID{namespace, uid}
}

// ledger keeps the gate's book in a ConfigMap, written before anything is let
// through. The one leader alone writes it; a leader that has been replaced
// meets a conflict, reads again and judges again. What was removed or emptied
// under a hub that knows its book is made anew from that.
type ledger struct {
	configMaps corev1client.ConfigMapInterface
	limits     guard.Limits

	mu     sync.Mutex
	at     *corev1.ConfigMap // as last read or written; nil if not known
	stands bool              // the ConfigMap exists
	known  bool              // the book has been read
	book   book
}

// judge rules over a world and remembers it. With an error the rulings, if there
// are any, are not remembered: none may be let through.
func (l *ledger) judge(ctx context.Context, w world) (map[types.UID]ruling, error) {
	var rulings map[types.UID]ruling
	err := l.change(ctx, func(old book) book {
		c := newCourt(w, l.limits, old)
		c.sit()
		rulings = c.rulings
		if len(c.counted) == 0 && len(c.passed) == 0 {
			return old
		}
		return c.close()
	})
	return rulings, err
}

// setDeleted remembers the deletion of a set, and forgets those of which nothing
// is owned any more. In a control namespace that is
// being deleted itself nothing can be remembered; what the set had is held then.
func (l *ledger) setDeleted(ctx context.Context, uid, name string, now time.Time, owned map[setID]bool) error {
	err := l.change(ctx, func(old book) book {
		if _, known := old.Sets[types.UID(uid)]; known {
			return old
		}
		out := book{Windows: old.Windows, Sets: old.without(now, l.limits.Window, owned).Sets}
		out.Sets[types.UID(uid)] = deletedSet{Name: name, At: now.UTC().Truncate(time.Second)}
		return out
	})
	if apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) {
		return nil
	}
	return err
}

// change makes another book of the present one and writes it if it differs.
func (l *ledger) change(ctx context.Context, edit func(book) book) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for try := 1; ; try++ {
		if err := l.load(ctx); err != nil {
			return err
		}
		next := edit(l.book)
		if equality.Semantic.DeepEqual(next, l.book) {
			return nil
		}
		err := l.save(ctx, next)
		if err == nil {
			return nil
		}
		l.at = nil
		if meanwhile := apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err) || l.stands && apierrors.IsNotFound(err); !meanwhile || try == ledgerTries {
			return fmt.Errorf("write configmap %s: %w", LedgerConfigMap, err)
		}
	}
}

func (l *ledger) load(ctx context.Context) error {
	if l.at != nil {
		return nil
	}
	cm, err := l.configMaps.Get(ctx, LedgerConfigMap, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		cm = &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: LedgerConfigMap}}
	case err != nil:
		return fmt.Errorf("read configmap %s: %w", LedgerConfigMap, err)
	}
	stands := err == nil
	read, err := l.read(cm.Data[ledgerKey], stands)
	if err != nil {
		return fmt.Errorf("configmap %s: %s: %w; nothing is deleted until it is corrected or removed", LedgerConfigMap, ledgerKey, err)
	}
	l.at, l.stands, l.known, l.book = cm, stands, true, read
	return nil
}

// read makes a book of the ConfigMap's text. The hub never writes an empty one:
// somebody took it away.
func (l *ledger) read(text string, stands bool) (book, error) {
	switch {
	case text == "" && l.known:
		return l.book, nil
	case text == "" && stands:
		return book{}, errors.New("it is empty")
	case text == "":
		return book{}, nil
	}
	var read book
	err := json.Unmarshal([]byte(text), &read)
	return read, err
}

func (l *ledger) save(ctx context.Context, next book) error {
	text, err := json.Marshal(next)
	if err != nil {
		return err
	}
	cm := l.at.DeepCopy()
	cm.Data = map[string]string{ledgerKey: string(text)}
	if l.stands {
		cm, err = l.configMaps.Update(ctx, cm, metav1.UpdateOptions{})
	} else {
		cm, err = l.configMaps.Create(ctx, cm, metav1.CreateOptions{})
	}
	if err == nil {
		l.at, l.stands, l.book = cm, true, next
	}
	return err
}
