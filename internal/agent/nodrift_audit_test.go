package agent_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/localkube"
)

// at is the endpoint of an object.
func (d *driftSite) at(gvk schema.GroupVersionKind, namespace string) dynamic.ResourceInterface {
	d.t.Helper()
	if d.kinds == nil {
		hc, err := rest.HTTPClientFor(d.cfg)
		if err != nil {
			d.t.Fatal(err)
		}
		if d.kinds, err = apply.NewKinds(d.cfg, hc); err != nil {
			d.t.Fatal(err)
		}
	}
	kind, err := d.kinds.Lookup(d.t.Context(), gvk)
	if err != nil {
		d.t.Fatal(err)
	}
	if kind.Namespaced && namespace == "" {
		namespace = d.ns
	}
	if !kind.Namespaced {
		return d.client.Resource(kind.Resource)
	}
	return d.client.Resource(kind.Resource).Namespace(namespace)
}

// writeAsOthers what a case has for other managers.
func (d *driftSite) writeAsOthers(c driftCase) {
	d.t.Helper()
	write := func(objs []*unstructured.Unstructured, force bool) {
		for _, obj := range objs {
			_, err := d.at(obj.GroupVersionKind(), obj.GetNamespace()).Apply(d.t.Context(), obj.GetName(), obj,
				metav1.ApplyOptions{FieldManager: "somebody", Force: force})
			if err != nil {
				d.t.Errorf("%s: write %s %s as another manager: %v", c.name, obj.GetKind(), obj.GetName(), err)
			}
		}
	}
	write(c.others, false)
	write(c.forced, true)
}

// managed objects, by application, as the agent reports them.
func (d *driftSite) managed() map[string][]v1alpha1.ResourceStatus {
	d.t.Helper()
	out := map[string][]v1alpha1.ResourceStatus{}
	for _, c := range d.cases {
		status, _ := d.hub.status(d.t, c.name)
		out[c.name] = status.Resources
	}
	return out
}

// touch every object as somebody else, so that it has to be compared.
func (d *driftSite) touch(round int) time.Time {
	d.t.Helper()
	began := time.Now()
	for _, resources := range d.managed() {
		for _, r := range resources {
			gvk := schema.GroupVersionKind{Group: r.Group, Version: r.Version, Kind: r.Kind}
			obj := &unstructured.Unstructured{}
			obj.SetGroupVersionKind(gvk)
			obj.SetName(r.Name)
			obj.SetAnnotations(map[string]string{"example.com/touched": fmt.Sprint(round)})
			_, err := d.at(gvk, r.Namespace).Apply(d.t.Context(), r.Name, obj, metav1.ApplyOptions{FieldManager: "toucher"})
			if err != nil {
				d.t.Errorf("touch %s %s: %v", r.Kind, r.Name, err)
			}
		}
	}
	return began
}

// round touches everything and waits for the comparisons.
func (d *driftSite) round(i int) time.Time {
	d.t.Helper()
	began := d.touch(i)
	d.awaitCompared(began)
	return began
}

// events of the agent in the audit log.
func (d *driftSite) events(since time.Time) []localkube.AuditEvent {
	d.t.Helper()
	all, err := localkube.ReadAudit(d.audit, since)
	if err != nil {
		d.t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(e localkube.AuditEvent) bool {
		return e.Stage != "ResponseComplete" || !strings.HasPrefix(e.UserAgent, "fairlead-agent/")
	})
}

func isDryRun(e localkube.AuditEvent) bool { return strings.Contains(e.RequestURI, "dryRun=All") }

// awaitCompared waits until the API server was asked about every object.
func (d *driftSite) awaitCompared(since time.Time) {
	d.t.Helper()
	want := map[string]bool{}
	for _, resources := range d.managed() {
		for _, r := range resources {
			namespace := r.Namespace
			if r.Kind == "Namespace" {
				namespace = r.Name // as the audit log has it
			}
			want[namespace+"/"+r.Name] = true
		}
	}
	d.await("every object to be compared", patience, func() (bool, string) {
		missing := maps.Clone(want)
		for _, e := range d.events(since) {
			if e.Verb == "patch" && isDryRun(e) {
				delete(missing, e.ObjectRef.Namespace+"/"+e.ObjectRef.Name)
			}
		}
		if len(missing) > 0 {
			time.Sleep(100 * time.Millisecond)
		}
		return len(missing) == 0, fmt.Sprint(slices.Sorted(maps.Keys(missing)))
	})
}

// writes of the agent to what it manages.
func (d *driftSite) writes(since time.Time) []string {
	var out []string
	for _, e := range d.events(since) {
		reading := slices.Contains([]string{"get", "list", "watch"}, e.Verb)
		if !reading && !isDryRun(e) && e.ObjectRef.Namespace != d.home {
			out = append(out, e.Verb+" "+e.RequestURI)
		}
	}
	return out
}

// noteFlips records every report of an application that is not Synced; the
// function returned ends that.
func (d *driftSite) noteFlips() func() []string {
	var flips []string
	d.hub.mu.Lock()
	defer d.hub.mu.Unlock()
	d.hub.onReport = func(r *deliveryv1.ApplicationReport) {
		var status v1alpha1.ApplicationStatus
		if err := json.Unmarshal(r.GetStatus(), &status); err != nil {
			flips = append(flips, err.Error())
			return
		}
		for _, o := range status.Resources {
			if o.Status != v1alpha1.SyncStatusCodeSynced {
				flips = append(flips, fmt.Sprintf("%s: %s %s is %s", r.GetName(), o.Kind, o.Name, o.Status))
			}
		}
	}
	return func() []string {
		d.hub.mu.Lock()
		defer d.hub.mu.Unlock()
		d.hub.onReport = nil
		return flips
	}
}
