package webhook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"

	"github.com/fairlead/fairlead/internal/hub/webhook/payload"
)

const (
	// NoteLabel marks the ConfigMaps that hold hooks on their way to the
	// leader.
	NoteLabel = "fairlead.dev/webhook-note"
	// noteKey is the key of a note's event.
	noteKey = "event"
	// writing bounds one write of a note.
	writing = 10 * time.Second
)

// Note is what hooks said of one repository since the leader last looked.
type Note struct {
	Name string
	// Version of the object that it was read from.
	Version string
	Event   payload.Event
}

// ErrChanged is returned for a note that was added to since it was read.
var ErrChanged = errors.New("the note was added to")

// Notes are ConfigMaps in the control namespace, one per repository.
type Notes struct {
	configMaps corev1client.ConfigMapInterface
	batches    batches
}

// NewNotes keeps notes with configMaps.
func NewNotes(configMaps corev1client.ConfigMapInterface) *Notes {
	n := &Notes{configMaps: configMaps}
	n.batches.write = n.write
	return n
}

// noteName is the name of the note that an event is added to.
func noteName(e payload.Event) string {
	sum := sha256.Sum256([]byte(e.Key()))
	return "fairlead-webhook-" + hex.EncodeToString(sum[:10])
}

// Post returns when the event stands in its note. Events of one repository
// that come while its note is being written are written together next.
func (n *Notes) Post(ctx context.Context, e payload.Event) error { return n.batches.post(ctx, e) }

// retries covers the leader's removals and other replicas' writes.
var retries = wait.Backoff{Steps: 6, Duration: 10 * time.Millisecond, Factor: 3, Jitter: 0.5}

func (n *Notes) write(ctx context.Context, e payload.Event) error {
	ctx, cancel := context.WithTimeout(ctx, writing)
	defer cancel()
	var last error
	err := wait.ExponentialBackoffWithContext(ctx, retries, func(ctx context.Context) (bool, error) {
		last = n.add(ctx, e)
		if apierrors.IsConflict(last) || apierrors.IsAlreadyExists(last) || apierrors.IsNotFound(last) {
			return false, nil
		}
		return true, last
	})
	if err != nil {
		return fmt.Errorf("write note %s: %w", noteName(e), errors.Join(err, last))
	}
	return nil
}

// add writes the event, or adds it to what stands.
func (n *Notes) add(ctx context.Context, e payload.Event) error {
	name := noteName(e)
	object, err := n.configMaps.Get(ctx, name, metav1.GetOptions{})
	missing := apierrors.IsNotFound(err)
	if err != nil && !missing {
		return err
	}
	if missing {
		object = &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{NoteLabel: "true"}}}
	} else if was, err := noteOf(object); err == nil {
		e = was.Event.Merge(e)
	}
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if object.Data[noteKey] == string(data) {
		return nil // it says this already
	}
	object.Data = map[string]string{noteKey: string(data)}
	if missing {
		_, err = n.configMaps.Create(ctx, object, metav1.CreateOptions{})
	} else {
		_, err = n.configMaps.Update(ctx, object, metav1.UpdateOptions{})
	}
	return err
}

// Read reads a note past every cache; ok is false if there is none. What
// cannot be read is removed: only a person can have written it.
func (n *Notes) Read(ctx context.Context, name string) (note Note, ok bool, err error) {
	object, err := n.configMaps.Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return Note{}, false, nil
	}
	if err != nil {
		return Note{}, false, fmt.Errorf("read note %s: %w", name, err)
	}
	if note, err = noteOf(object); err != nil {
		return Note{}, false, errors.Join(err, n.Remove(ctx, note))
	}
	return note, true, nil
}

// Remove removes the note in the version that was read, else it returns
// ErrChanged.
func (n *Notes) Remove(ctx context.Context, note Note) error {
	err := n.configMaps.Delete(ctx, note.Name, metav1.DeleteOptions{
		Preconditions: &metav1.Preconditions{ResourceVersion: &note.Version},
	})
	switch {
	case err == nil || apierrors.IsNotFound(err):
		return nil
	case apierrors.IsConflict(err):
		return ErrChanged
	}
	return fmt.Errorf("remove note %s: %w", note.Name, err)
}

func noteOf(object *corev1.ConfigMap) (Note, error) {
	note := Note{Name: object.Name, Version: object.ResourceVersion}
	if err := json.Unmarshal([]byte(object.Data[noteKey]), &note.Event); err != nil {
		return note, fmt.Errorf("note %s holds no event: %w", object.Name, err)
	}
	return note, nil
}
