package live

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func version(name, resourceVersion string) *v1alpha1.Application {
	return &v1alpha1.Application{ObjectMeta: metav1.ObjectMeta{
		Namespace: "argocd", Name: name, UID: types.UID(name), ResourceVersion: resourceVersion,
	}}
}

func key(name string) types.NamespacedName {
	return types.NamespacedName{Namespace: "argocd", Name: name}
}

func TestTheHubHearsItsOwnWrites(t *testing.T) {
	e := newEchoes(time.Now)
	if e.heard(version("a", "5")) {
		t.Error("nothing was written")
	}
	e.wrote(version("a", "10"))
	if !e.heard(version("a", "9")) {
		t.Error("an older version than the one that was written is nothing new")
	}
	if got := e.newest(key("a"), version("a", "9")); got.ResourceVersion != "10" {
		t.Errorf("version %s", got.ResourceVersion)
	}
	if got := e.newest(key("a"), nil); got == nil || len(e.of("argocd")) != 1 || len(e.of("other")) != 0 {
		t.Error("what the cache lacks was written")
	}
	if !e.heard(version("a", "10")) || e.heard(version("a", "10")) {
		t.Error("the write is heard once")
	}
	if got := e.newest(key("a"), nil); got != nil {
		t.Error("what the cache has told of is remembered")
	}
	e.wrote(version("a", "20"))
	if e.heard(version("a", "21")) {
		t.Error("somebody else wrote after the hub")
	}
}

func TestAnEchoThatNeverComesIsForgotten(t *testing.T) {
	now := time.Unix(0, 0)
	e := newEchoes(func() time.Time { return now })
	e.wrote(version("a", "10"))
	now = now.Add(2 * echoPatience)
	if e.newest(key("a"), nil) != nil || len(e.of("argocd")) != 0 {
		t.Error("an object that may have gone is taken for there")
	}
}

func TestTheHubHearsItsOwnDeletions(t *testing.T) {
	e := newEchoes(time.Now)
	is := version("a", "5")
	marked := version("a", "6")
	marked.Annotations = map[string]string{v1alpha1.AnnotationDeletionCause: "1 within-guard"}
	ending := marked.DeepCopy()
	ending.Generation, ending.DeletionTimestamp = 2, &metav1.Time{}
	*ending.DeletionTimestamp = metav1.Now()
	changed := marked.DeepCopy()
	changed.Labels = map[string]string{"a": "b"}
	another := marked.DeepCopy()
	another.UID = types.UID("b")

	update := func(was, is *v1alpha1.Application) bool {
		return e.ends(event.UpdateEvent{ObjectOld: was, ObjectNew: is})
	}
	if update(is, marked) {
		t.Error("nothing was deleted")
	}
	e.deletes(is)
	if !update(is, marked) || !update(marked, ending) {
		t.Error("the hub's own deletion is news")
	}
	if update(is, changed) || update(is, another) {
		t.Error("what somebody else did is no news")
	}
	e.gone(is)
	if update(is, marked) {
		t.Error("what has gone is remembered")
	}
	e.deletes(is)
	e.spared(is)
	if update(is, marked) {
		t.Error("what was not deleted is remembered")
	}
}
