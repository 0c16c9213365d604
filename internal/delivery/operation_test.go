package delivery

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

const (
	ofOperation = `{"f:operation":{"f:sync":{}}}`
	ofSpec      = `{"f:spec":{}}`
)

// written is a field manager's entry, seconds after a fixed time.
func written(manager, fields string, seconds int, subresource string) metav1.ManagedFieldsEntry {
	at := metav1.NewTime(time.Unix(1_700_000_000+int64(seconds), 0))
	return metav1.ManagedFieldsEntry{
		Manager: manager, Time: &at, Subresource: subresource, FieldsV1: metav1.NewFieldsV1(fields),
	}
}

func TestOperationID(t *testing.T) {
	id := func(info string, entries ...metav1.ManagedFieldsEntry) string {
		t.Helper()
		app := &v1alpha1.Application{ObjectMeta: metav1.ObjectMeta{UID: "u", Generation: 1, ManagedFields: entries}}
		app.Operation = &v1alpha1.Operation{Sync: &v1alpha1.SyncOperation{}}
		if info != "" {
			app.Operation.Info = []*v1alpha1.Info{{Name: "request", Value: info}}
		}
		op, err := OperationOf(app)
		if err != nil {
			t.Fatal(err)
		}
		return op.GetId()
	}
	base := id("", written("kubectl", ofOperation, 0, ""))
	for name, c := range map[string]struct {
		got  string
		same bool
	}{
		"equal":                      {id("", written("kubectl", ofOperation, 0, "")), true},
		"written later":              {id("", written("kubectl", ofOperation, 5, "")), false},
		"something else is written":  {id("", written("kubectl", ofOperation, 0, ""), written("hub", ofSpec, 9, "")), true},
		"a status is written":        {id("", written("kubectl", ofOperation, 0, ""), written("hub", ofOperation, 9, "status")), true},
		"a newer manager comes last": {id("", written("kubectl", ofOperation, 0, ""), written("ui", ofOperation, 5, "")), false},
		"an older manager is first":  {id("", written("ui", ofOperation, -5, ""), written("kubectl", ofOperation, 0, "")), true},
		"an older manager is last":   {id("", written("kubectl", ofOperation, 0, ""), written("ui", ofOperation, -5, "")), true},
		"says which request it is":   {id("r1", written("kubectl", ofOperation, 0, "")), false},
		"nothing says when":          {id(""), false},
	} {
		if (c.got == base) != c.same {
			t.Errorf("%s: id %s beside %s, want the same: %v", name, c.got, base, c.same)
		}
	}
	at := written("kubectl", ofOperation, 0, "")
	if id("r1", at) == id("r2", at) {
		t.Error("two requests of one second that differ in their info have one id")
	}
}

func TestNoOperation(t *testing.T) {
	if op, err := OperationOf(&v1alpha1.Application{}); op != nil || err != nil {
		t.Errorf("got %v, %v", op, err)
	}
}
