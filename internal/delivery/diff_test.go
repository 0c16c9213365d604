package delivery

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

func app(name, content string) *deliveryv1.Bundle {
	return Stamp(&deliveryv1.Bundle{Namespace: "ns", Name: name, Uid: "uid-" + name, Application: []byte(content)})
}

func tombstone(name string) *deliveryv1.Tombstone {
	return &deliveryv1.Tombstone{Namespace: "ns", Name: name, Uid: "uid-" + name, Action: deliveryv1.Tombstone_ACTION_DELETE, Epoch: 1}
}

// told is an answer in words.
type told struct {
	Kind                          Kind
	Upserts, Tombstones, Orphaned string
}

func words(a Answer) told {
	w := told{Kind: a.Kind, Orphaned: strings.Join(a.Orphaned, " ")}
	for _, b := range a.Upserts {
		w.Upserts += b.GetName() + "=" + string(b.GetApplication()) + " "
	}
	for _, t := range a.Tombstones {
		w.Tombstones += t.GetName() + " "
	}
	return w
}

func TestDiff(t *testing.T) {
	digests := func(bundles ...*deliveryv1.Bundle) map[string][]byte { return Set{Bundles: bundles}.Digests() }
	for name, c := range map[string]struct {
		have map[string][]byte
		want Set
		told told
	}{
		"nothing of nothing": {nil, Set{}, told{Kind: Same}},
		"same":               {digests(app("a", "1"), app("b", "1")), Set{Bundles: []*deliveryv1.Bundle{app("b", "1"), app("a", "1")}}, told{Kind: Same}},
		"new agent":          {nil, Set{Bundles: []*deliveryv1.Bundle{app("b", "1"), app("a", "1")}}, told{Kind: Full, Upserts: "a=1 b=1 "}},
		"nothing of use": {digests(app("a", "0"), app("z", "0")), Set{Bundles: []*deliveryv1.Bundle{app("a", "1")}},
			told{Kind: Full, Upserts: "a=1 "}},
		"one changed": {digests(app("a", "0"), app("b", "1")), Set{Bundles: []*deliveryv1.Bundle{app("a", "1"), app("b", "1")}},
			told{Kind: Delta, Upserts: "a=1 "}},
		"absence is an orphan": {digests(app("a", "1"), app("c", "1"), app("b", "1")), Set{Bundles: []*deliveryv1.Bundle{app("a", "1")}},
			told{Kind: Delta, Orphaned: "ns/b ns/c"}},
		"an empty set orphans everything and deletes nothing": {digests(app("a", "1")), Set{}, told{Kind: Delta, Orphaned: "ns/a"}},
		"a tombstone is no orphan": {digests(app("a", "1"), app("b", "1")),
			Set{Bundles: []*deliveryv1.Bundle{app("a", "1")}, Tombstones: []*deliveryv1.Tombstone{tombstone("b")}},
			told{Kind: Delta, Tombstones: "b "}},
		"a tombstone for what the agent may hold as an orphan": {digests(app("a", "1")),
			Set{Bundles: []*deliveryv1.Bundle{app("a", "1")}, Tombstones: []*deliveryv1.Tombstone{tombstone("z"), tombstone("b")}},
			told{Kind: Delta, Tombstones: "b z "}},
		"what is desired is never tombstoned": {digests(app("a", "1")),
			Set{Bundles: []*deliveryv1.Bundle{app("a", "1")}, Tombstones: []*deliveryv1.Tombstone{tombstone("a")}},
			told{Kind: Same}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.told, words(Diff(c.have, c.want))); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestLargeAnswersAreCutAndJoined(t *testing.T) {
	want := Set{Position: Position{Epoch: 1, Generation: 9}, Tombstones: []*deliveryv1.Tombstone{tombstone("gone")}}
	for i := range 30 {
		want.Bundles = append(want.Bundles, app(fmt.Sprintf("app-%02d", i), strings.Repeat("x", chunk/7)))
	}
	want.Bundles = append(want.Bundles, app("big", strings.Repeat("y", 3*chunk)))
	have := map[string][]byte{"ns/app-00": want.Bundles[0].Digest, "ns/left": {1}}

	for kind, have := range map[Kind]map[string][]byte{Full: nil, Delta: have} {
		answer := Diff(have, want)
		messages := answer.Messages()
		if answer.Kind != kind || len(messages) < 5 {
			t.Fatalf("%s in %d messages", answer.Kind, len(messages))
		}
		var (
			j     joiner
			whole *deliveryv1.WatchResponse
		)
		for i, m := range messages {
			if n := proto.Size(m); n > MaxMessage {
				t.Errorf("message %d has %d bytes", i, n)
			}
			var err error
			if whole, err = j.add(proto.CloneOf(m)); err != nil || (whole != nil) != (i == len(messages)-1) {
				t.Fatalf("message %d: %v %v", i, whole != nil, err)
			}
		}
		got := Answer{Kind: kind, Upserts: whole.GetFull().GetApplications(), Tombstones: whole.GetFull().GetTombstones()}
		if kind == Delta {
			got = Answer{Kind: kind, Upserts: whole.GetDelta().GetUpserts(), Tombstones: whole.GetDelta().GetTombstones(), Orphaned: whole.GetDelta().GetOrphaned()}
		}
		if d := cmp.Diff(words(answer), words(got)); d != "" || whole.GetMore() || PositionOf(whole.GetPosition()) != want.Position {
			t.Errorf("%s: joined answer differs: %s", kind, d)
		}
	}
}

func TestJoinerRefusesPartsOfDifferentAnswers(t *testing.T) {
	full := Answer{Kind: Full}.Messages()[0]
	full.More = true
	for _, next := range []*deliveryv1.WatchResponse{Answer{Kind: Delta}.Messages()[0], Answer{Kind: Same}.Messages()[0]} {
		var j joiner
		if _, err := j.add(proto.CloneOf(full)); err != nil {
			t.Fatal(err)
		}
		if _, err := j.add(next); err == nil {
			t.Error("joined")
		}
	}
}

func TestSplitReport(t *testing.T) {
	report := &deliveryv1.ReportRequest{
		Highest: Position{1, 2}.Message(), Acks: []*deliveryv1.TombstoneAck{{Name: "x"}}, Cluster: &deliveryv1.ClusterFacts{Nodes: 1},
	}
	for i := range 20 {
		size := MaxReportStatus / 2
		if i == 3 {
			size = MaxReportStatus + 1
		}
		report.Applications = append(report.Applications, &deliveryv1.ApplicationReport{
			Namespace: "ns", Name: fmt.Sprintf("app-%02d", i), Status: bytes.Repeat([]byte("s"), size)})
	}
	parts, err := splitReport(report)
	if err == nil || !strings.Contains(err.Error(), "ns/app-03") {
		t.Errorf("oversize: %v", err)
	}
	var names []string
	for i, p := range parts {
		if n := proto.Size(p); n > chunk+MaxReportStatus {
			t.Errorf("part %d has %d bytes", i, n)
		}
		if (len(p.GetAcks()) == 1) != (i == 0) || (p.GetCluster() != nil) != (i == 0) || PositionOf(p.GetHighest()) != (Position{1, 2}) {
			t.Errorf("part %d carries the wrong rest", i)
		}
		for _, a := range p.GetApplications() {
			names = append(names, a.GetName())
		}
	}
	if len(parts) < 2 || len(names) != 19 {
		t.Errorf("%d applications in %d parts", len(names), len(parts))
	}
	if parts, err := splitReport(&deliveryv1.ReportRequest{}); len(parts) != 1 || err != nil {
		t.Errorf("an empty report, which is a heartbeat: %d parts, %v", len(parts), err)
	}
}
