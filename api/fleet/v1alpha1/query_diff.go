package v1alpha1

import "encoding/json"

// DiffAnswer says what a sync would change, object by object, in the order of
// work.
type DiffAnswer struct {
	// Revisions compared with, one per source.
	Revisions []string `json:"revisions,omitempty"`
	// Sync and Health of the Application as the agent last judged them.
	Sync   string `json:"sync,omitempty"`
	Health string `json:"health,omitempty"`
	// Differs: at least one object counts; see ObjectDiff.Counts.
	Differs bool         `json:"differs"`
	Objects []ObjectDiff `json:"objects"`
	// Notes are about the Application as a whole: why it cannot be compared,
	// or is out of sync without a difference in any object.
	Notes []string `json:"notes,omitempty"`
	// Truncated says what was left out, in words; empty if nothing was.
	Truncated string `json:"truncated,omitempty"`
}

// DiffAction is what a sync would do with an object.
type DiffAction string

// Actions of an [ObjectDiff].
const (
	DiffCreate  DiffAction = "create"
	DiffUpdate  DiffAction = "update"
	DiffDelete  DiffAction = "delete"  // it left the source
	DiffBlocked DiffAction = "blocked" // it differs, but a sync cannot mend it: see Message
	DiffHook    DiffAction = "hook"    // it runs with the next sync
	DiffNone    DiffAction = "none"    // as wanted
)

// ObjectDiff is one object.
type ObjectDiff struct {
	Group     string     `json:"group,omitempty"`
	Version   string     `json:"version"`
	Kind      string     `json:"kind"`
	Namespace string     `json:"namespace,omitempty"`
	Name      string     `json:"name"`
	Action    DiffAction `json:"action"`
	// Reason why it is not synced, as in the Application's status; Message says
	// it in words.
	Reason  string      `json:"reason,omitempty"`
	Message string      `json:"message,omitempty"`
	Flags   []DiffFlag  `json:"flags,omitempty"`
	Fields  []FieldDiff `json:"fields,omitempty"`
	// MoreFields were left out of Fields.
	MoreFields int `json:"moreFields,omitempty"`
}

// Counts tells whether the object makes its Application out of sync.
func (o ObjectDiff) Counts() bool { return o.Action != DiffHook && o.Action != DiffNone }

// DiffFlagKind is a change to look at twice.
type DiffFlagKind string

// Kinds of a [DiffFlag].
const (
	FlagDelete       DiffFlagKind = "delete"        // a live object would be deleted
	FlagImmutable    DiffFlagKind = "immutable"     // the API server would refuse the change
	FlagRecreate     DiffFlagKind = "recreate"      // deleted and made anew, because of Force=true
	FlagReplicasZero DiffFlagKind = "replicas-zero" // what runs now would run no more
)

// DiffFlag is a danger of one object's change.
type DiffFlag struct {
	Kind    DiffFlagKind `json:"kind"`
	Message string       `json:"message"`
}

// FieldClass says whose a field is.
type FieldClass string

// Classes of a [FieldDiff].
const (
	FieldYours     FieldClass = "yours"     // Git changes it
	FieldDefaulted FieldClass = "defaulted" // not in Git: the API server, or its admission, fills it in
	FieldOther     FieldClass = "other"     // its live value was written by Managers
	FieldIgnored   FieldClass = "ignored"   // differs, and a rule of ignoreDifferences covers it
	FieldSecret    FieldClass = "secret"    // its values are not shown, and never leave the agent
)

// FieldChange is what a sync does with a field.
type FieldChange string

// Changes of a [FieldDiff].
const (
	FieldAdd    FieldChange = "add"
	FieldRemove FieldChange = "remove"
	FieldEdit   FieldChange = "change"
	FieldKeep   FieldChange = "keep" // it stays, though it is not in Git, or differs from it
)

// FieldDiff is one field: a scalar, a list of scalars, or something empty.
type FieldDiff struct {
	// Path reads spec.template.spec.containers[main].image.
	Path   string      `json:"path"`
	Class  FieldClass  `json:"class"`
	Change FieldChange `json:"change"`
	// From is the live value, To the one that is wanted; absent where there is
	// none, and in secrets.
	From json.RawMessage `json:"from,omitempty"`
	To   json.RawMessage `json:"to,omitempty"`
	// Managers that wrote the live value, sorted; of class other, and of
	// secrets that others wrote.
	Managers []string `json:"managers,omitempty"`
}
