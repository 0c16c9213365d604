package main

import (
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
)

// exitf is an error with an exit code of its own.
func exitf(code int, format string, args ...any) error {
	return &exitError{code: code, err: fmt.Errorf(format, args...)}
}

// fromHub gives an error of the hub's API server its exit code and next step.
func fromHub(err error, what string) error {
	switch {
	case err == nil:
		return nil
	case apierrors.IsNotFound(err):
		return exitf(codeNotFound, "%s: not found", what)
	case meta.IsNoMatchError(err):
		return exitf(codeUnreachable, "%s: this API server has no Fairlead hub (%v); is this the hub's kubeconfig?", what, err)
	case apierrors.IsForbidden(err), apierrors.IsUnauthorized(err):
		return exitf(codeForbidden, "%s: %v", what, err)
	case apierrors.ReasonForError(err) == "":
		return exitf(codeUnreachable, "%s: %v", what, err)
	default:
		return exitf(codeUsage, "%s: %v", what, err)
	}
}
