package session

import (
	"errors"
	"fmt"

	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// words tells an answer in one line.
func words(m *deliveryv1.WatchResponse) string {
	var upserts []*deliveryv1.Bundle
	var tombstones []*deliveryv1.Tombstone
	var line string
	switch {
	case m.GetSame() != nil:
		return "same"
	case m.GetFull() != nil:
		line, upserts, tombstones = "full", m.GetFull().GetApplications(), m.GetFull().GetTombstones()
	case m.GetDelta() != nil:
		line, upserts, tombstones = "delta", m.GetDelta().GetUpserts(), m.GetDelta().GetTombstones()
	}
	for _, b := range upserts {
		line += fmt.Sprintf(" +%s=%s", b.GetName(), b.GetApplication())
	}
	for _, ts := range tombstones {
		line += fmt.Sprintf(" -%s", ts.GetName())
	}
	for _, key := range m.GetDelta().GetOrphaned() {
		line += fmt.Sprintf(" ?%s", key)
	}
	return line
}

func app(name, content string) *deliveryv1.Bundle {
	return delivery.Stamp(&deliveryv1.Bundle{Namespace: "argocd", Name: name, Uid: "uid-" + name, Application: []byte(content)})
}

func apps(bundles ...*deliveryv1.Bundle) []*deliveryv1.Bundle { return bundles }

func tombstone(name string) *deliveryv1.Tombstone {
	return &deliveryv1.Tombstone{Namespace: "argocd", Name: name, Uid: "uid-" + name, Action: deliveryv1.Tombstone_ACTION_DELETE, Epoch: 1}
}

func having(generation uint64, bundles ...*deliveryv1.Bundle) delivery.Have {
	return delivery.Have{
		Highest: delivery.Position{Epoch: 1, Generation: generation}, Digests: Set{Bundles: bundles}.Digests(),
	}
}

var errFail = errors.New("caches are filling")
