package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	strictjson "sigs.k8s.io/json"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/render"
	manifests "github.com/fairlead/fairlead/internal/render/manifest"
)

// applicationLimits bound a file of Applications.
var applicationLimits = manifests.Limits{DocumentBytes: 2 << 20, Bytes: 256 << 20, Objects: 100_000}

// readApplication reads the Application of a file, or that of the name given.
// The warnings name fields that mean nothing.
func readApplication(in io.Reader, file, name string) (*v1alpha1.Application, []string, error) {
	text, err := readFile(in, file)
	if err != nil {
		return nil, nil, err
	}
	shown := cmp.Or(strings.TrimPrefix(file, "-"), "standard input")
	decoder := &manifests.Decoder{Limits: applicationLimits}
	if err := decoder.Add(shown, text); err != nil {
		return nil, nil, err
	}
	object, err := oneApplication(decoder.Objects, name)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", shown, err)
	}
	app, warnings, err := decodeApplication(object)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: application %s: %w", shown, object.GetName(), err)
	}
	return app, warnings, nil
}

func oneApplication(objects []*unstructured.Unstructured, name string) (*unstructured.Unstructured, error) {
	var names []string
	var found []*unstructured.Unstructured
	for _, o := range objects {
		if o.GetKind() != v1alpha1.ApplicationKind || o.GroupVersionKind().Group != v1alpha1.Group {
			if name == "" {
				return nil, fmt.Errorf("holds a %s %s; want an %s %s", o.GetAPIVersion(), o.GetKind(), v1alpha1.SchemeGroupVersion, v1alpha1.ApplicationKind)
			}
			continue
		}
		names = append(names, o.GetName())
		if name == "" || o.GetName() == name {
			found = append(found, o)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(names) == 0:
		return nil, errors.New("holds no Application")
	case len(found) == 0:
		return nil, fmt.Errorf("holds no Application %q; it has %s", name, some(names))
	case name != "":
		return nil, fmt.Errorf("holds %d Applications named %q", len(found), name)
	}
	return nil, fmt.Errorf("holds %d Applications (%s); choose one with --name", len(names), some(names))
}

// some lists the first of many names.
func some(names []string) string {
	if len(names) > 5 {
		names = append(slices.Clone(names[:5]), "...")
	}
	return strings.Join(names, ", ")
}

func decodeApplication(object *unstructured.Unstructured) (*v1alpha1.Application, []string, error) {
	raw, err := json.Marshal(object)
	if err != nil {
		return nil, nil, err
	}
	app := &v1alpha1.Application{}
	problems, err := strictjson.UnmarshalStrict(raw, app)
	if err != nil {
		return nil, nil, err
	}
	var warnings []string
	for _, p := range problems {
		warnings = append(warnings, p.Error()+" is ignored")
	}
	return app, warnings, nil
}

// request finds the content of every source.
func (f *renderFlags) request(ctx context.Context, app *v1alpha1.Application) (render.Application, error) {
	out := render.Application{
		Name: app.Name, Namespace: app.Spec.Destination.Namespace, Project: app.Spec.GetProject(),
		KubeVersion: f.kubeVersion, APIVersions: f.apiVersions,
	}
	repos, err := newFolders(f.repos)
	if err != nil {
		return out, err
	}
	files, err := readValueFiles(f.files)
	if err != nil {
		return out, err
	}
	sources := app.Spec.GetSources()
	if len(sources) == 0 {
		return out, errors.New("there is no source: set spec.source or spec.sources")
	}
	for i, s := range sources {
		tree, revision, err := repos.content(ctx, &s)
		if err != nil {
			return out, render.InSource(i, len(sources), err)
		}
		out.Sources = append(out.Sources, render.Source{
			ApplicationSource: s, Tree: tree, RemoteFiles: files, Revision: revision,
		})
	}
	return out, nil
}

// readValueFiles reads --value-file flags.
func readValueFiles(flags []string) (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, flag := range flags {
		i := strings.LastIndexByte(flag, '=')
		if i <= 0 || i == len(flag)-1 || !strings.Contains(flag[:i], "://") {
			return nil, fmt.Errorf("--value-file %q: want URL=FILE", generators.MaskURL(flag))
		}
		text, err := os.ReadFile(flag[i+1:])
		if err != nil {
			return nil, fmt.Errorf("--value-file %s: %w", generators.MaskURL(flag[:i]), err)
		}
		out[flag[:i]] = text
	}
	return out, nil
}
