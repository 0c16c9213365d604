package desired

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/render/buildenv"
	"github.com/fairlead/fairlead/internal/source"
)

// pinLookup finds a Pin by namespace and name; nil if there is none.
type pinLookup func(namespace, name string) *fleet.Pin

// pinsOf names the Pins that an Application follows, one per source, then one
// per value file at a URL.
func pinsOf(app *v1alpha1.Application) []string {
	sources := app.Spec.GetSources()
	names := make([]string, 0, len(sources))
	set := v1alpha1.OwningSet(app)
	for i := range sources {
		if set != "" {
			names = append(names, fleet.SetPinName(set))
		} else {
			names = append(names, fleet.RevisionPinName(source.Of(sources[i]).Requested()))
		}
	}
	for _, url := range buildenv.RemoteFilesOf(app) {
		names = append(names, fleet.FilePinName(url))
	}
	return names
}

// bundleOf joins an Application with its pins and project. It returns nil while
// a source or value file is not pinned: there is nothing to deliver yet.
func bundleOf(app *v1alpha1.Application, pins pinLookup, project *v1alpha1.AppProject) (*deliveryv1.Bundle, error) {
	app, at := asPaused(app)
	if at == nil {
		at = resolved(app, pins)
	}
	if at == nil {
		return nil, nil
	}
	body, err := delivery.Canonical(forAgent(app))
	if err != nil {
		return nil, fmt.Errorf("encode application %s/%s: %w", app.Namespace, app.Name, err)
	}
	b := &deliveryv1.Bundle{
		Namespace: app.Namespace, Name: app.Name, Uid: string(app.UID),
		Application: body, Pins: at.sources, Files: at.files,
	}
	if b.Project, err = delivery.Canonical(project.Spec); err != nil {
		return nil, fmt.Errorf("encode project %s: %w", project.Name, err)
	}
	if b.Operation, err = delivery.OperationOf(app); err != nil {
		return nil, err
	}
	b.AbortOperation = delivery.AbortOf(app)
	return delivery.Stamp(b), nil
}

// resolved is what the sources and value files of an Application stand for, by
// its Pins; nil while one of them says nothing.
func resolved(app *v1alpha1.Application, pins pinLookup) *stand {
	var wanted []fleet.PinnedRevision
	sources := app.Spec.GetSources()
	for i := range sources {
		wanted = append(wanted, source.Of(sources[i]).Requested())
	}
	for _, url := range buildenv.RemoteFilesOf(app) {
		wanted = append(wanted, fleet.PinnedRevision{RepoURL: url})
	}
	at := make([]*deliveryv1.PinnedSource, len(wanted))
	for i, name := range pinsOf(app) {
		pin := pins(app.Namespace, name)
		if pin == nil {
			return nil
		}
		found, ok := pin.Spec.Lookup("", wanted[i])
		if !ok {
			return nil
		}
		at[i] = &deliveryv1.PinnedSource{
			RepoUrl: found.RepoURL, Chart: found.Chart, TargetRevision: found.TargetRevision,
			Revision: found.Revision, Digest: found.Digest, Location: found.Location,
		}
	}
	return &stand{sources: at[:len(sources)], files: at[len(sources):]}
}

// forAgent is the part of an Application that an agent may know, without what
// changes at every touch.
func forAgent(app *v1alpha1.Application) *v1alpha1.Application {
	out := &v1alpha1.Application{
		TypeMeta: metav1.TypeMeta{APIVersion: v1alpha1.SchemeGroupVersion.String(), Kind: v1alpha1.ApplicationKind},
		ObjectMeta: metav1.ObjectMeta{
			Namespace: app.Namespace, Name: app.Name, UID: app.UID, Labels: app.Labels,
		},
		Spec: app.Spec,
	}
	for k, v := range app.Annotations {
		switch k {
		case corev1.LastAppliedConfigAnnotation, v1alpha1.AnnotationKeyRefresh,
			v1alpha1.AnnotationDeletionCause, v1alpha1.AnnotationKeepWorkloads, v1alpha1.AnnotationApproveDeletions,
			v1alpha1.AnnotationPaused:
			continue
		}
		if out.Annotations == nil {
			out.Annotations = map[string]string{}
		}
		out.Annotations[k] = v
	}
	return out
}
