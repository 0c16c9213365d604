package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestWhatASetsGuardHoldsIsHealed(t *testing.T) {
	g := start(t).grid(t, "guard-holds")
	webs := g.webs(t)

	// Emptied folders take the manifests along: the last good ones are healed.
	if _, err := g.repo.Delete(t.Context(), "empty it", "apps"); err != nil {
		t.Fatal(err)
	}
	g.awaitGuard(t, true)
	for _, c := range g.cells {
		g.awaitCondition(t, c.app, v1alpha1.ApplicationConditionComparisonError, fmt.Sprintf("path %q does not exist", c.folder))
	}
	killed(t, g.agents[virginia]) // the last good ones are on its disk
	g.heals(t, "1", g.cells...)
	g.deleted(t, false)
	reverted, err := g.repo.Revert(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	g.awaitGuard(t, false)
	g.awaitHealthy(t, reverted, g.apps()...)
	g.sameWebs(t, webs)

	// A label that no cluster has: what is held gets new commits too.
	g.applySet(t, "guard-holsd")
	digest := g.awaitGuard(t, true)
	g.awaitHealthy(t, g.commit(t, "2"), g.apps()...)
	g.heals(t, "2", g.cells...)
	g.awaitHealthy(t, "", g.apps()...)
	g.deleted(t, false)
	g.sameWebs(t, webs)
	g.noOrders(t)

	out := g.fairlead(t, "approve", g.name, "--digest", digest, "--yes")
	if !containsAll(out, g.apps()) {
		t.Errorf("fairlead approve does not list what goes:\n%s", out)
	}
	for _, app := range g.apps() {
		g.awaitGone(t, app)
	}
	g.awaitObjectsGone(t, g.cells...)
	g.awaitGuard(t, false)
}

func TestWhatTheDeletionGateHoldsIsHealed(t *testing.T) {
	g := start(t).grid(t, "gate-holds")
	webs := g.webs(t)

	// Kubernetes deletes the Applications after their set.
	g.remove(t, &v1alpha1.ApplicationSet{}, g.name)
	for _, c := range g.cells {
		g.awaitCondition(t, c.app, v1alpha1.ApplicationConditionDeletionHeld, g.name, "fairlead approve", "fairlead keep")
	}
	g.heals(t, "1", g.cells...)
	g.awaitHealthy(t, g.commit(t, "2"), g.apps()...)

	// An agent that comes anew is told about them like any other.
	since := time.Now()
	killed(t, g.agents[tokyo])
	g.heals(t, "2", g.cells...)
	eventually(t, patience, func() error { return g.connectedSince(t, tokyo, since) })
	g.awaitHealthy(t, g.commit(t, "3"), g.apps()...)
	g.deleted(t, true)
	g.sameWebs(t, webs)
	g.noOrders(t)

	kept, others := g.cells[0], g.cells[1:]
	g.fairlead(t, "keep", "--application", kept.app, "--yes")
	g.awaitGone(t, kept.app)
	out := g.fairlead(t, "approve", g.name, "--yes")
	if strings.Contains(out, kept.app) {
		t.Errorf("fairlead approve lists what was kept:\n%s", out)
	}
	for _, c := range others {
		g.awaitGone(t, c.app)
	}
	g.awaitObjectsGone(t, others...)
	g.heals(t, "3", kept) // by an agent that is no longer told about it

	// The set comes back on one of the clusters, and takes over what was kept.
	g.label(t, g.name, "", virginia)
	g.applySet(t, g.name)
	g.cells = slices.DeleteFunc(g.cells, func(c cell) bool { return c.cluster == virginia })
	g.awaitHealthy(t, "", g.apps()...)
	if uid := g.webs(t)[kept]; uid != webs[kept] {
		t.Errorf("deployment web of %s is another: %s, was %s", kept.app, uid, webs[kept])
	}
	g.remove(t, &v1alpha1.ApplicationSet{}, g.name)
	g.awaitObjectsGone(t, g.cells...)
}
