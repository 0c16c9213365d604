package state

import (
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/health"
)

// Memory is what is remembered of one Application between two reconciles, and
// over restarts.
type Memory struct {
	// Good is the last target that could be rendered; its objects are kept
	// beside it, see State.Render.
	Good *Good `json:"good,omitempty"`
	// Applied is what spares comparing objects that did not change.
	Applied []Applied `json:"applied,omitempty"`
	// OperationID of the last requested operation that was started.
	OperationID string `json:"operationID,omitempty"`
	// Running operation; its state is in Status.OperationState.
	Running *Running `json:"running,omitempty"`
	// Last automated or requested sync that finished.
	Last *Attempt `json:"last,omitempty"`
	// Leftover identifies what the last sync could not mend: objects and how
	// they then stood, sorted.
	Leftover []string `json:"leftover,omitempty"`
	// Spans of objects that are Progressing or Suspended, in order of work.
	Spans []Span `json:"spans,omitempty"`
	// Status as last computed.
	Status v1alpha1.ApplicationStatus `json:"status"`
}

// Good is a target that was rendered.
type Good struct {
	// Target identifies revisions, parameters and destination.
	Target string `json:"target"`
	// Revisions, one per source.
	Revisions []string `json:"revisions"`
	// SourceTypes, one per source.
	SourceTypes []v1alpha1.ApplicationSourceType `json:"sourceTypes,omitempty"`
	// Images that the objects name.
	Images []string `json:"images,omitempty"`
	// Warnings of the renderers, and Ignored: what of the objects has no
	// effect.
	Warnings []string `json:"warnings,omitempty"`
	Ignored  []string `json:"ignored,omitempty"`
}

// Applied is one object as it was last made, or found, to be as wanted.
type Applied struct {
	apply.Ref
	Digest    string `json:"digest"`
	Signature string `json:"signature"`
}

// Span is since when an object has had its health.
type Span struct {
	apply.Ref
	health.Span
}

// Running is an operation that has not finished.
type Running struct {
	// Target it syncs to.
	Target string `json:"target"`
	// Revisions, one per source, that a retry goes back to.
	Revisions []string `json:"revisions,omitempty"`
	// Prune what left the manifests.
	Prune bool `json:"prune,omitempty"`
	// Drift: started to heal.
	Drift bool `json:"drift,omitempty"`
	// Waiting for a wave to become healthy.
	Waiting bool `json:"waiting,omitempty"`
	// NextAt is when the next attempt is due.
	NextAt time.Time `json:"nextAt,omitzero"`
}

// Attempt is an operation that finished.
type Attempt struct {
	Target    string `json:"target"`
	Succeeded bool   `json:"succeeded"`
	// Aborted by a person.
	Aborted    bool      `json:"aborted,omitempty"`
	Message    string    `json:"message,omitempty"`
	FinishedAt time.Time `json:"finishedAt"`
}
