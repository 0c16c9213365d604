package apply

import (
	"slices"
	"strconv"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// LabelHook is on hooks in place of [LabelApplication]: watches for drift do
// not select them.
const LabelHook = "fairlead.dev/hook"

// AnnotationHookRun on a live hook is the run, and the phase of it, that made
// it: "RUN/PHASE" with SyncRequest.Run.
const AnnotationHookRun = "fairlead.dev/hook-run"

const (
	helmHook       = "helm.sh/hook"
	helmHookWeight = "helm.sh/hook-weight"
	helmHookPolicy = "helm.sh/hook-delete-policy"
)

// helmPhases maps Helm's hooks to phases as Argo CD does
// (https://argo-cd.readthedocs.io/en/stable/user-guide/helm/#helm-hooks).
// Those that are not listed (test, rollback) never run.
var helmPhases = map[string]v1alpha1.HookType{
	"pre-install": v1alpha1.HookTypePreSync, "pre-upgrade": v1alpha1.HookTypePreSync,
	"post-install": v1alpha1.HookTypePostSync, "post-upgrade": v1alpha1.HookTypePostSync,
	"pre-delete": v1alpha1.HookTypePreDelete, "post-delete": v1alpha1.HookTypePostDelete,
}

var helmPolicies = map[string]v1alpha1.HookDeletePolicy{
	"before-hook-creation": v1alpha1.HookDeletePolicyBeforeHookCreation,
	"hook-succeeded":       v1alpha1.HookDeletePolicyHookSucceeded,
	"hook-failed":          v1alpha1.HookDeletePolicyHookFailed,
}

// isHook tells hooks from ordinary objects. Helm's crd-install is ordinary.
func isHook(annotations map[string]string) bool {
	if _, found := annotations[v1alpha1.AnnotationKeyHook]; found {
		return true
	}
	value, found := annotations[helmHook]
	return found && value != "crd-install"
}

// hookPhases in which a hook runs; Argo CD's annotation wins over Helm's.
func hookPhases(annotations map[string]string) []v1alpha1.HookType {
	var out []v1alpha1.HookType
	if value, found := annotations[v1alpha1.AnnotationKeyHook]; found {
		for _, p := range list(value) {
			out = append(out, v1alpha1.HookType(p))
		}
	} else {
		for _, p := range list(annotations[helmHook]) {
			out = append(out, helmPhases[p])
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// hookPolicies say when a hook's object is deleted.
func hookPolicies(annotations map[string]string) []v1alpha1.HookDeletePolicy {
	var out []v1alpha1.HookDeletePolicy
	for _, p := range list(annotations[v1alpha1.AnnotationKeyHookDeletePolicy]) {
		out = append(out, v1alpha1.HookDeletePolicy(p))
	}
	if len(out) == 0 {
		for _, p := range list(annotations[helmHookPolicy]) {
			if policy, known := helmPolicies[p]; known {
				out = append(out, policy)
			}
		}
	}
	if len(out) == 0 {
		return []v1alpha1.HookDeletePolicy{v1alpha1.HookDeletePolicyBeforeHookCreation}
	}
	return out
}

// hookWave is the wave, or failing that Helm's weight.
func hookWave(annotations map[string]string) int {
	if _, found := annotations[v1alpha1.AnnotationSyncWave]; found {
		return waveOf(annotations)
	}
	weight, err := strconv.Atoi(annotations[helmHookWeight])
	if err != nil {
		return 0
	}
	return weight
}

// list splits at commas and drops blanks.
func list(value string) []string {
	var out []string
	for part := range strings.SplitSeq(value, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
