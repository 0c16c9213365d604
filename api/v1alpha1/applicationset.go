package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// ApplicationSet makes one Application of its template for each set of
// parameters that its generators yield.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=applicationsets,shortName=appset;appsets
// +kubebuilder:printcolumn:name="Applications",type=integer,JSONPath=`.status.resourcesCount`
// +kubebuilder:printcolumn:name="Health",type=string,JSONPath=`.status.health.status`
// +kubebuilder:printcolumn:name="Up To Date",type=string,JSONPath=`.status.conditions[?(@.type=="ResourcesUpToDate")].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type ApplicationSet struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	Spec   ApplicationSetSpec   `json:"spec"`
	Status ApplicationSetStatus `json:"status,omitempty"`
}

// ApplicationSetList is a list of ApplicationSets.
//
// +kubebuilder:object:root=true
type ApplicationSetList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []ApplicationSet `json:"items"`
}

// ApplicationSetSpec is the generators, the template, and how the Applications
// follow them.
type ApplicationSetSpec struct {
	// GoTemplate expands with text/template instead of {{name}} replacement.
	GoTemplate bool `json:"goTemplate,omitempty"`
	// Generators yield parameters; their results are joined in order.
	Generators []ApplicationSetGenerator `json:"generators"`
	// Template of the Applications.
	Template ApplicationSetTemplate `json:"template"`
	// SyncPolicy says which changes reach existing Applications.
	SyncPolicy *ApplicationSetSyncPolicy `json:"syncPolicy,omitempty"`
	// Strategy says in which order Applications follow a change.
	Strategy *ApplicationSetStrategy `json:"strategy,omitempty"`
	// PreservedFields are left alone on existing Applications.
	PreservedFields *ApplicationPreservedFields `json:"preservedFields,omitempty"`
	// GoTemplateOptions for text/template, such as missingkey=error.
	GoTemplateOptions []string `json:"goTemplateOptions,omitempty"`
	// ApplyNestedSelectors is read and has no effect: selectors in nested
	// generators always apply.
	ApplyNestedSelectors bool `json:"applyNestedSelectors,omitempty"`
	// IgnoreApplicationDifferences are fields of Applications that others may
	// change.
	IgnoreApplicationDifferences ApplicationSetIgnoreDifferences `json:"ignoreApplicationDifferences,omitempty"`
	// TemplatePatch is a template of a YAML document, merged over the
	// Application that Template gave.
	TemplatePatch *string `json:"templatePatch,omitempty"`
}

// ApplicationSetTemplate is an Application with parameters in it. A template
// of a generator is merged over the one of the set.
type ApplicationSetTemplate struct {
	ApplicationSetTemplateMeta `json:"metadata"`
	Spec                       ApplicationSpec `json:"spec"`
}

// ApplicationSetTemplateMeta is the metadata that a template may set.
type ApplicationSetTemplateMeta struct {
	Name        string            `json:"name,omitempty"`
	Namespace   string            `json:"namespace,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Finalizers  []string          `json:"finalizers,omitempty"`
}

// ApplicationPreservedFields names annotations and labels that others may set
// on Applications of a set.
type ApplicationPreservedFields struct {
	Annotations []string `json:"annotations,omitempty"`
	Labels      []string `json:"labels,omitempty"`
}

// ApplicationSetSyncPolicy says which changes reach existing Applications.
type ApplicationSetSyncPolicy struct {
	// PreserveResourcesOnDeletion keeps what an Application delivered when the
	// Application is deleted.
	PreserveResourcesOnDeletion bool `json:"preserveResourcesOnDeletion,omitempty"`
	// ApplicationsSync limits what may be done; nil means
	// ApplicationsSyncPolicySync.
	//
	// +kubebuilder:validation:Enum=create-only;create-update;create-delete;sync
	ApplicationsSync *ApplicationsSyncPolicy `json:"applicationsSync,omitempty"`
}

// ApplicationsSyncPolicy limits what may be done to existing Applications.
type ApplicationsSyncPolicy string

// What may be done to existing Applications; creating is always allowed.
const (
	ApplicationsSyncPolicyCreateOnly   ApplicationsSyncPolicy = "create-only"
	ApplicationsSyncPolicyCreateUpdate ApplicationsSyncPolicy = "create-update"
	ApplicationsSyncPolicyCreateDelete ApplicationsSyncPolicy = "create-delete"
	ApplicationsSyncPolicySync         ApplicationsSyncPolicy = "sync"
)

// AllowUpdate reports whether existing Applications may be changed.
func (p ApplicationsSyncPolicy) AllowUpdate() bool {
	return p == ApplicationsSyncPolicyCreateUpdate || p == ApplicationsSyncPolicySync
}

// AllowDelete reports whether Applications that the set no longer makes may be
// deleted.
func (p ApplicationsSyncPolicy) AllowDelete() bool {
	return p == ApplicationsSyncPolicyCreateDelete || p == ApplicationsSyncPolicySync
}

// ApplicationSetIgnoreDifferences lists fields of Applications that others may
// change.
type ApplicationSetIgnoreDifferences []ApplicationSetResourceIgnoreDifferences

// ApplicationSetResourceIgnoreDifferences names fields of one Application of
// the set, or of all when Name is empty.
type ApplicationSetResourceIgnoreDifferences struct {
	Name string `json:"name,omitempty"`
	// JSONPointers are RFC 6901 pointers.
	JSONPointers []string `json:"jsonPointers,omitempty"`
	// JQPathExpressions are jq expressions that yield paths.
	JQPathExpressions []string `json:"jqPathExpressions,omitempty"`
}

// Types of ApplicationSetStrategy, and its orders of deletion.
const (
	// StrategyAllAtOnce changes every Application at once; so does an empty
	// type.
	StrategyAllAtOnce = "AllAtOnce"
	// StrategyRollingSync syncs step by step.
	StrategyRollingSync = "RollingSync"

	// DeletionOrderAllAtOnce deletes every Application at once; so does an
	// empty order.
	DeletionOrderAllAtOnce = "AllAtOnce"
	// DeletionOrderReverse deletes the last step's Applications first.
	DeletionOrderReverse = "Reverse"
)

// ApplicationSetStrategy says in which order Applications follow a change.
type ApplicationSetStrategy struct {
	// Type is AllAtOnce (as is empty) or RollingSync.
	Type string `json:"type,omitempty"`
	// RollingSync steps.
	RollingSync *ApplicationSetRolloutStrategy `json:"rollingSync,omitempty"`
	// DeletionOrder is AllAtOnce (as is empty) or Reverse.
	DeletionOrder string `json:"deletionOrder,omitempty"`
}

// ApplicationSetRolloutStrategy is a rollout in steps.
type ApplicationSetRolloutStrategy struct {
	Steps []ApplicationSetRolloutStep `json:"steps,omitempty"`
}

// ApplicationSetRolloutStep is one step: the Applications whose labels match
// every expression.
type ApplicationSetRolloutStep struct {
	MatchExpressions []ApplicationMatchExpression `json:"matchExpressions,omitempty"`
	// MaxUpdate bounds how many move at one time: a number, or a percentage of
	// the step. Nil means all.
	MaxUpdate *intstr.IntOrString `json:"maxUpdate,omitempty"`
}

// ApplicationMatchExpression is a condition on one label. Operator is In or
// NotIn.
type ApplicationMatchExpression struct {
	Key      string   `json:"key,omitempty"`
	Operator string   `json:"operator,omitempty"`
	Values   []string `json:"values,omitempty"`
}
