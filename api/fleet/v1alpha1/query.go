package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// QueryKind is what is asked of a cluster's agent.
//
// +kubebuilder:validation:Enum=Diff;Tree
type QueryKind string

const (
	// QueryDiff asks what a sync would change; the answer is a [DiffAnswer].
	QueryDiff QueryKind = "Diff"
	// QueryTree asks for the objects of an Application and what they own, down
	// to pods; the answer is a [TreeAnswer].
	QueryTree QueryKind = "Tree"
)

// QueryPhase is how far a query has come; empty while it waits for an answer.
type QueryPhase string

const (
	// QueryAnswered: status.answer holds the answer.
	QueryAnswered QueryPhase = "Answered"
	// QueryFailed: status.error says why there is none.
	QueryFailed QueryPhase = "Failed"
)

// QueryReason tells failures apart.
type QueryReason string

// Reasons of a failed query.
const (
	QueryNotFound     QueryReason = "NotFound"           // the hub has no such Application
	QueryNotDelivered QueryReason = "NotDelivered"       // it is on no cluster, or its agent does not have it yet
	QueryNotConnected QueryReason = "NotConnected"       // no session with the cluster's agent, or it ended
	QueryOldAgent     QueryReason = "OldAgent"           // the agent does not know queries
	QueryTimedOut     QueryReason = "TimedOut"           // no answer in time
	QueryUnresolved   QueryReason = "RevisionUnresolved" // the revision means nothing, or its repository is away
	QueryBusy         QueryReason = "Busy"               // too many queries at that agent
	QueryError        QueryReason = "Error"              // the agent tried, and says why it cannot
)

// MaxQueryAnswer bounds an answer, compressed, in bytes: as base64 it leaves
// room within what the API server stores.
const MaxQueryAnswer = 900 << 10

// Query is a question to the agent that delivers an Application of the same
// namespace. Whoever may create one may see what it answers. It is answered
// once, and removed ten minutes after it was made.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=queries,categories=fairlead
// +kubebuilder:printcolumn:name="Application",type=string,JSONPath=`.spec.application`
// +kubebuilder:printcolumn:name="Kind",type=string,JSONPath=`.spec.kind`
// +kubebuilder:printcolumn:name="Phase",type=string,JSONPath=`.status.phase`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type Query struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   QuerySpec   `json:"spec"`
	Status QueryStatus `json:"status,omitempty"`
}

// QuerySpec never changes once written.
type QuerySpec struct {
	// Application of this namespace, by name.
	Application string `json:"application"`
	// Kind of the question.
	Kind QueryKind `json:"kind"`
	// Revision of one source to compare with, in place of the one that is
	// wanted; nothing of it is applied or kept. Diff only.
	Revision string `json:"revision,omitempty"`
	// SourcePosition of the source that Revision is of, from 1; 0 is the first
	// Git source.
	//
	// +kubebuilder:validation:Minimum=0
	SourcePosition int32 `json:"sourcePosition,omitempty"`
	// TimeoutSeconds bounds the wait for the answer; 0 means 60.
	//
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=300
	TimeoutSeconds int32 `json:"timeoutSeconds,omitempty"`
}

// QueryStatus is the answer.
type QueryStatus struct {
	// Phase is empty until the query has ended.
	Phase QueryPhase `json:"phase,omitempty"`
	// Reason and Error say why there is no answer.
	Reason QueryReason `json:"reason,omitempty"`
	Error  string      `json:"error,omitempty"`
	// Cluster whose agent was asked.
	Cluster string `json:"cluster,omitempty"`
	// Commit that spec.revision stands for.
	Commit string `json:"commit,omitempty"`
	// Answer is JSON, compressed with gzip.
	Answer []byte `json:"answer,omitempty"`
	// AnsweredAt is when the query ended.
	AnsweredAt *metav1.Time `json:"answeredAt,omitempty"`
	// Expires is when the query is removed.
	Expires *metav1.Time `json:"expires,omitempty"`
}

// QueryList is a list of queries.
//
// +kubebuilder:object:root=true
type QueryList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Query `json:"items"`
}
