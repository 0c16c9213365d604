package status

import (
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/health"
)

func child(namespace, name string, code v1alpha1.HealthStatusCode) apply.Item {
	return apply.Item{
		Ref:   apply.Ref{Group: "argoproj.io", Version: "v1alpha1", Kind: "Application", Namespace: namespace, Name: name},
		State: apply.StateSynced, UID: "uid-" + name, Health: v1alpha1.HealthStatus{Status: code, Message: "its database is down"},
	}
}

func TestHealthNamesTheObjectThatDecides(t *testing.T) {
	ok := item("ok", apply.StateSynced, "", v1alpha1.HealthStatusHealthy)
	bad := item("bad", apply.StateSynced, "", v1alpha1.HealthStatusDegraded)
	bad.Health.Message = "crash loop"
	slow := item("slow", apply.StateSynced, "", v1alpha1.HealthStatusProgressing)
	ignored := bad
	ignored.HealthIgnored = true
	gone := item("gone", apply.StateOutOfSync, apply.ReasonMissing, v1alpha1.HealthStatusMissing)
	refused := apply.Item{Ref: ok.Ref, State: apply.StateOutOfSync, Reason: apply.ReasonRefused, Message: "no name"}
	unread := apply.Item{Ref: ok.Ref, State: apply.StateUnknown, Reason: apply.ReasonError, Message: "timeout"}
	for name, c := range map[string]struct {
		items   []apply.Item
		status  v1alpha1.HealthStatusCode
		message string
	}{
		"the worst":                       {[]apply.Item{ok, slow, bad}, v1alpha1.HealthStatusDegraded, "Deployment.apps n/bad is Degraded: crash loop"},
		"without a message of its own":    {[]apply.Item{ok, slow}, v1alpha1.HealthStatusProgressing, "Deployment.apps n/slow is Progressing"},
		"ignored":                         {[]apply.Item{ok, ignored}, v1alpha1.HealthStatusHealthy, ""},
		"one missing":                     {[]apply.Item{ok, gone}, v1alpha1.HealthStatusHealthy, ""},
		"all missing":                     {[]apply.Item{gone}, v1alpha1.HealthStatusMissing, "none of its objects is in the cluster"},
		"refused, perhaps there":          {[]apply.Item{refused}, v1alpha1.HealthStatusHealthy, ""},
		"unread, perhaps there":           {[]apply.Item{unread, gone}, v1alpha1.HealthStatusHealthy, ""},
		"not compared":                    {nil, v1alpha1.HealthStatusUnknown, "its objects have not been compared with the cluster yet"},
		"a child is degraded":             {[]apply.Item{child("argocd", "db", v1alpha1.HealthStatusDegraded)}, v1alpha1.HealthStatusDegraded, "Application.argoproj.io argocd/db is Degraded: its database is down"},
		"a child is unknown":              {[]apply.Item{ok, child("argocd", "db", v1alpha1.HealthStatusUnknown)}, v1alpha1.HealthStatusHealthy, ""},
		"itself among its objects":        {[]apply.Item{ok, child("argocd", "self", v1alpha1.HealthStatusDegraded)}, v1alpha1.HealthStatusHealthy, ""},
		"another one of the same name":    {[]apply.Item{ok, child("team", "self", v1alpha1.HealthStatusDegraded)}, v1alpha1.HealthStatusDegraded, "Application.argoproj.io team/self is Degraded: its database is down"},
		"a message that is long is short": {[]apply.Item{long(bad)}, v1alpha1.HealthStatusDegraded, "*"},
	} {
		got := Of(Input{Now: now, Spec: single(), Namespace: "argocd", Name: "self", Items: c.items}).Health
		if got.Status != c.status || got.Message != c.message && c.message != "*" {
			t.Errorf("%s: %s %q, want %s %q", name, got.Status, got.Message, c.status, c.message)
		}
		if len(got.Message) > health.MaxMessage {
			t.Errorf("%s: a message of %d bytes", name, len(got.Message))
		}
	}
}

func long(i apply.Item) apply.Item {
	i.Health.Message = strings.Repeat("x", health.MaxMessage)
	return i
}

func TestHealthTransitionTime(t *testing.T) {
	of := func(previous v1alpha1.ApplicationStatus, at time.Time, code v1alpha1.HealthStatusCode, message string) v1alpha1.ApplicationStatus {
		i := item("a", apply.StateSynced, "", code)
		i.Health.Message = message
		return Of(Input{Now: at, Spec: single(), Previous: previous, Items: []apply.Item{i}})
	}
	first := of(v1alpha1.ApplicationStatus{}, now, v1alpha1.HealthStatusProgressing, "1 of 2")
	second := of(first, now.Add(time.Minute), v1alpha1.HealthStatusProgressing, "2 of 2")
	third := of(second, now.Add(time.Hour), v1alpha1.HealthStatusHealthy, "")
	if !first.Health.LastTransitionTime.Time.Equal(now) || !second.Health.LastTransitionTime.Time.Equal(now) {
		t.Errorf("transition at %s, then %s; want %s: the status has not changed", first.Health.LastTransitionTime, second.Health.LastTransitionTime, now)
	}
	if !third.Health.LastTransitionTime.Time.Equal(now.Add(time.Hour)) {
		t.Errorf("transition at %s, want it when it became Healthy", third.Health.LastTransitionTime)
	}
}
