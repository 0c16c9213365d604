package applicationset

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func version(name, resourceVersion string) *v1alpha1.Application {
	app := aRow(name, "x").App.DeepCopy()
	app.ResourceVersion, app.UID = resourceVersion, types.UID(name)
	return app
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
