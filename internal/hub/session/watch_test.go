package session

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

func expect(t *testing.T, s *delivery.Stream, want string) {
	t.Helper()
	if got := next(t, s); got != want {
		t.Fatalf("told %q, want %q", got, want)
	}
}

func TestASessionFromFullToTombstone(t *testing.T) {
	h := startHub(t)
	h.desired.put("edge", 1, apps(app("b", "1"), app("a", "1")))
	c := h.agent("edge")

	s := h.watch(c, delivery.Have{})
	expect(t, s, "full +a=1 +b=1")

	h.desired.put("edge", 2, apps(app("a", "2"), app("b", "1")))
	expect(t, s, "delta +a=2")

	h.desired.put("edge", 3, apps(app("a", "2")), tombstone("b"))
	expect(t, s, "delta -b")

	// The same again says nothing; a missing one without a tombstone orphans.
	h.desired.put("edge", 4, apps(app("a", "2")), tombstone("b"))
	h.desired.put("edge", 5, apps(), tombstone("b"))
	expect(t, s, "delta ?argocd/a")

	// Acknowledged, and then taken from the set.
	if err := s.Report(context.Background(), &deliveryv1.ReportRequest{Acks: []*deliveryv1.TombstoneAck{{Namespace: "argocd", Name: "b", Uid: "uid-b"}}}); err != nil {
		t.Fatal(err)
	}
	if r := <-h.sink.reports; len(r.GetAcks()) != 1 || r.GetSession() != s.Session() {
		t.Errorf("sink got %v", r)
	}
	h.desired.put("edge", 6, apps())
	h.desired.put("edge", 7, apps(app("c", "1")))
	expect(t, s, "full +c=1")
}

func TestSettingsAreToldFirstAndWhenTheyChange(t *testing.T) {
	h := startHub(t)
	settle := func(generation uint64, region string) {
		h.desired.settle("edge", &deliveryv1.Settings{Cluster: "edge", Labels: map[string]string{"region": region}})
		h.desired.put("edge", generation, apps(app("a", "1")))
	}
	settle(1, "north")
	s := h.watch(h.agent("edge"), delivery.Have{})
	for i, want := range []string{"north", "south"} {
		if i > 0 {
			settle(2, want)
		}
		answer, err := s.Next()
		if err != nil {
			t.Fatal(err)
		}
		if got := answer.GetSettings().GetLabels()["region"]; got != want {
			t.Errorf("answer %d tells region %q, want %q", i, got, want)
		}
	}
	// What has not changed is not told again.
	settle(3, "south")
	h.desired.put("edge", 4, apps(app("a", "2")))
	answer, err := s.Next()
	if err != nil {
		t.Fatal(err)
	}
	if answer.GetFull() == nil || answer.GetSettings() != nil {
		t.Errorf("told %v, want the changed application alone", answer)
	}
}

func TestReconnectTellsOnlyWhatDiffers(t *testing.T) {
	h := startHub(t)
	a, b := app("a", "1"), app("b", "1")
	h.desired.put("edge", 5, apps(a, b))
	c := h.agent("edge")
	for name, step := range map[string]struct {
		have delivery.Have
		want string
	}{
		"same":            {having(5, a, b), "same"},
		"older":           {having(4, app("a", "0"), b), "delta +a=1"},
		"more":            {having(4, a, b, app("z", "1")), "delta ?argocd/z"},
		"nothing of use":  {having(4, app("z", "1")), "full +a=1 +b=1"},
		"nothing at all":  {delivery.Have{}, "full +a=1 +b=1"},
		"an empty store,": {having(5), "full +a=1 +b=1"},
	} {
		t.Run(name, func(t *testing.T) {
			s := h.watch(c, step.have)
			expect(t, s, step.want)
			s.Close()
		})
	}
	h.desired.put("edge", 6, apps(a), tombstone("b"))
	for range 2 { // a tombstone is told on every connect until it is gone
		s := h.watch(c, having(6, a))
		expect(t, s, "delta -b")
		s.Close()
	}
	if h.guard.TombstonesHeld() {
		t.Errorf("guard was called: %v", h.guard.seen)
	}
}

func TestChangesThatComeTogetherGoOutTogether(t *testing.T) {
	h := startHub(t)
	c := h.agent("edge")
	s := h.watch(c, delivery.Have{})
	expect(t, s, "same")
	for i := range 10 {
		h.desired.put("edge", uint64(i+1), apps(app("a", fmt.Sprint(i)), app("b", "1")))
	}
	var told []string
	for len(told) == 0 || !strings.Contains(told[len(told)-1], "a=9") {
		told = append(told, next(t, s))
	}
	if len(told) > 3 {
		t.Errorf("ten changes made %d answers: %v", len(told), told)
	}
}

func TestAgentsGetTheirOwnSetOnly(t *testing.T) {
	h := startHub(t)
	h.desired.put("edge-a", 1, apps(app("of-a", "1")))
	h.desired.put("edge-b", 1, apps(app("of-b", "1")))
	a, b := h.watch(h.agent("edge-a"), delivery.Have{}), h.watch(h.agent("edge-b"), delivery.Have{})
	expect(t, a, "full +of-a=1")
	expect(t, b, "full +of-b=1")
	h.desired.put("edge-b", 2, apps(app("of-b", "2"), app("new", "1")))
	expect(t, b, "full +new=1 +of-b=2")
	// Nothing of it reached a, whose next word is its own.
	h.desired.put("edge-a", 2, apps(app("of-a", "1"), app("next", "1")))
	expect(t, a, "delta +next=1")
}

func TestANewerSessionReplacesTheOlder(t *testing.T) {
	h := startHub(t)
	c := h.agent("edge")
	first := h.watch(c, delivery.Have{})
	second := h.watch(c, delivery.Have{})
	if second.Session() <= first.Session() {
		t.Errorf("session %d after %d", second.Session(), first.Session())
	}
	if err := ends(t, first); connect.CodeOf(err) != connect.CodeAborted {
		t.Errorf("the older session ended with %v", err)
	}
	ctx := context.Background()
	if err := first.Report(ctx, &deliveryv1.ReportRequest{}); connect.CodeOf(err) != connect.CodeFailedPrecondition {
		t.Errorf("report of the older session: %v", err)
	}
	if err := second.Report(ctx, &deliveryv1.ReportRequest{}); err != nil {
		t.Error(err)
	}
	second.Close()
	eventually(t, "disconnected", func() bool { return len(h.Sessions()) == 0 })
	want := []string{
		fmt.Sprintf("connected edge %d", first.Session()),
		fmt.Sprintf("disconnected edge %d", first.Session()),
		fmt.Sprintf("connected edge %d", second.Session()),
		fmt.Sprintf("report edge %d/1", second.Session()),
		fmt.Sprintf("disconnected edge %d", second.Session()),
	}
	eventually(t, "all told", func() bool { return len(h.sink.told()) == len(want) })
	if d := cmp.Diff(want, h.sink.told()); d != "" {
		t.Error(d)
	}
}

func TestTombstonesAreHeldWhenAnAgentSawMore(t *testing.T) {
	h := startHub(t)
	a := app("a", "1")
	h.desired.put("edge-a", 3, apps(a), tombstone("b"))
	h.desired.put("edge-b", 3, apps(a), tombstone("c"))
	other := h.watch(h.agent("edge-b"), having(3, a))
	expect(t, other, "delta -c")

	s := h.watch(h.agent("edge-a"), having(9, a))
	expect(t, s, "same")
	if len(h.guard.seen) == 0 || h.guard.seen[0] != "edge-a saw 1.9 above 1.3" {
		t.Errorf("guard was told %v", h.guard.seen)
	}
	// To nobody, while other changes go on.
	h.desired.put("edge-b", 4, apps(app("a", "2"), app("d", "1")), tombstone("c"), tombstone("e"))
	expect(t, other, "full +a=2 +d=1")

	h.guard.release()
	h.desired.put("edge-a", 10, apps(a), tombstone("b"))
	expect(t, s, "delta -b")
	h.desired.put("edge-b", 11, apps(app("a", "2"), app("d", "1")), tombstone("c"), tombstone("e"))
	expect(t, other, "delta -c -e")
}

func TestAReportOfAHigherPositionHoldsTombstones(t *testing.T) {
	h := startHub(t)
	h.desired.put("edge", 3, apps(app("a", "1")))
	s := h.watch(h.agent("edge"), delivery.Have{})
	for generation, held := range map[uint64]bool{3: false} {
		report(t, s, generation)
		if h.guard.TombstonesHeld() != held {
			t.Errorf("held at %d", generation)
		}
	}
	report(t, s, 4)
	if !h.guard.TombstonesHeld() {
		t.Error("not held")
	}
}

func report(t *testing.T, s *delivery.Stream, generation uint64) {
	t.Helper()
	err := s.Report(context.Background(), &deliveryv1.ReportRequest{Highest: delivery.Position{Epoch: 1, Generation: generation}.Message()})
	if err != nil {
		t.Fatal(err)
	}
}

func TestASetThatCannotBeReadIsNoEmptySet(t *testing.T) {
	h := startHub(t)
	h.desired.put("edge", 1, apps(app("a", "1")))
	c := h.agent("edge")
	s := h.watch(c, delivery.Have{})
	expect(t, s, "full +a=1")

	h.desired.fail(errFail)
	if _, err := c.Watch(context.Background(), delivery.Have{}); connect.CodeOf(err) != connect.CodeUnavailable || !strings.Contains(err.Error(), errFail.Error()) {
		t.Errorf("got %v", err)
	}
	h.desired.put("edge", 2, nil)
	time.Sleep(50 * time.Millisecond)
	h.desired.put("edge", 3, apps(app("a", "3"), app("b", "3")))
	h.desired.fail(nil)
	expect(t, s, "full +a=3 +b=3") // after a retry, with nothing orphaned meanwhile
}

func TestLargeSetsArrive(t *testing.T) {
	h := startHub(t)
	var all []*deliveryv1.Bundle
	for i := range 40 {
		all = append(all, app(fmt.Sprintf("a%02d", i), fmt.Sprintf("%d%s", i, strings.Repeat("x", 200<<10))))
	}
	h.desired.put("edge", 1, all)
	s := h.watch(h.agent("edge"), delivery.Have{})
	m, err := s.Next()
	if err != nil || len(m.GetFull().GetApplications()) != 40 {
		t.Fatalf("%d applications, %v", len(m.GetFull().GetApplications()), err)
	}
	if d := cmp.Diff(Set{Bundles: all}.Digests(), Set{Bundles: m.GetFull().GetApplications()}.Digests()); d != "" {
		t.Error(d)
	}
}

func TestStopEndsStreams(t *testing.T) {
	h := startHub(t)
	var streams []*delivery.Stream
	for i := range 5 {
		s := h.watch(h.agent(fmt.Sprintf("edge-%d", i)), delivery.Have{})
		expect(t, s, "same")
		streams = append(streams, s)
	}
	h.stop() // fails the test if it takes longer than a second
	for _, s := range streams {
		if err := ends(t, s); connect.CodeOf(err) != connect.CodeUnavailable && err != io.EOF {
			t.Errorf("ended with %v", err)
		}
	}
	eventually(t, "all disconnected", func() bool { return len(h.sink.told()) == 10 })
}
