package reconcile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/render"
	"github.com/fairlead/fairlead/internal/source"
)

// Sources are where manifests come from: a catalog.
type Sources interface {
	Resolve(ctx context.Context, spec source.Spec) (source.Pin, error)
	Fetch(ctx context.Context, pin source.Pin) (source.Content, error)
}

// target is what should run: sources at revisions, for a destination.
type target struct {
	// id is a digest of everything that rendering depends on.
	id        string
	sources   v1alpha1.ApplicationSources
	revisions []string
	// pins of the sources, and of the value files at URLs that they name.
	pins, files []source.Pin
}

// targetEncoding names what an id is made of; another encoding, another name.
const targetEncoding = "fairlead.target.v2"

var commit = regexp.MustCompile(`^[0-9a-f]{40}$`)

// newTarget names sources at revisions. What a source asks for (a branch, say)
// does not count, only what it stands for, unless its parameters say it.
func newTarget(app *v1alpha1.Application, sources v1alpha1.ApplicationSources, pins, files []source.Pin, kubeVersion string) (target, error) {
	t := target{sources: sources, pins: pins, files: files}
	pinned := make(v1alpha1.ApplicationSources, len(sources))
	contents := map[string]string{}
	var asked []string
	for i := range sources {
		pinned[i] = sources[i]
		pinned[i].TargetRevision = pins[i].Revision
		t.revisions = append(t.revisions, pins[i].Revision)
		contents[fmt.Sprint("source ", i)] = pins[i].Digest
		asked = append(asked, sources[i].TargetRevision)
	}
	for _, file := range files {
		contents[file.Spec.RepoURL] = file.Digest
	}
	named := map[string]any{
		"encoding": targetEncoding, "sources": pinned, "name": app.Name, "kubeVersion": kubeVersion,
		"namespace": app.Namespace, "destination": app.Spec.Destination.Namespace, "contents": contents,
	}
	raw, err := json.Marshal(named)
	if err == nil && strings.Contains(string(raw), "ARGOCD_APP_SOURCE_TARGET_REVISION") {
		named["asked"] = asked
		raw, err = json.Marshal(named)
	}
	if err != nil {
		return target{}, fmt.Errorf("name the target of %s/%s: %w", app.Namespace, app.Name, err)
	}
	sum := sha256.Sum256(raw)
	t.id = hex.EncodeToString(sum[:16])
	return t, nil
}

// checkSources says what this agent cannot deliver, before anything is fetched.
func checkSources(sources v1alpha1.ApplicationSources) error {
	if len(sources) == 0 {
		return fmt.Errorf("the application has no source: set spec.source or spec.sources")
	}
	return nil
}

// resolve gives the pin of each source: the hub's, or the server's own answer
// where the hub has not resolved it.
func (r *Reconciler) resolve(ctx context.Context, sources v1alpha1.ApplicationSources, pins []*deliveryv1.PinnedSource) ([]source.Pin, error) {
	out := make([]source.Pin, len(sources))
	for i, s := range sources {
		spec := source.Of(s)
		if i < len(pins) && pins[i].GetRevision() != "" && asksFor(pins[i], spec) {
			out[i] = pinOf(spec, pins[i])
			continue
		}
		var err error
		if out[i], err = r.ask(ctx, spec); err != nil {
			return nil, render.InSource(i, len(sources), err)
		}
	}
	return out, nil
}

// ask what a revision means; a commit means itself.
func (r *Reconciler) ask(ctx context.Context, spec source.Spec) (source.Pin, error) {
	if spec.Kind == source.KindGit && commit.MatchString(spec.Revision) {
		return source.Pin{Spec: spec, Revision: spec.Revision}, nil
	}
	return r.opts.Sources.Resolve(ctx, spec)
}

// asksFor tells whether the hub pinned what is asked for.
func asksFor(p *deliveryv1.PinnedSource, spec source.Spec) bool {
	return p.GetRepoUrl() == spec.RepoURL && p.GetChart() == spec.Chart && p.GetTargetRevision() == spec.Revision
}

func pinOf(spec source.Spec, p *deliveryv1.PinnedSource) source.Pin {
	return source.Pin{Spec: spec, Revision: p.GetRevision(), Digest: p.GetDigest(), Location: p.GetLocation()}
}

// resolveFiles gives the pin of each value file at a URL that the sources name,
// once each: the hub's, or what the URL holds now where only this agent knows
// the URL.
func (r *Reconciler) resolveFiles(ctx context.Context, app render.Application, files []*deliveryv1.PinnedSource) ([]source.Pin, error) {
	known := map[string]source.Pin{}
	for _, f := range files {
		known[f.GetRepoUrl()] = pinOf(source.FileAt(f.GetRepoUrl()), f)
	}
	var out []source.Pin
	taken := map[string]bool{}
	for i := range app.Sources {
		for _, url := range app.RemoteFiles(i) {
			if taken[url] {
				continue
			}
			taken[url] = true
			pin, ok := known[url]
			if !ok {
				var err error
				if pin, err = r.opts.Sources.Resolve(ctx, source.FileAt(url)); err != nil {
					return nil, render.InSource(i, len(app.Sources), err)
				}
			}
			out = append(out, pin)
		}
	}
	return out, nil
}
