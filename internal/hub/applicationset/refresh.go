package applicationset

import (
	"context"
	"errors"
	"fmt"

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
// set's generators and the servers of its Applications' sources here, all others
// when the set is expanded. A "hard" one also follows versions of charts that
// were published anew. It takes the annotation off. Their errors become
// conditions elsewhere.
func (r *Reconciler) refresh(ctx context.Context, set *v1alpha1.ApplicationSet, why *wake.Cause) error {
	before := set.DeepCopy()
	wished, hard := false, set.Annotations[v1alpha1.AnnotationKeyRefresh] == string(v1alpha1.RefreshTypeHard)
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
	if err := r.askAnew(ctx, set, hard); err != nil {
		return err
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

// askAnew what the set's generators were last read from and what the sources of
// its Applications are. A set that has never been expanded asks for its
// generators' repositories by itself.
func (r *Reconciler) askAnew(ctx context.Context, set *v1alpha1.ApplicationSet, hard bool) error {
	list, err := live.OfSet(ctx, r.Client, set)
	if err != nil {
		return err
	}
	asked := map[expand.Repository]bool{}
	apps := make([]*v1alpha1.Application, len(list))
	for i := range list {
		apps[i] = &list[i]
		for _, s := range list[i].Spec.GetSources() {
			asked[expand.Repository{URL: s.RepoURL, Revision: s.TargetRevision}] = s.TagPrefix == ""
		}
	}
	r.Revisions.AskFor(ctx, hard, apps...)
	for _, repo := range r.tracker.Followed(client.ObjectKeyFromObject(set)) {
		if !asked[repo] {
			_ = r.Revisions.Ask(ctx, repo.URL, repo.Revision) // told by the conditions of whoever reads it
		}
	}
	return nil
}
