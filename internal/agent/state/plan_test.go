package state

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

func full(epoch uint64, f *deliveryv1.Full) *deliveryv1.WatchResponse {
	return &deliveryv1.WatchResponse{Position: &deliveryv1.Position{Epoch: epoch, Generation: 9}, Body: &deliveryv1.WatchResponse_Full{Full: f}}
}

func delta(epoch uint64, d *deliveryv1.Delta) *deliveryv1.WatchResponse {
	return &deliveryv1.WatchResponse{Position: &deliveryv1.Position{Epoch: epoch, Generation: 9}, Body: &deliveryv1.WatchResponse_Delta{Delta: d}}
}

func bundle(name, uid string) *deliveryv1.Bundle {
	return delivery.Stamp(&deliveryv1.Bundle{Namespace: "argocd", Name: name, Uid: uid})
}

func tombstone(name, uid string, epoch uint64) *deliveryv1.Tombstone {
	return &deliveryv1.Tombstone{Namespace: "argocd", Name: name, Uid: uid, Epoch: epoch, Action: deliveryv1.Tombstone_ACTION_DELETE}
}

func TestPlan(t *testing.T) {
	have := map[string]held{"argocd/a": {uid: "1"}, "argocd/b": {uid: "2"}, "argocd/gone": {uid: "3", orphaned: true}}
	for _, tt := range []struct {
		name       string
		highest    delivery.Position
		answer     *deliveryv1.WatchResponse
		orphaned   []string
		tombstones map[string]Tombstone
		ignored    int
	}{
		{name: "same changes nothing", answer: &deliveryv1.WatchResponse{Body: &deliveryv1.WatchResponse_Same{}}},
		{name: "a full answer orphans what it lacks", answer: full(1, &deliveryv1.Full{Applications: []*deliveryv1.Bundle{bundle("a", "1")}}),
			orphaned: []string{"argocd/b"}},
		{name: "an empty full answer orphans everything and deletes nothing", answer: full(1, &deliveryv1.Full{}),
			orphaned: []string{"argocd/a", "argocd/b"}},
		{name: "a delta orphans what it names", answer: delta(1, &deliveryv1.Delta{Orphaned: []string{"argocd/b", "argocd/unknown"}}),
			orphaned: []string{"argocd/b"}},
		{name: "a tombstone ends what it names", answer: delta(1, &deliveryv1.Delta{Tombstones: []*deliveryv1.Tombstone{tombstone("a", "1", 1)}}),
			tombstones: map[string]Tombstone{"argocd/a": {UID: "1", Delete: true}}},
		{name: "a tombstone in a full answer leaves no orphan", answer: full(1, &deliveryv1.Full{
			Applications: []*deliveryv1.Bundle{bundle("a", "1")}, Tombstones: []*deliveryv1.Tombstone{tombstone("b", "2", 1)}}),
			tombstones: map[string]Tombstone{"argocd/b": {UID: "2", Delete: true}}},
		{name: "an orphan can be ended", answer: delta(1, &deliveryv1.Delta{Tombstones: []*deliveryv1.Tombstone{tombstone("gone", "3", 1)}}),
			tombstones: map[string]Tombstone{"argocd/gone": {UID: "3", Delete: true}}},
		{name: "another UID is left alone", answer: delta(1, &deliveryv1.Delta{Tombstones: []*deliveryv1.Tombstone{tombstone("a", "9", 1)}}), ignored: 1},
		{name: "another epoch is left alone", answer: delta(2, &deliveryv1.Delta{Tombstones: []*deliveryv1.Tombstone{tombstone("a", "1", 1)}}), ignored: 1},
		{name: "a hub older than one seen ends nothing", highest: delivery.Position{Epoch: 5},
			answer: delta(1, &deliveryv1.Delta{Tombstones: []*deliveryv1.Tombstone{tombstone("a", "1", 1)}}), ignored: 1},
		{name: "what is desired is not ended", answer: delta(1, &deliveryv1.Delta{
			Upserts: []*deliveryv1.Bundle{bundle("a", "1")}, Tombstones: []*deliveryv1.Tombstone{tombstone("a", "1", 1)}}), ignored: 1},
		{name: "an unknown key wants an answer", answer: delta(1, &deliveryv1.Delta{Tombstones: []*deliveryv1.Tombstone{tombstone("x", "7", 1)}}),
			tombstones: map[string]Tombstone{"argocd/x": {UID: "7", Delete: true}}},
		{name: "an unknown action does nothing", answer: delta(1, &deliveryv1.Delta{Tombstones: []*deliveryv1.Tombstone{
			{Namespace: "argocd", Name: "a", Uid: "1", Epoch: 1}}}), ignored: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := plan(have, tt.highest, tt.answer)
			if diff := cmp.Diff(tt.orphaned, got.orphaned); diff != "" {
				t.Errorf("orphaned (-want +got):\n%s", diff)
			}
			if tt.tombstones == nil {
				tt.tombstones = map[string]Tombstone{}
			}
			if diff := cmp.Diff(tt.tombstones, got.tombstones); diff != "" {
				t.Errorf("tombstones (-want +got):\n%s", diff)
			}
			if len(got.ignored) != tt.ignored {
				t.Errorf("ignored %v, want %d", got.ignored, tt.ignored)
			}
		})
	}
}
