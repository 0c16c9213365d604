package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/guard"
)

// group is what is held together under one digest: victims of one set's guard,
// or applications that are being deleted and held where tombstones are issued.
type group struct {
	digest  string
	count   int
	by      string // who holds them
	victims []v1alpha1.DeletionVictim
	// decide are the objects that the decision is written on, with its value.
	decide []decision
}

// decision is a value for one object; it decides about count applications.
type decision struct {
	object client.Object
	value  string
	count  int
}

// patcher writes decisions.
type patcher interface {
	Patch(ctx context.Context, o client.Object, patch client.Patch, opts ...client.PatchOption) error
}

// annotate writes the decision, on this very object only. What is gone by now
// needs none, and written is 0.
func (d decision) annotate(ctx context.Context, c patcher, key string) (written int, err error) {
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{
		"uid": d.object.GetUID(), "annotations": map[string]string{key: d.value},
	}})
	if err != nil {
		return 0, err
	}
	name := d.object.GetName()
	switch err := c.Patch(ctx, d.object, client.RawPatch(types.MergePatchType, patch)); {
	case err == nil:
		return d.count, nil
	case apierrors.IsNotFound(err):
		return 0, nil
	case apierrors.IsConflict(err):
		return 0, exitf(codeGuarded, "%s: made anew since it was listed, so nothing is decided about it; run the command again", name)
	default:
		return 0, fromHub(err, name)
	}
}

func (g group) list(t *table) {
	for _, v := range g.victims {
		t.add(v.Name, orDash(v.Cluster), orDash(v.RenamedTo), g.by, g.digest)
	}
	if more := g.count - len(g.victims); more > 0 {
		t.add(fmt.Sprintf("and %d more", more), "-", "-", g.by, g.digest)
	}
}

// confirmed asks a question on standard error; anything but yes is no.
func confirmed(s streams, question string) bool {
	fmt.Fprintf(s.err, "%s Type yes: ", question)
	answer, _ := bufio.NewReader(s.in).ReadString('\n') // no answer is no
	return strings.TrimSpace(answer) == "yes"
}

// finder reads what is held in one namespace.
type finder struct {
	client.Client
	namespace string
}

// ofSet is what a set's guard holds, and the applications of a set of that name
// whose deletion is held, whether or not the set is still there.
func (f finder) ofSet(ctx context.Context, name string) ([]group, error) {
	object := &unstructured.Unstructured{} // it may not decode
	object.SetGroupVersionKind(v1alpha1.ApplicationSetSchemaGroupVersionKind)
	err := f.Get(ctx, client.ObjectKey{Namespace: f.namespace, Name: name}, object)
	if client.IgnoreNotFound(err) != nil {
		return nil, fromHub(err, "set "+name)
	}
	var out []group
	if err == nil {
		if out, err = appendSet(out, object); err != nil {
			return nil, err
		}
	}
	apps, err := f.applications(ctx, func(app *v1alpha1.Application) bool { return v1alpha1.OwningSet(app) == name })
	return append(out, apps...), err
}

func (f finder) everything(ctx context.Context) ([]group, error) {
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(v1alpha1.SchemeGroupVersion.WithKind(v1alpha1.ApplicationSetKind + "List"))
	if err := f.List(ctx, list, client.InNamespace(f.namespace)); err != nil {
		return nil, fromHub(err, "applicationsets")
	}
	var out []group
	var err error
	for i := range list.Items {
		if out, err = appendSet(out, &list.Items[i]); err != nil {
			return nil, err
		}
	}
	apps, err := f.applications(ctx, func(*v1alpha1.Application) bool { return true })
	return append(out, apps...), err
}

// appendSet adds what the set's own guard holds, if anything.
func appendSet(out []group, object *unstructured.Unstructured) ([]group, error) {
	bare := object.DeepCopy()
	delete(bare.Object, "spec") // only the status matters
	set, err := v1alpha1.DecodeApplicationSet(bare)
	if err != nil {
		return nil, exitf(codeUsage, "set %s: %v", object.GetName(), err)
	}
	hold := set.Status.DeletionsHeld
	if hold == nil {
		return out, nil
	}
	return append(out, group{
		digest: hold.Digest, count: int(hold.Count), by: "set " + set.Name, victims: hold.Victims,
		decide: []decision{{object, hold.Digest, int(hold.Count)}},
	}), nil
}

// applications are those of match that are being deleted and held, as one group.
func (f finder) applications(ctx context.Context, match func(*v1alpha1.Application) bool) ([]group, error) {
	var list v1alpha1.ApplicationList
	if err := f.List(ctx, &list, client.InNamespace(f.namespace)); err != nil {
		return nil, fromHub(err, "applications")
	}
	g := group{by: "the deletion gate"}
	var victims []guard.Victim
	for i := range list.Items {
		app := &list.Items[i]
		if !deletionHeld(app) || !match(app) {
			continue
		}
		victims = append(victims, guard.Victim{Name: app.Namespace + "/" + app.Name, UID: string(app.UID)})
		g.victims = append(g.victims, v1alpha1.DeletionVictim{Name: app.Name, Cluster: guard.ClusterOf(app)})
		g.decide = append(g.decide, decision{app, guard.DigestOf(app), 1})
	}
	if len(victims) == 0 {
		return nil, nil
	}
	g.count = len(victims)
	if g.digest = guard.Digest("", victims); g.count == 1 {
		g.digest = g.decide[0].value // the one that its condition names
	}
	return []group{g}, nil
}

func deletionHeld(app *v1alpha1.Application) bool {
	return !app.DeletionTimestamp.IsZero() && slices.ContainsFunc(app.Status.Conditions, func(c v1alpha1.ApplicationCondition) bool {
		return c.Type == v1alpha1.ApplicationConditionDeletionHeld
	})
}
