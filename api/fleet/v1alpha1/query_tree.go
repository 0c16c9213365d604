package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// TreeAnswer is the objects of an Application and what they own.
type TreeAnswer struct {
	Sync   string     `json:"sync,omitempty"`
	Health string     `json:"health,omitempty"`
	Roots  []TreeNode `json:"roots"`
	// Notes say what could not be looked at.
	Notes []string `json:"notes,omitempty"`
	// Truncated says what was left out, in words; empty if nothing was.
	Truncated string `json:"truncated,omitempty"`
}

// TreeNode is one object. Children are those whose owner references name its
// UID, sorted by kind and name.
type TreeNode struct {
	Group     string `json:"group,omitempty"`
	Version   string `json:"version"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
	// UID is empty for an object that is not in the cluster.
	UID string `json:"uid,omitempty"`
	// Sync of an object of the Application itself; empty for what it owns.
	Sync string `json:"sync,omitempty"`
	// Health, empty for kinds without; Message says more.
	Health  string `json:"health,omitempty"`
	Message string `json:"message,omitempty"`
	// Hook of the Application.
	Hook bool `json:"hook,omitempty"`
	// Created is when the object was made.
	Created *metav1.Time `json:"created,omitempty"`
	// Ready reads 2/3: pods, or containers of a pod. Empty where nothing counts.
	Ready string `json:"ready,omitempty"`
	// Images of a pod or its template, sorted.
	Images   []string   `json:"images,omitempty"`
	Children []TreeNode `json:"children,omitempty"`
}
