package guard

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// victims are n Applications from number from on.
func victims(from, n int) []Victim {
	out := make([]Victim, n)
	for i := range out {
		out[i] = Victim{Name: fmt.Sprintf("app-%04d", from+i), UID: fmt.Sprintf("uid-%04d", from+i)}
	}
	return out
}

func TestWhatOneRoundMayTake(t *testing.T) {
	for name, tc := range map[string]struct {
		size, lose int
		edit       func(*Input)
		held       bool
	}{
		"nothing":                              {size: 100, lose: 0},
		"five of six":                          {size: 6, lose: 5},
		"five of twenty":                       {size: 20, lose: 5},
		"six of twenty":                        {size: 20, lose: 6, held: true},
		"five and a half is not six":           {size: 59, lose: 6, held: true},
		"a tenth":                              {size: 100, lose: 10},
		"more than a tenth":                    {size: 100, lose: 11, held: true},
		"all of three":                         {size: 3, lose: 3},
		"all of four":                          {size: 4, lose: 4, held: true},
		"all of four where empty is allowed":   {size: 4, lose: 4, edit: func(in *Input) { in.Limits.AllowEmpty = true }},
		"all of twenty where empty is allowed": {size: 20, lose: 20, held: true, edit: func(in *Input) { in.Limits.AllowEmpty = true }},
		"all, with everything allowed":         {size: 20, lose: 20, held: true, edit: func(in *Input) { in.Limits.Percent = 100 }},
		"all but one, with everything allowed": {size: 20, lose: 19, edit: func(in *Input) { in.Limits.Percent = 100 }},
		"one, with nothing allowed":            {size: 20, lose: 1, held: true, edit: func(in *Input) { in.Limits.Count, in.Limits.Percent = 0, 0 }},
		"of a set that grew within the window": {size: 100, lose: 8, held: true, edit: func(in *Input) { in.Grown = 90 }},
		"of a set younger than the window":     {size: 100, lose: 8, edit: func(in *Input) { in.Grown = 100 }},
		"the rest of what was held":            {size: 100, lose: 2, held: true, edit: func(in *Input) { in.Open = true }},
	} {
		t.Run(name, func(t *testing.T) {
			in := Input{Now: noon, Scope: "set", Size: tc.size, Victims: victims(0, tc.lose), Limits: Default()}
			if tc.edit != nil {
				tc.edit(&in)
			}
			v := Judge(in)
			if held := len(v.Held) > 0; held != tc.held {
				t.Fatalf("held %d, deleted %d: %s", len(v.Held), len(v.Delete), v.Reason)
			}
			if len(v.Held)+len(v.Delete) != tc.lose {
				t.Errorf("%d held and %d deleted of %d", len(v.Held), len(v.Delete), tc.lose)
			}
			if tc.held != (v.Reason != "") || tc.held != (v.Digest != "") {
				t.Errorf("reason %q, digest %q", v.Reason, v.Digest)
			}
		})
	}
}

func TestLossesCountForTenMinutes(t *testing.T) {
	first := Judge(Input{Now: noon, Scope: "set", Size: 20, Victims: victims(0, 4), Limits: Default()})
	if len(first.Delete) != 4 {
		t.Fatalf("first round: %+v", first)
	}
	second := Input{Now: noon.Add(9 * time.Minute), Scope: "set", Size: 16, Window: first.Window, Victims: victims(4, 2), Limits: Default()}
	if v := Judge(second); len(v.Held) != 2 || !strings.Contains(v.Reason, "after 4") {
		t.Errorf("nine minutes later: %+v", v)
	}
	second.Now = noon.Add(11 * time.Minute)
	if v := Judge(second); len(v.Delete) != 2 {
		t.Errorf("eleven minutes later: %+v", v)
	}
}

func TestAHoldDoesNotEndByWaiting(t *testing.T) {
	in := Input{Now: noon, Scope: "set", Size: 20, Victims: victims(0, 6), Limits: Default()}
	held := Judge(in)
	for _, later := range []time.Duration{time.Minute, 11 * time.Minute, 24 * time.Hour} {
		in.Now, in.Window, in.Open = noon.Add(later), held.Window, true
		if again := Judge(in); len(again.Held) != 6 || again.Digest != held.Digest || !again.Window.Empty() {
			t.Errorf("%s later: %+v", later, again)
		}
	}
	in.Victims = nil // all rows are back
	if v := Judge(in); len(v.Held)+len(v.Delete) != 0 {
		t.Errorf("back: %+v", v)
	}
}

func TestApprovalReleasesItsDigestOnly(t *testing.T) {
	in := Input{Now: noon, Scope: "set", Size: 20, Victims: victims(0, 8), Limits: Default(), Open: true}
	in.Approved = Judge(in).Digest
	v := Judge(in)
	if len(v.Delete) != 8 || v.Person != v1alpha1.DeletionApproved || v.Delete[0].Cause != v1alpha1.DeletionApproved {
		t.Fatalf("approved: %+v", v)
	}
	// Half are gone, the others are still seen: they keep their permission.
	half := in
	half.Approved, half.Window, half.Victims, half.Size = "", v.Window, victims(4, 4), 16
	if again := Judge(half); len(again.Delete) != 4 || again.Delete[0].Cause != v1alpha1.DeletionApproved {
		t.Errorf("half way: %+v", again)
	}
	// Nobody is seen any more: the permission ends.
	half.Victims = nil
	if !Judge(half).Window.Empty() {
		t.Errorf("permissions are left")
	}
	for name, edit := range map[string]func(*Input){
		"one more":       func(in *Input) { in.Victims = victims(0, 9) },
		"one fewer":      func(in *Input) { in.Victims = victims(0, 7) },
		"another UID":    func(in *Input) { in.Victims = append(victims(0, 7), Victim{Name: "app-0007", UID: "new"}) },
		"another scope":  func(in *Input) { in.Scope = "other" },
		"wrong approval": func(in *Input) { in.Approved = "0000000000000000" },
	} {
		other := in
		edit(&other)
		if v := Judge(other); len(v.Held) != len(other.Victims) {
			t.Errorf("%s: %d held of %d", name, len(v.Held), len(other.Victims))
		}
	}
}

func TestKeptVictimsGoWithoutTheirWorkloads(t *testing.T) {
	in := Input{Now: noon, Scope: "set", Size: 20, Victims: victims(0, 8), Limits: Default(), Open: true}
	in.Kept = Judge(in).Digest
	v := Judge(in)
	in.Kept, in.Window, in.Victims = "", v.Window, victims(3, 5)
	again := Judge(in) // after a restart half way
	for _, let := range append(v.Delete, again.Delete...) {
		if let.Cause != v1alpha1.DeletionKept {
			t.Errorf("%s goes as %q", let.Name, let.Cause)
		}
	}
	if len(v.Delete) != 8 || len(again.Delete) != 5 {
		t.Errorf("%d, then %d", len(v.Delete), len(again.Delete))
	}
}

func TestWhatIsStillSeenIsNotCountedTwice(t *testing.T) {
	in := Input{Now: noon, Scope: "set", Size: 20, Victims: victims(0, 4), Limits: Default()}
	v := Judge(in)
	for range 3 { // the cache lags behind, or the hub was killed before it deleted
		in.Window = throughJSON(t, v.Window)
		if v = Judge(in); len(v.Delete) != 4 || v.Window.lost() != 4 {
			t.Fatalf("again: %+v", v)
		}
	}
	// A part of the rows only is looked at: the others keep their permission.
	in.Victims, in.Unseen, in.Window = victims(0, 1), uids(1, 3), v.Window
	v = Judge(in)
	in.Victims, in.Unseen, in.Window = victims(0, 4), nil, v.Window
	if v = Judge(in); len(v.Delete) != 4 || v.Window.lost() != 4 {
		t.Errorf("after a part: %+v", v)
	}
}

func uids(from, n int) []string {
	var out []string
	for _, v := range victims(from, n) {
		out = append(out, v.UID)
	}
	return out
}

// Looks at some rows only, one after another, forget who has gone since, and
// excuse nobody whose row came back and is lost again.
func TestAPartForgetsWhoIsGone(t *testing.T) {
	first := Judge(Input{Now: noon, Scope: "set", Size: 20, Victims: victims(0, 2), Limits: Default()})
	next := Judge(Input{Now: noon, Scope: "set", Size: 18, Window: first.Window, Limits: Default(), Unseen: uids(1, 1)})
	if let := next.Window.WasLetGo(); let("uid-0000") || !let("uid-0001") {
		t.Errorf("remembered: %+v", next.Window)
	}
	last := Judge(Input{Now: noon, Scope: "set", Size: 18, Window: next.Window, Limits: Default()})
	if len(last.Window.Going) != 0 {
		t.Errorf("remembered: %+v", last.Window)
	}
	again := Judge(Input{Now: noon, Scope: "set", Size: 18, Window: last.Window, Victims: victims(0, 2), Limits: Default()})
	if again.Window.lost() != 4 {
		t.Errorf("lost again, and %d count", again.Window.lost())
	}
}

func throughJSON(t *testing.T, w Window) Window {
	t.Helper()
	text, err := json.Marshal(v1alpha1.DeletionWindow(w))
	if err != nil {
		t.Fatal(err)
	}
	var out v1alpha1.DeletionWindow
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return Window(out)
}

func TestClockJumps(t *testing.T) {
	v := Judge(Input{Now: noon, Scope: "set", Size: 20, Victims: victims(0, 4), Limits: Default()})
	in := Input{Scope: "set", Size: 16, Window: v.Window, Victims: victims(4, 2), Limits: Default()}
	for _, back := range []time.Duration{time.Second, time.Hour, 50 * 365 * 24 * time.Hour} {
		in.Now = noon.Add(-back)
		v := Judge(in)
		if len(v.Held) != 2 {
			t.Errorf("%s back: %+v", back, v)
		}
		// What seemed to be of the future leaves the window in its time.
		in := in
		in.Window, in.Now = v.Window, in.Now.Add(11*time.Minute)
		if v := Judge(in); len(v.Delete) != 2 {
			t.Errorf("%s back and eleven minutes on: %+v", back, v)
		}
	}
}

func TestTheRecordIsSmall(t *testing.T) {
	var w Window
	size := 100_000
	for i := range 1000 {
		v := Judge(Input{Now: noon.Add(time.Duration(i) * time.Second), Scope: "set", Size: size, Window: w, Victims: victims(i, 1), Limits: Default()})
		w, size = v.Window, size-1
	}
	text, err := json.Marshal(v1alpha1.DeletionWindow(w))
	if err != nil || len(w.Losses) > parts+2 || len(text) > 2048 {
		t.Errorf("%d entries, %d bytes, %v", len(w.Losses), len(text), err)
	}
}

func TestDigestNeedsNoOrder(t *testing.T) {
	v := victims(0, 3)
	back := []Victim{v[2], v[0], v[1]}
	if a, b := Digest("set", v), Digest("set", back); a != b || len(a) != 16 {
		t.Errorf("%s and %s", a, b)
	}
	joined := []Victim{{Name: "a", UID: "bc"}}
	apart := []Victim{{Name: "ab", UID: "c"}}
	if Digest("", joined) == Digest("", apart) {
		t.Error("name and UID run into each other")
	}
}

func TestCauseHoldsForTheGenerationItWasMadeOn(t *testing.T) {
	app := &v1alpha1.Application{ObjectMeta: metav1.ObjectMeta{UID: "u", Generation: 4}}
	app.Annotations = map[string]string{v1alpha1.AnnotationDeletionCause: FormatCause(app, v1alpha1.DeletionWithinGuard)}
	if c := CauseOf(app); c != "" {
		t.Errorf("not deleted, but %q", c)
	}
	app.DeletionTimestamp = &metav1.Time{Time: noon}
	got := map[int64]v1alpha1.DeletionCause{}
	for g := int64(3); g < 8; g++ {
		app.Generation = g
		got[g] = CauseOf(app)
	}
	if diff := cmp.Diff(map[int64]v1alpha1.DeletionCause{3: "", 4: "", 5: v1alpha1.DeletionWithinGuard, 6: "", 7: ""}, got); diff != "" {
		t.Error(diff)
	}
	app.Generation = 5
	restored := app.DeepCopy()
	restored.UID = "v"
	if c := CauseOf(restored); c != "" {
		t.Errorf("restored from a backup, it has the cause %q", c)
	}
	for _, bad := range []string{"", "4", "4 u because", "x u within-guard", "within-guard", "4 within-guard", "4 u within-guard u"} {
		app.Annotations[v1alpha1.AnnotationDeletionCause] = bad
		if c := CauseOf(app); c != "" {
			t.Errorf("%q means %q", bad, c)
		}
	}
}
