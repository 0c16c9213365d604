package source

import fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"

// Requested is the spec as Pins write it; what it resolves to is left empty.
func (s Spec) Requested() fleet.PinnedRevision {
	return fleet.PinnedRevision{
		RepoURL: s.RepoURL, Chart: s.Chart, TargetRevision: s.Revision, TagPrefix: s.TagPrefix, PassCredentials: s.PassCredentials,
	}
}
