package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/fairlead/fairlead/internal/apply"
)

const (
	// healP99 is how soon drift is to be mended, in seconds.
	healP99 = 2.0
	// healPatience is when an object counts as not mended.
	healPatience = 30 * time.Second
	// healParallel Applications drift at a time.
	healParallel = 5
)

// healable is one object of every Application, and how to make it drift.
type healable struct {
	resource schema.GroupVersionResource
	// suffix of its name, behind the Application's.
	suffix string
	// edit is a merge patch of the field at probe; "" for an object that has
	// nothing to edit.
	edit  string
	probe []any
}

var (
	configMapKind = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	editValue     = `{"data":{"value":"by-hand"}}`
	valueField    = []any{"data", "value"}
)

// healables are the objects of kindsPerApp.
var healables = []healable{
	{configMapKind, "-0", editValue, valueField},
	{configMapKind, "-1", editValue, valueField},
	{configMapKind, "-2", editValue, valueField},
	{configMapKind, "-3", editValue, valueField},
	{schema.GroupVersionResource{Version: "v1", Resource: "serviceaccounts"}, "", "", nil},
	{schema.GroupVersionResource{Version: "v1", Resource: "secrets"}, "", `{"data":{"endpoint":"Ynk="}}`, []any{"data", "endpoint"}},
	{schema.GroupVersionResource{Version: "v1", Resource: "services"}, "", `{"spec":{"ports":[{"name":"http","port":80,"targetPort":81}]}}`,
		[]any{"spec", "ports", 0, "targetPort"}},
	{schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}, "", `{"spec":{"replicas":3}}`, []any{"spec", "replicas"}},
	{schema.GroupVersionResource{Group: "policy", Version: "v1", Resource: "poddisruptionbudgets"}, "", `{"spec":{"maxUnavailable":2}}`, []any{"spec", "maxUnavailable"}},
	{schema.GroupVersionResource{Group: "networking.k8s.io", Version: "v1", Resource: "networkpolicies"}, "", `{"spec":{"ingress":[{"ports":[{"port":1}]}]}}`,
		[]any{"spec", "ingress", 0, "ports", 0, "port"}},
}

// agentHeal drifts every object of the site once, each in one of three ways.
func agentHeal() (job, error) {
	s, err := startSite()
	if err != nil {
		return job{}, err
	}
	return job{applications: siteApps, stop: s.stop, whole: func(options) (figures, error) {
		time.Sleep(idleSettle)
		before, err := useOf(s.agent.PID())
		if err != nil {
			return figures{}, err
		}
		took, err := healAll(s.kube.Config())
		if err != nil {
			return figures{}, fmt.Errorf("%w; the agent's log ends:\n%s", err, s.agent.LogTail(2000))
		}
		after, err := useOf(s.agent.PID())
		if err != nil {
			return figures{}, err
		}
		var heals, edits []float64
		for _, t := range took {
			heals, edits = append(heals, t.heal), append(edits, t.edit)
		}
		p50, p99 := median(heals), quantile(heals, 0.99)
		f := figures{
			Iterations: len(took), Seconds: p50, MedianSeconds: p50, CPUSeconds: (after.cpu - before.cpu) / float64(len(took)), PeakRSS: after.peak,
			Checks: []check{{"p99", p99, healP99, " s"}},
			Note: fmt.Sprintf("%d drifts, p50 %.3f s, worst %.3f s; the edits themselves took p50 %.3f s, p99 %.3f s",
				len(took), p50, quantile(heals, 1), median(edits), quantile(edits, 0.99)),
		}
		if len(took) < 500 {
			return f, fmt.Errorf("%d drifts; want 500 at least", len(took))
		}
		return f, nil
	}}, nil
}

// healing is the seconds that an edit took to be answered, and from there until
// its object was right again.
type healing struct{ edit, heal float64 }

// healAll makes every object drift.
func healAll(cfg *rest.Config) ([]healing, error) {
	cfg = rest.CopyConfig(cfg)
	cfg.QPS = -1
	client, err := dynamic.NewForConfig(cfg)
	if err != nil {
		return nil, err
	}
	took := make([]healing, siteApps*len(healables))
	group, ctx := errgroup.WithContext(context.Background())
	group.SetLimit(healParallel)
	for i := range siteApps {
		group.Go(func() error {
			for j, h := range healables {
				n := i*len(healables) + j
				// Over the Applications every kind drifts in every way.
				d := drift{healable: h, way: (i + j) % 3, at: client.Resource(h.resource).Namespace(appName(i)), name: appName(i) + h.suffix}
				healed, err := d.healed(ctx)
				if err != nil {
					return fmt.Errorf("%s %s/%s: %w", h.resource.Resource, appName(i), d.name, err)
				}
				took[n] = healed
			}
			return nil
		})
	}
	return took, group.Wait()
}

// Ways to drift.
const (
	edited = iota
	deleted
	stripped // of the agent's label
)

// drift of one object.
type drift struct {
	healable
	way  int
	at   dynamic.ResourceInterface
	name string
}

// healed makes the object drift, and waits from the API server's answer until
// a watch shows it as it was.
func (d drift) healed(ctx context.Context) (took healing, err error) {
	ctx, cancel := context.WithTimeout(ctx, healPatience)
	defer cancel()
	// Not from the object's own version on: the API server may have forgotten it.
	named := metav1.ListOptions{FieldSelector: "metadata.name=" + d.name}
	list, err := d.at.List(ctx, named)
	if err != nil {
		return took, err
	}
	if len(list.Items) != 1 {
		return took, fmt.Errorf("%d objects, want one", len(list.Items))
	}
	was := &list.Items[0]
	named.ResourceVersion = list.GetResourceVersion()
	events, err := d.at.Watch(ctx, named)
	if err != nil {
		return took, err
	}
	defer events.Stop()
	begun := time.Now()
	since, err := d.happen(ctx)
	if err != nil {
		return took, err
	}
	answered := time.Now()
	took.edit = answered.Sub(begun).Seconds()
	last := any(nil)
	for e := range events.ResultChan() {
		last = e.Object
		now, is := e.Object.(*unstructured.Unstructured)
		if is && d.isRight(now, was, since) {
			took.heal = time.Since(answered).Seconds()
			return took, nil
		}
	}
	return took, fmt.Errorf("the agent did not heal it within %s (drift %d); last seen: %v", time.Since(answered), d.way, last)
}

// happen makes the object drift; it gives the version that the edit made, or 0
// for a deletion.
func (d drift) happen(ctx context.Context) (uint64, error) {
	patch := d.edit
	switch {
	case d.way == deleted:
		return 0, d.at.Delete(ctx, d.name, metav1.DeleteOptions{})
	case d.way == stripped || patch == "":
		patch = `{"metadata":{"labels":{"` + apply.LabelApplication + `":null}}}`
	}
	now, err := d.at.Patch(ctx, d.name, types.MergePatchType, []byte(patch), metav1.PatchOptions{FieldManager: "by-hand"})
	if err != nil {
		return 0, err
	}
	return version(now), nil
}

// isRight tells whether the object, later than the drift, is as it was.
func (d drift) isRight(now, was *unstructured.Unstructured, since uint64) bool {
	if now.GetDeletionTimestamp() != nil || version(now) <= since || version(now) <= version(was) {
		return false
	}
	if d.way == deleted && now.GetUID() == was.GetUID() {
		return false
	}
	return now.GetLabels()[apply.LabelApplication] == was.GetLabels()[apply.LabelApplication] &&
		fieldAt(now.Object, d.probe) == fieldAt(was.Object, d.probe)
}

// version of an object, which grows with every write.
func version(obj *unstructured.Unstructured) uint64 {
	n, _ := strconv.ParseUint(obj.GetResourceVersion(), 10, 64)
	return n
}

// fieldAt follows keys and positions; "" where there is nothing to follow.
func fieldAt(v any, path []any) string {
	if len(path) == 0 {
		return ""
	}
	for _, step := range path {
		switch at := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[at]
		case int:
			l, _ := v.([]any)
			if at >= len(l) {
				return ""
			}
			v = l[at]
		}
	}
	return fmt.Sprint(v)
}
