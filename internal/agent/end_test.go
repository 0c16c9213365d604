package agent_test

import (
	"testing"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

const (
	actionDelete  = deliveryv1.Tombstone_ACTION_DELETE
	actionRelease = deliveryv1.Tombstone_ACTION_RELEASE
)

func TestTombstones(t *testing.T) {
	s := newSite(t, files(map[string]string{
		"web/deployment.yaml": deployment("web", 2),
		"web/config.yaml":     configMap("web-config", "one"),
		"api/config.yaml":     configMap("api-config", "one"),
	}))
	s.start()
	web, api := s.bundle("web", full()), s.bundle("api", full())
	s.hub.put(web)
	s.hub.put(api)
	s.awaitHealthy("web")
	s.awaitHealthy("api")

	t.Run("of another UID", func(t *testing.T) {
		other := &deliveryv1.Bundle{Namespace: "argocd", Name: "web", Uid: "other"}
		s.hub.change(func(set *delivery.Set) {
			set.Bundles = without(set.Bundles, "web")
			set.Tombstones = append(set.Tombstones, &deliveryv1.Tombstone{
				Namespace: "argocd", Name: "web", Uid: other.GetUid(), Action: actionDelete, Epoch: set.Position.Epoch})
		})
		time.Sleep(time.Second)
		if s.get(deployments, "web") == nil || s.hub.ack("web") != nil {
			t.Error("a tombstone of another UID was carried out")
		}
		s.hub.change(func(set *delivery.Set) { set.Tombstones = nil; set.Bundles = append(set.Bundles, web) })
		s.awaitHealthy("web")
	})
	t.Run("delete", func(t *testing.T) {
		s.hub.end(web, actionDelete)
		s.await("the acknowledgement", patience, func() (bool, string) {
			return s.hub.ack("web").GetUid() == web.GetUid() && s.hub.ack("web").GetError() == "", ""
		})
		if s.get(deployments, "web") != nil || s.get(configMaps, "web-config") != nil {
			t.Error("acknowledged while objects are there")
		}
		if s.get(configMaps, "api-config") == nil {
			t.Error("another application's object is gone")
		}
	})
	t.Run("release", func(t *testing.T) {
		s.hub.end(api, actionRelease)
		s.await("the acknowledgement", patience, func() (bool, string) { return s.hub.ack("api") != nil, "" })
		got := s.get(configMaps, "api-config")
		if got == nil || got.GetLabels()[apply.LabelApplication] != "" || apply.OwnerOf(got) != "" {
			t.Errorf("released object = %v", got)
		}
		s.patch("api-config", `{"data":{"value":"mine now"}}`)
		time.Sleep(time.Second)
		if value := s.get(configMaps, "api-config").Object["data"].(map[string]any)["value"]; value != "mine now" {
			t.Error("a released object is still healed")
		}
	})
	t.Run("of the unknown", func(t *testing.T) {
		s.hub.end(&deliveryv1.Bundle{Namespace: "argocd", Name: "never", Uid: "x"}, actionDelete)
		s.await("the acknowledgement", patience, func() (bool, string) { return s.hub.ack("never") != nil, "" })
	})
	if n := s.inventories(); n != 0 {
		t.Errorf("%d inventories are left in the cluster", n)
	}
	s.await("tombstones to be forgotten", patience, func() (bool, string) {
		s.hub.mu.Lock()
		defer s.hub.mu.Unlock()
		return len(s.hub.set.Tombstones) == 0, ""
	})
}

func TestTombstoneWaitsForFinalizers(t *testing.T) {
	s := newSite(t, files(map[string]string{
		"web/config.yaml": configMap("web-config", "one"),
	}))
	s.start()
	web := s.bundle("web", full())
	s.hub.put(web)
	s.awaitHealthy("web")
	s.patch("web-config", `{"metadata":{"finalizers":["example.com/wait"]}}`)
	s.hub.end(web, actionDelete)
	s.await("a refusal that names the object", patience, func() (bool, string) {
		ack := s.hub.ack("web")
		return ack.GetError() != "" && ack.GetRemaining() == 1, ack.String()
	})
	s.patch("web-config", `{"metadata":{"finalizers":null}}`)
	s.await("the acknowledgement", patience, func() (bool, string) {
		return s.hub.ack("web").GetError() == "" && s.get(configMaps, "web-config") == nil, s.hub.ack("web").String()
	})
}

func TestComesBackWhileBeingDeleted(t *testing.T) {
	s := newSite(t, files(map[string]string{"web/config.yaml": configMap("web-config", "one")}))
	s.start()
	web := s.bundle("web", full())
	s.hub.put(web)
	s.awaitHealthy("web")
	s.stop()
	// While the agent is away the application goes and comes back.
	s.hub.end(web, actionDelete)
	s.hub.put(s.bundle("web", full(), func(a *v1alpha1.Application) { a.UID = "again" }))
	uid := s.get(configMaps, "web-config").GetUID()
	s.start()
	s.await("the new UID to be reported", patience, func() (bool, string) {
		_, report := s.hub.status(t, "web")
		return report.GetUid() == "again", ""
	})
	s.awaitHealthy("web")
	if s.get(configMaps, "web-config").GetUID() != uid {
		t.Error("the object was made again")
	}
}
