package main

import (
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

func TestTheEmbeddedHubTakesWhatPeopleKeepInGitForIt(t *testing.T) {
	for kind, taken := range map[schema.GroupVersionKind]bool{
		{Group: "argoproj.io", Version: "v1alpha1", Kind: "Application"}:    true,
		{Group: "argoproj.io", Version: "v1alpha1", Kind: "ApplicationSet"}: true,
		{Group: "argoproj.io", Version: "v1alpha1", Kind: "AppProject"}:     true,
		{Group: "fairlead.dev", Version: "v1alpha1", Kind: "Cluster"}:       true,
		{Version: "v1", Kind: "Namespace"}:                                  true,
		{Group: "fairlead.dev", Version: "v1alpha1", Kind: "Tombstone"}:     false,
		{Group: "fairlead.dev", Version: "v1alpha1", Kind: "Pin"}:           false,
		{Group: "argoproj.io", Version: "v1alpha1", Kind: "Rollout"}:        false,
		{Version: "v1", Kind: "Secret"}:                                     false,
	} {
		if err := hubKindsOnly(kind, "x"); (err == nil) != taken {
			t.Errorf("%s: %v", kind, err)
		}
	}
}
