package applicationset

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/hub/applicationset/live"
	"github.com/fairlead/fairlead/internal/hub/applicationset/wake"
)

// refreshAnnotations both ask for a refresh: Argo CD's for sets, and the one
// for Applications, which people put on sets too.
var refreshAnnotations = []string{v1alpha1.AnnotationApplicationSetRefresh, v1alpha1.AnnotationKeyRefresh}

// refresh asks everybody anew if somebody wished so: the Git servers of the
// set's generators and Applications here, all others when the set is expanded.
// It takes the annotation off. Their errors become conditions elsewhere.
func (r *Reconciler) refresh(ctx context.Context, set *v1alpha1.ApplicationSet, why *wake.Cause) error {
	before := set.DeepCopy()
	wished := false
	for _, a := range refreshAnnotations {
		if _, ok := set.Annotations[a]; ok {
			wished = true
			delete(set.Annotations, a)
		}
	}
	why.Anew = why.Anew || wished
	if !why.Anew && !(why.Nothing() && wake.Polls(set)) {
		return nil
	}
	repositories, err := r.repositoriesOf(ctx, set)
	if err != nil {
		return err
	}
	for _, repo := range repositories {
		_ = r.Revisions.Ask(ctx, repo.URL, repo.Revision) // told by the conditions of whoever reads it
	}
	if !wished {
		return nil
	}
	if err := r.Client.Patch(ctx, set, client.MergeFrom(before)); err != nil {
		err = fmt.Errorf("remove refresh annotation of applicationset %s/%s: %w", set.Namespace, set.Name, err)
		return errors.Join(err, r.writeConditions(ctx, before, refreshFailed(err)))
	}
	return nil
}

// repositoriesOf lists, once each, what the set's generators were last read
// from and what the sources of its Applications are. A set that has never been
// expanded asks for its generators' repositories by itself.
func (r *Reconciler) repositoriesOf(ctx context.Context, set *v1alpha1.ApplicationSet) ([]expand.Repository, error) {
	found := map[expand.Repository]bool{}
	for _, repo := range r.tracker.Followed(client.ObjectKeyFromObject(set)) {
		found[repo] = true
	}
	apps, err := live.OfSet(ctx, r.Client, set)
	if err != nil {
		return nil, err
	}
	for i := range apps {
		for _, s := range apps[i].Spec.GetSources() {
			if s.Chart == "" {
				found[expand.Repository{URL: s.RepoURL, Revision: s.TargetRevision}] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b expand.Repository) int {
		return cmp.Or(cmp.Compare(a.URL, b.URL), cmp.Compare(a.Revision, b.Revision))
	}), nil
}
