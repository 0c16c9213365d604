package applicationset

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/expand"
)

// refreshAnnotations both ask for a refresh: Argo CD's for sets, and the one
// for Applications, which people put on sets too.
var refreshAnnotations = []string{v1alpha1.AnnotationApplicationSetRefresh, v1alpha1.AnnotationKeyRefresh}

// refresh asks the Git servers of the set's generators and Applications now,
// and takes the annotation off. Their errors become conditions elsewhere.
func (r *Reconciler) refresh(ctx context.Context, set *v1alpha1.ApplicationSet, git *reader) error {
	before := set.DeepCopy()
	asked := false
	for _, a := range refreshAnnotations {
		if _, ok := set.Annotations[a]; ok {
			asked = true
			delete(set.Annotations, a)
		}
	}
	if !asked {
		return nil
	}
	repositories, err := r.repositoriesOf(ctx, set, git)
	if err != nil {
		return err
	}
	for _, repo := range repositories {
		_ = r.Revisions.Ask(ctx, repo.URL, repo.Revision) // told by the conditions of whoever reads it
	}
	if err := r.Client.Patch(ctx, set, client.MergeFrom(before)); err != nil {
		return fmt.Errorf("remove refresh annotation of applicationset %s/%s: %w", set.Namespace, set.Name, err)
	}
	return nil
}

// repositoriesOf lists, once each, what the set's generators and the sources of
// its Applications read from Git.
func (r *Reconciler) repositoriesOf(ctx context.Context, set *v1alpha1.ApplicationSet, git *reader) ([]expand.Repository, error) {
	_, _ = r.expand(ctx, set, git) // for what it asks; the reconcile reports its errors
	found := map[expand.Repository]bool{}
	var out []expand.Repository
	add := func(repo expand.Repository) {
		if !found[repo] {
			found[repo] = true
			out = append(out, repo)
		}
	}
	for _, repo := range git.seen() {
		add(repo)
	}
	var apps v1alpha1.ApplicationList
	if err := r.Client.List(ctx, &apps, client.InNamespace(set.Namespace), client.MatchingFields{setIndex: set.Name}); err != nil {
		return nil, fmt.Errorf("list applications of set %s/%s: %w", set.Namespace, set.Name, err)
	}
	for i := range apps.Items {
		for _, s := range apps.Items[i].Spec.GetSources() {
			if s.Chart == "" {
				add(expand.Repository{URL: s.RepoURL, Revision: s.TargetRevision})
			}
		}
	}
	return out, nil
}
