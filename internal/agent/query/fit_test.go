package query

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"testing"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery"
)

// noisy fields do not compress.
func noisy(n int, change fleet.FieldChange) []fleet.FieldDiff {
	out := make([]fleet.FieldDiff, n)
	for i := range out {
		out[i] = fleet.FieldDiff{Path: fmt.Sprint(i), Change: change, From: json.RawMessage(`"` + rand.Text() + rand.Text() + rand.Text() + rand.Text() + `"`)}
	}
	return out
}

func TestALargeDiffIsCutAndSaysSo(t *testing.T) {
	objects := make([]fleet.ObjectDiff, 40)
	for i := range objects {
		objects[i] = fleet.ObjectDiff{Name: fmt.Sprint(i), Action: fleet.DiffUpdate, Fields: append(noisy(2, fleet.FieldEdit), noisy(500, fleet.FieldKeep)...)}
	}
	data, err := fit(&fleet.DiffAnswer{Differs: true, Objects: objects})
	if err != nil {
		t.Fatal(err)
	}
	var got fleet.DiffAnswer
	if err := delivery.DecodeAnswer(data, &got); err != nil {
		t.Fatal(err)
	}
	if got.Truncated == "" || len(got.Objects) != 40 || len(got.Objects[0].Fields) != 2 || got.Objects[0].MoreFields != 500 {
		t.Errorf("%q, %d objects, the first with %d fields and %d more", got.Truncated, len(got.Objects), len(got.Objects[0].Fields), got.Objects[0].MoreFields)
	}
}

func TestAHugeDiffKeepsWhatDiffers(t *testing.T) {
	objects := make([]fleet.ObjectDiff, 4000)
	for i := range objects {
		objects[i] = fleet.ObjectDiff{Name: rand.Text(), Action: fleet.DiffNone, Message: rand.Text() + rand.Text() + rand.Text() + rand.Text() + rand.Text() + rand.Text() + rand.Text() + rand.Text() + rand.Text() + rand.Text() + rand.Text() + rand.Text() + rand.Text() + rand.Text()}
	}
	objects[3999].Action, objects[3999].Name = fleet.DiffDelete, "victim"
	data, err := fit(&fleet.DiffAnswer{Differs: true, Objects: objects})
	if err != nil {
		t.Fatal(err)
	}
	var got fleet.DiffAnswer
	if err := delivery.DecodeAnswer(data, &got); err != nil {
		t.Fatal(err)
	}
	if got.Truncated == "" || got.Objects[0].Name != "victim" || !got.Differs {
		t.Errorf("%q, first %s of %d", got.Truncated, got.Objects[0].Name, len(got.Objects))
	}
}
