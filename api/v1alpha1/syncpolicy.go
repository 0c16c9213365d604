package v1alpha1

import (
	"slices"
	"strings"
)

// SyncPolicy says when and how changes are applied.
type SyncPolicy struct {
	// Automated syncs without being asked; nil means by hand.
	Automated *SyncPolicyAutomated `json:"automated,omitempty"`
	// SyncOptions are Name=value pairs, such as CreateNamespace=true.
	SyncOptions SyncOptions `json:"syncOptions,omitempty"`
	// Retry of a failed sync; nil means none.
	Retry *RetryStrategy `json:"retry,omitempty"`
	// ManagedNamespaceMetadata goes onto the namespace that
	// CreateNamespace=true creates.
	ManagedNamespaceMetadata *ManagedNamespaceMetadata `json:"managedNamespaceMetadata,omitempty"`
}

// SyncPolicyAutomated says what happens without being asked. A nil field means
// false, except Enabled, where nil means true.
type SyncPolicyAutomated struct {
	// Prune deletes objects that left the source.
	Prune *bool `json:"prune,omitempty"`
	// SelfHeal undoes changes made on the cluster.
	SelfHeal *bool `json:"selfHeal,omitempty"`
	// AllowEmpty lets Prune delete every object of the Application.
	AllowEmpty *bool `json:"allowEmpty,omitempty"`
	// Enabled set to false is as if the whole struct were absent.
	Enabled *bool `json:"enabled,omitempty"`
}

// IsAutomatedSyncEnabled reports whether syncs happen without being asked.
func (p *SyncPolicy) IsAutomatedSyncEnabled() bool {
	return p != nil && p.Automated != nil && (p.Automated.Enabled == nil || *p.Automated.Enabled)
}

// GetPrune returns Prune, false when nil.
func (a *SyncPolicyAutomated) GetPrune() bool { return a != nil && isTrue(a.Prune) }

// GetSelfHeal returns SelfHeal, false when nil.
func (a *SyncPolicyAutomated) GetSelfHeal() bool { return a != nil && isTrue(a.SelfHeal) }

// GetAllowEmpty returns AllowEmpty, false when nil.
func (a *SyncPolicyAutomated) GetAllowEmpty() bool { return a != nil && isTrue(a.AllowEmpty) }

func isTrue(b *bool) bool { return b != nil && *b }

// SyncOptions is a list of Name=value pairs.
type SyncOptions []string

// HasOption reports whether the list holds exactly this Name=value pair.
func (o SyncOptions) HasOption(option string) bool { return slices.Contains(o, option) }

// GetOptionValue returns the value of the first pair of this name, nil when
// there is none.
func (o SyncOptions) GetOptionValue(name string) *string {
	for _, option := range o {
		if value, ok := strings.CutPrefix(option, name+"="); ok {
			return &value
		}
	}
	return nil
}

// ManagedNamespaceMetadata is the labels and annotations of a created
// namespace.
type ManagedNamespaceMetadata struct {
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// RetryStrategy says how often and how fast a failed sync is tried again.
type RetryStrategy struct {
	// Limit of attempts; below zero means no limit, zero none.
	Limit int64 `json:"limit,omitempty"`
	// Backoff between attempts; nil means the defaults.
	Backoff *Backoff `json:"backoff,omitempty"`
	// Refresh takes the newest revision for each attempt, instead of the one
	// that the first attempt had.
	Refresh bool `json:"refresh,omitempty"`
}

// Backoff between attempts: Duration, times Factor each time, up to
// MaxDuration. Durations are Go's ("2m30s") or a plain number of seconds.
type Backoff struct {
	// Duration before the first retry; empty means DefaultSyncRetryDuration.
	Duration string `json:"duration,omitempty"`
	// Factor per attempt; nil means DefaultSyncRetryFactor.
	Factor *int64 `json:"factor,omitempty"`
	// MaxDuration between attempts; empty means DefaultSyncRetryMaxDuration.
	MaxDuration string `json:"maxDuration,omitempty"`
}
