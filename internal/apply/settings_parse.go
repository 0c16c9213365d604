package apply

import (
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// option is one sync option.
type option struct {
	name string
	// app, object: where it may stand.
	app, object bool
	values      []string
	set         func(s *Settings, value string)
}

var (
	booleans = []string{"true", "false"}
	consents = []string{"true", "false", "confirm"}
)

// options that there are.
var options = []option{
	{"CreateNamespace", true, false, booleans, func(s *Settings, v string) { s.CreateNamespace = v == "true" }},
	{"Validate", true, true, booleans, func(s *Settings, v string) { s.SkipValidation = v == "false" }},
	{"SkipDryRunOnMissingResource", true, true, booleans, func(s *Settings, v string) { s.SkipDryRunOnMissingResource = v == "true" }},
	{"Prune", true, true, consents, func(s *Settings, v string) { s.Prune = Consent(v) }},
	{"Delete", true, true, consents, func(s *Settings, v string) { s.Delete = Consent(v) }},
	{"PruneLast", true, true, booleans, func(s *Settings, v string) { s.PruneLast = v == "true" }},
	{"PrunePropagationPolicy", true, false, []string{"foreground", "background", "orphan"}, setPropagation},
	{"Replace", true, true, booleans, func(s *Settings, v string) { s.Replace = v == "true" }},
	{"Force", false, true, booleans, func(s *Settings, v string) { s.Force = v == "true" }},
	// Both values mean server-side apply, always.
	{"ServerSideApply", true, true, booleans, func(*Settings, string) {}},
	{"ApplyOutOfSyncOnly", true, false, booleans, func(s *Settings, v string) { s.ApplyOutOfSyncOnly = v == "true" }},
	{"FailOnSharedResource", true, false, booleans, func(s *Settings, v string) { s.FailOnSharedResource = v == "true" }},
	{"RespectIgnoreDifferences", true, false, booleans, func(s *Settings, v string) { s.RespectIgnoreDifferences = v == "true" }},
	{"ClientSideApplyMigration", true, true, booleans, func(s *Settings, v string) { s.KeepManagers = v == "false" }},
}

var propagations = map[string]metav1.DeletionPropagation{
	"foreground": metav1.DeletePropagationForeground,
	"background": metav1.DeletePropagationBackground,
	"orphan":     metav1.DeletePropagationOrphan,
}

func setPropagation(s *Settings, v string) { s.Propagation = propagations[v] }

// lookUp splits Name=value; ok if there is such an option with such a value.
func lookUp(text string) (row option, value string, ok bool) {
	name, value, _ := strings.Cut(strings.TrimSpace(text), "=")
	for _, row := range options {
		if row.name != name {
			continue
		}
		for _, v := range row.values {
			if v == value {
				return row, value, true
			}
		}
		return row, value, false
	}
	return option{}, value, false
}

// ParseSettings reads an Application's sync options; a later one wins.
// Warnings are for people: what is not known, and therefore has no effect.
func ParseSettings(syncOptions v1alpha1.SyncOptions) (s Settings, warnings []string) {
	for _, text := range syncOptions {
		row, value, ok := lookUp(text)
		if problem := trouble(text, row, ok, row.app, "the application"); problem != "" {
			warnings = append(warnings, problem)
			continue
		}
		row.set(&s, value)
	}
	return s, warnings
}

// optionWarnings names the options of one object that have no effect.
func optionWarnings(ref Ref, obj *unstructured.Unstructured) []string {
	var out []string
	for _, text := range list(obj.GetAnnotations()[v1alpha1.AnnotationSyncOptions]) {
		row, _, ok := lookUp(text)
		if problem := trouble(text, row, ok, row.object, "an object"); problem != "" {
			out = append(out, fmt.Sprintf("%s: %s", ref, problem))
		}
	}
	return out
}

// trouble with one option where it stands; "" if there is none.
func trouble(text string, row option, known, allowed bool, where string) string {
	switch {
	case row.name == "":
		return fmt.Sprintf("sync option %q is not known and has no effect: look for a misspelling", text)
	case !known:
		return fmt.Sprintf("sync option %q has no effect: %s takes %s", text, row.name, strings.Join(row.values, ", "))
	case !allowed:
		return fmt.Sprintf("sync option %q has no effect on %s", text, where)
	}
	return ""
}
