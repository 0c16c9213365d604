package pause

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"
	"unicode"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Mark is the value of annotation v1alpha1.AnnotationPaused: all that is needed
// to deliver the state at which an Application is held, also when its history
// and its spec have moved on.
type Mark struct {
	// ID of the history entry; nil where there was none.
	ID *int64 `json:"id,omitempty"`
	// Revisions are a commit, a chart's version or a digest, one per source.
	Revisions []string `json:"revisions"`
	// Digests of the content, "" for Git; one per source, or none at all.
	Digests []string `json:"digests,omitempty"`
	// Files are the value files at URLs, as they were.
	Files []v1alpha1.RevisionFile `json:"files,omitempty"`
	// Sources as they were.
	Sources v1alpha1.ApplicationSources `json:"sources"`
	// Reason that a person gave.
	Reason string `json:"reason,omitempty"`
	// By is who that was.
	By string `json:"by,omitempty"`
	// Since is when.
	Since metav1.Time `json:"since,omitempty"`
}

// Why is what a person says of a pause.
type Why struct {
	Reason, By string
	Since      time.Time
}

func mark(c content, id *int64, why Why) Mark {
	return Mark{
		ID: id, Revisions: c.revisions, Digests: c.digests, Files: c.files, Sources: c.sources,
		Reason: why.Reason, By: why.By, Since: metav1.NewTime(why.Since.UTC().Truncate(time.Second)),
	}
}

// At marks an entry of a history.
func At(h v1alpha1.RevisionHistory, why Why) Mark {
	id := h.ID
	return mark(ofEntry(h), &id, why)
}

// Here marks the state that an Application is compared with now, or the one at
// which it is held already. An Application that was never compared has none.
func Here(app *v1alpha1.Application, why Why) (Mark, error) {
	if held, err := Read(app); err == nil && held != nil {
		return mark(held.content(), held.ID, why), nil
	}
	now := ofSync(app.Status.Sync)
	if !now.isKnown() {
		return Mark{}, fmt.Errorf("application %s has not been compared with any revision yet: there is nothing to hold it at", app.Name)
	}
	for i := len(app.Status.History) - 1; i >= 0; i-- {
		if entry := app.Status.History[i]; ofEntry(entry).same(now) {
			now.digests, now.files = entry.Digests, entry.Files
			id := entry.ID
			return mark(now, &id, why), nil
		}
	}
	return mark(now, nil, why), nil
}

// Read the mark of an Application: nil if it has none, an error if what it has
// is not valid, and then it has no effect.
func Read(app *v1alpha1.Application) (*Mark, error) {
	text, ok := app.Annotations[v1alpha1.AnnotationPaused]
	if !ok {
		return nil, nil
	}
	m := &Mark{}
	if err := json.Unmarshal([]byte(text), m); err != nil {
		return nil, fmt.Errorf("it is not the JSON of a pause: %w", err)
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	return m, nil
}

// Text is the annotation's value: equal marks have equal texts.
func (m Mark) Text() (string, error) {
	if err := m.check(); err != nil {
		return "", err
	}
	raw, err := json.Marshal(m)
	return string(raw), err
}

func (m Mark) content() content {
	return content{sources: m.Sources, revisions: m.Revisions, digests: m.Digests, files: m.Files}
}

// Over is the Application while it is held: another one, whose sources are
// those of the mark.
func (m Mark) Over(app *v1alpha1.Application) *v1alpha1.Application {
	held := *app
	single := len(m.Sources) == 1 && !app.Spec.HasMultipleSources()
	held.Spec.Source, held.Spec.Sources, held.Spec.SourceHydrator = nil, m.Sources, nil
	if single {
		held.Spec.Source, held.Spec.Sources = &m.Sources[0], nil
	}
	return &held
}

// Digest of the i-th source's content, "" if none is known.
func (m Mark) Digest(i int) string {
	if i >= len(m.Digests) {
		return ""
	}
	return m.Digests[i]
}

var (
	commit = regexp.MustCompile(`^[0-9a-fA-F]{40}$`)
	digest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
)

// maxRevision bounds a revision, in bytes.
const maxRevision = 256

// check that every source is held at exactly one state: a branch would move.
func (m Mark) check() error {
	switch {
	case len(m.Sources) == 0:
		return errors.New("it names no sources")
	case len(m.Revisions) != len(m.Sources):
		return fmt.Errorf("it has %d revisions for %d sources", len(m.Revisions), len(m.Sources))
	case len(m.Digests) != 0 && len(m.Digests) != len(m.Sources):
		return fmt.Errorf("it has %d digests for %d sources", len(m.Digests), len(m.Sources))
	}
	for i := range m.Sources {
		if err := checkSource(&m.Sources[i], m.Revisions[i]); err != nil {
			return fmt.Errorf("source %d: %w", i+1, err)
		}
		if d := m.Digest(i); d != "" && !digest.MatchString(d) {
			return fmt.Errorf("source %d: the digest is not sha256: and 64 hexadecimal digits", i+1)
		}
	}
	for _, f := range m.Files {
		if f.URL == "" || !digest.MatchString(f.Digest) {
			return errors.New("a file needs a URL and a digest, sha256: and 64 hexadecimal digits")
		}
	}
	return nil
}

func checkSource(s *v1alpha1.ApplicationSource, revision string) error {
	switch {
	case s.RepoURL == "":
		return errors.New("it names no repository")
	case revision == "" || len(revision) > maxRevision:
		return fmt.Errorf("a revision has 1 to %d characters", maxRevision)
	case s.IsHelm() || s.IsOCI():
		for _, r := range revision {
			if unicode.IsSpace(r) || unicode.IsControl(r) {
				return errors.New("a revision has no spaces")
			}
		}
	case !commit.MatchString(revision):
		return fmt.Errorf("%q is not a full commit", revision)
	}
	return nil
}
