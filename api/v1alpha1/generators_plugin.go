package v1alpha1

import apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

// PluginGenerator yields what an HTTP service answers.
type PluginGenerator struct {
	// ConfigMapRef names the ConfigMap that tells the service's address and
	// token.
	ConfigMapRef PluginConfigMapRef `json:"configMapRef"`
	// Input is sent to the service.
	Input PluginInput `json:"input,omitempty"`
	// RequeueAfterSeconds between two requests; nil means the default.
	RequeueAfterSeconds *int64                 `json:"requeueAfterSeconds,omitempty"`
	Template            ApplicationSetTemplate `json:"template,omitempty"`
	// Values become the parameters values.NAME.
	Values map[string]string `json:"values,omitempty"`
}

// PluginConfigMapRef names a ConfigMap.
type PluginConfigMapRef struct {
	Name string `json:"name"`
}

// PluginInput is what a plugin is asked with.
type PluginInput struct {
	Parameters PluginParameters `json:"parameters,omitempty"`
}

// PluginParameters are values of any shape.
type PluginParameters map[string]apiextensionsv1.JSON
