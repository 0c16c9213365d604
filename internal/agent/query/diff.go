package query

import (
	"context"
	"errors"
	"fmt"
	"slices"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent/reconcile"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

func (s *Service) diff(ctx context.Context, key string, question *deliveryv1.Query) ([]byte, error) {
	preview, err := s.previews.Preview(ctx, key, reconcile.Elsewhere{
		Source: int(question.GetSource()), Revision: question.GetTargetRevision(), Commit: question.GetRevision(),
	})
	if err != nil {
		return nil, err
	}
	objects, err := s.engine.Diff(ctx, preview.Manifests, preview.Held.Inventory)
	if err != nil {
		return nil, err
	}
	reported := preview.Held.Memory.Status
	answer := fleet.DiffAnswer{
		Revisions: preview.Revisions, Objects: objects, Notes: preview.Warnings,
		Sync: string(reported.Sync.Status), Health: string(reported.Health.Status),
		Differs: slices.ContainsFunc(objects, fleet.ObjectDiff.Counts),
	}
	if question.GetSource() == 0 {
		explainOutOfSync(&answer, reported)
	}
	return fit(&answer)
}

// explainOutOfSync adds what the agent last said of an Application: an answer
// without a difference must not leave open why it is out of sync.
func explainOutOfSync(answer *fleet.DiffAnswer, reported v1alpha1.ApplicationStatus) {
	for _, c := range reported.Conditions {
		answer.Notes = append(answer.Notes, c.Type+": "+c.Message)
	}
	if answer.Differs || reported.Sync.Status == v1alpha1.SyncStatusCodeSynced || reported.Sync.Status == "" {
		return
	}
	said := false
	for _, r := range reported.Resources {
		if r.Status == v1alpha1.SyncStatusCodeSynced || r.Status == "" {
			continue
		}
		said = true
		note := fmt.Sprintf("%s %s/%s was %s when it was last compared, and is as wanted now", r.Kind, r.Namespace, r.Name, r.Status)
		if r.RequiresPruning {
			note = fmt.Sprintf("%s %s/%s required pruning when it was last compared, and is gone now", r.Kind, r.Namespace, r.Name)
		}
		answer.Notes = append(answer.Notes, note)
	}
	if !said && len(reported.Conditions) == 0 {
		answer.Notes = append(answer.Notes, fmt.Sprintf("reported %s, and nothing differs now: the next comparison will say so", reported.Sync.Status))
	}
}

// cuts make an answer smaller, step by step, and say how.
var cuts = []struct {
	says string
	do   func(*fleet.DiffAnswer)
}{
	{"fields that stay are left out", func(a *fleet.DiffAnswer) {
		keepFields(a, func(f fleet.FieldDiff) bool { return f.Change != fleet.FieldKeep }, 1<<30)
	}},
	{"20 fields of each object are shown", func(a *fleet.DiffAnswer) { keepFields(a, nil, 20) }},
	{"no fields are shown", func(a *fleet.DiffAnswer) { keepFields(a, nil, 0) }},
	{"the first 2000 objects are shown, without fields", func(a *fleet.DiffAnswer) { keepObjects(a, 2000) }},
	{"the first 200 objects are shown, without fields", func(a *fleet.DiffAnswer) { keepObjects(a, 200) }},
}

// fit encodes an answer, cut as far as its size asks for.
func fit(answer *fleet.DiffAnswer) ([]byte, error) {
	for i := 0; ; i++ {
		data, err := delivery.EncodeAnswer(answer)
		if !errors.Is(err, delivery.ErrAnswerSize) || i == len(cuts) {
			return data, err
		}
		cuts[i].do(answer)
		answer.Truncated = "the answer would be too large: " + cuts[i].says
	}
}

func keepFields(a *fleet.DiffAnswer, keep func(fleet.FieldDiff) bool, limit int) {
	for i := range a.Objects {
		o := &a.Objects[i]
		var kept []fleet.FieldDiff
		for _, f := range o.Fields {
			if len(kept) < limit && (keep == nil || keep(f)) {
				kept = append(kept, f)
			}
		}
		o.MoreFields += len(o.Fields) - len(kept)
		o.Fields = kept
	}
}

// keepObjects keeps those that differ, first of all.
func keepObjects(a *fleet.DiffAnswer, limit int) {
	slices.SortStableFunc(a.Objects, func(x, y fleet.ObjectDiff) int {
		switch {
		case x.Counts() == y.Counts():
			return 0
		case x.Counts():
			return -1
		}
		return 1
	})
	a.Objects = a.Objects[:min(len(a.Objects), limit)]
}
