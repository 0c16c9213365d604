package v1alpha1

// SyncWindows is a list of windows.
type SyncWindows []*SyncWindow

// SyncWindow is a recurring time in which matching Applications may, or may
// not, be synced. Applications, Namespaces and Clusters are globs; an
// Application matches when one of the three lists matches, or, with
// UseAndOperator, when every list that is not empty does.
type SyncWindow struct {
	// Kind is "allow" or "deny".
	Kind string `json:"kind,omitempty"`
	// Schedule is a cron expression for when the window opens.
	Schedule string `json:"schedule,omitempty"`
	// Duration that it stays open, such as "1h30m".
	Duration string `json:"duration,omitempty"`
	// Applications by name.
	Applications []string `json:"applications,omitempty"`
	// Namespaces by destination namespace.
	Namespaces []string `json:"namespaces,omitempty"`
	// Clusters by destination server or name.
	Clusters []string `json:"clusters,omitempty"`
	// ManualSync lets people sync although the window forbids it.
	ManualSync bool `json:"manualSync,omitempty"`
	// TimeZone of Schedule, an IANA name; empty means UTC.
	TimeZone string `json:"timeZone,omitempty"`
	// UseAndOperator asks that every list match.
	UseAndOperator bool `json:"andOperator,omitempty"`
	// Description for people.
	Description string `json:"description,omitempty"`
	// SyncOverrun lets a sync that began in time run on after the window.
	SyncOverrun bool `json:"syncOverrun,omitempty"`
}
