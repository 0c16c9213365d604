package render

import (
	"context"
	"fmt"
	"io/fs"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/render/buildenv"
	"github.com/fairlead/fairlead/internal/render/directory"
	"github.com/fairlead/fairlead/internal/render/helm"
	"github.com/fairlead/fairlead/internal/render/kustomize"
	"github.com/fairlead/fairlead/internal/render/manifest"
)

// Request is one source of one Application, with its content at hand.
type Request struct {
	// Tree is the whole repository at one revision, or the content of a chart
	// or artifact.
	Tree fs.FS
	// Source says which path to render and how.
	Source v1alpha1.ApplicationSource
	// Name is the Application's name: the Helm release name unless the source
	// sets one.
	Name string
	// Namespace is the destination namespace.
	Namespace string
	// KubeVersion is the destination's version ("1.36.3", a leading v is
	// allowed). The source may override it.
	KubeVersion string
	// APIVersions are the group/versions and group/version/kinds the
	// destination serves. The source may override them.
	APIVersions []string
	// Revision is the resolved one, for ARGOCD_APP_REVISION: a commit, a
	// chart's version, or the digest of an OCI artifact.
	Revision string
	// Env overrides or extends the build environment that follows from the
	// other fields: see Environ.
	Env map[string]string
	// Refs are the trees of the Application's other sources that set a ref,
	// for value files of the form $ref/path.
	Refs map[string]fs.FS
	// RemoteFiles are the contents of the value files that are URLs, by URL.
	// Nothing is downloaded here.
	RemoteFiles map[string][]byte
	// Limits bound the work; zero fields take the defaults.
	Limits Limits
}

// Result is what a rendering gives.
type Result struct {
	// Objects in the order the renderer gives them.
	Objects []*unstructured.Unstructured
	// SourceType says which renderer ran.
	SourceType v1alpha1.ApplicationSourceType
	// Warnings are worth showing, and do not stop the Application.
	Warnings []string
	// Bytes is what the objects weigh together as JSON.
	Bytes int
}

// Render renders one source. It returns all objects or an error, never a part.
//
// The work is bounded by req.Limits and by ctx. Templates of charts stop when
// the time is over; a library that does not look at its context is left behind
// to end by itself.
func Render(ctx context.Context, req Request) (*Result, error) {
	req.Limits = req.Limits.withDefaults()
	ctx, cancel := context.WithTimeout(ctx, req.Limits.Timeout)
	defer cancel()
	type outcome struct {
		result *Result
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() { done <- o }()
		defer func() {
			if p := recover(); p != nil {
				o = outcome{err: fmt.Errorf("render %s: the renderer panicked: %v", req.Source.Path, p)}
			}
		}()
		o.result, o.err = render(ctx, req)
	}()
	select {
	case o := <-done:
		return o.result, shorten(o.err)
	case <-ctx.Done():
		return nil, fmt.Errorf("render %s: not done within %s: %w", req.Source.Path, req.Limits.Timeout, context.Cause(ctx))
	}
}

func render(ctx context.Context, req Request) (*Result, error) {
	folder, err := folderOf(req)
	if err != nil {
		return nil, err
	}
	if req.Source, err = withOverrides(req.Tree, folder, req.Source, req.Name, req.Limits.DocumentBytes); err != nil {
		return nil, err
	}
	kind, err := SourceType(req.Tree, req.Source)
	if err != nil {
		return nil, err
	}
	decoder := &manifest.Decoder{Limits: req.Limits.manifest()}
	env := buildenv.Expander(Environ(req))
	switch kind {
	case v1alpha1.ApplicationSourceTypeHelm:
		err = helm.Render(ctx, req.Tree, folder, helm.Options{
			Source:      req.Source.Helm,
			Name:        req.Name,
			Namespace:   req.Namespace,
			KubeVersion: req.KubeVersion,
			APIVersions: req.APIVersions,
			Env:         env,
			Refs:        req.Refs,
			RemoteFiles: req.RemoteFiles,
		}, decoder)
	case v1alpha1.ApplicationSourceTypeKustomize:
		err = kustomize.Render(ctx, req.Tree, folder, req.Source.Kustomize, env, decoder)
	case v1alpha1.ApplicationSourceTypeDirectory:
		err = directory.Render(ctx, req.Tree, folder, req.Source.Directory, env, decoder)
	default:
		err = fmt.Errorf("%s: config management plugins are not supported; use Helm, Kustomize or plain manifests", folder)
	}
	if err != nil {
		return nil, err
	}
	return &Result{Objects: decoder.Objects, SourceType: kind, Warnings: decoder.Warnings, Bytes: decoder.Weight()}, nil
}

// maxError is the most bytes of an error: it ends up in a condition, and
// libraries repeat themselves at every level of a recursion.
const maxError = 4 << 10

// shorten keeps the beginning and the end of a long error.
func shorten(err error) error {
	if err == nil || len(err.Error()) <= maxError {
		return err
	}
	return long{err}
}

type long struct{ error }

func (l long) Unwrap() error { return l.error }

func (l long) Error() string {
	text := l.error.Error()
	return strings.ToValidUTF8(text[:maxError/2]+" [...] "+text[len(text)-maxError/2:], "")
}
