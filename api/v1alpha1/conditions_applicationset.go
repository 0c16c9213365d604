package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// ApplicationSetCondition is one statement about a set. Messages carry no
// times and no counters, so that an unchanged state is not rewritten.
type ApplicationSetCondition struct {
	Type    ApplicationSetConditionType `json:"type"`
	Message string                      `json:"message"`
	// LastTransitionTime is when status, reason or message last changed.
	LastTransitionTime *metav1.Time                  `json:"lastTransitionTime,omitempty"`
	Status             ApplicationSetConditionStatus `json:"status"`
	// Reason is one of the reasons below.
	Reason string `json:"reason"`
}

// ApplicationSetConditionStatus is True, False or Unknown.
type ApplicationSetConditionStatus string

// Whether a condition holds.
const (
	ApplicationSetConditionStatusTrue    ApplicationSetConditionStatus = "True"
	ApplicationSetConditionStatusFalse   ApplicationSetConditionStatus = "False"
	ApplicationSetConditionStatusUnknown ApplicationSetConditionStatus = "Unknown"
)

// ApplicationSetConditionType names a condition of a set.
type ApplicationSetConditionType string

// Conditions of a set. The first four are Argo CD's.
const (
	// ApplicationSetConditionErrorOccurred: the last reconcile met an error;
	// its reason says where.
	ApplicationSetConditionErrorOccurred ApplicationSetConditionType = "ErrorOccurred"
	// ApplicationSetConditionParametersGenerated: every generator succeeded.
	ApplicationSetConditionParametersGenerated ApplicationSetConditionType = "ParametersGenerated"
	// ApplicationSetConditionResourcesUpToDate: the Applications are what the
	// set expands to.
	ApplicationSetConditionResourcesUpToDate ApplicationSetConditionType = "ResourcesUpToDate"
	// ApplicationSetConditionRolloutProgressing: a rollout is under way.
	ApplicationSetConditionRolloutProgressing ApplicationSetConditionType = "RolloutProgressing"
	// ApplicationSetConditionDeletionsHeld is Fairlead's own: the set would
	// delete more Applications than its guard allows, and deletes none until
	// somebody approves.
	ApplicationSetConditionDeletionsHeld ApplicationSetConditionType = "DeletionsHeld"
)

// Reasons of conditions of a set, those of Argo CD.
const (
	ApplicationSetReasonErrorOccurred                    = "ErrorOccurred"
	ApplicationSetReasonApplicationSetUpToDate           = "ApplicationSetUpToDate"
	ApplicationSetReasonParametersGenerated              = "ParametersGenerated"
	ApplicationSetReasonApplicationGenerated             = "ApplicationGeneratedSuccessfully"
	ApplicationSetReasonUpdateApplicationError           = "UpdateApplicationError"
	ApplicationSetReasonApplicationParamsGenerationError = "ApplicationGenerationFromParamsError"
	ApplicationSetReasonRenderTemplateParamsError        = "RenderTemplateParamsError"
	ApplicationSetReasonCreateApplicationError           = "CreateApplicationError"
	ApplicationSetReasonDeleteApplicationError           = "DeleteApplicationError"
	ApplicationSetReasonRefreshApplicationError          = "RefreshApplicationError"
	ApplicationSetReasonApplicationValidationError       = "ApplicationValidationError"
	ApplicationSetReasonApplicationSetModified           = "ApplicationSetModified"
	ApplicationSetReasonApplicationSetRolloutComplete    = "ApplicationSetRolloutComplete"
	ApplicationSetReasonSyncApplicationError             = "SyncApplicationError"
)

// Reasons of DeletionsHeld.
const (
	// ApplicationSetReasonShrinkGuard: the set shrank by more than its guard
	// allows.
	ApplicationSetReasonShrinkGuard = "ShrinkGuard"
	// ApplicationSetReasonWithinGuard: nothing is held.
	ApplicationSetReasonWithinGuard = "WithinGuard"
)
