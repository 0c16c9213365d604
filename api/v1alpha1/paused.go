package v1alpha1

// AnnotationPaused on an Application holds it at a state that it had: JSON with
// sources, revisions, reason and who, see package pause. While it is valid, the
// Application does not follow its spec's sources. No template of a set has a say
// in it; what is written stays until it is taken off.
const AnnotationPaused = "fairlead.dev/paused"
