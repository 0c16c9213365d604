package pin

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/source"
)

const fileURL = "https://files.example.com/%s.yaml"

// ofSet is an Application of a set: a chart, values in Git, and a value file of
// its own.
func ofSet(set, name string) *v1alpha1.Application {
	app := &v1alpha1.Application{}
	app.Namespace, app.Name = "argocd", name
	if set != "" {
		yes := true
		app.OwnerReferences = []metav1.OwnerReference{{
			APIVersion: v1alpha1.SchemeGroupVersion.String(), Kind: v1alpha1.ApplicationSetKind, Name: set, UID: "u", Controller: &yes,
		}}
	}
	app.Spec.Sources = v1alpha1.ApplicationSources{
		{RepoURL: chart.RepoURL, Chart: chart.Chart, TargetRevision: chart.Revision, Helm: &v1alpha1.ApplicationSourceHelm{
			ValueFiles: []string{fmt.Sprintf(fileURL, "$ARGOCD_APP_NAME")},
		}},
		{RepoURL: main.RepoURL, TargetRevision: "main", Ref: "values"},
	}
	return app
}

type pins struct {
	*Controller
	t      *testing.T
	remote *remote
}

func newPins(t *testing.T, apps ...client.Object) *pins {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{v1alpha1.AddToScheme, fleet.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	p := &pins{t: t, remote: newRemote()}
	p.remote.publish(chart, "1.2.0", "sha256:a")
	p.remote.publish(main, "c1", "")
	c := fake.NewClientBuilder().WithScheme(scheme).WithObjects(apps...).WithIndex(&v1alpha1.Application{}, ownerIndex, indexOwners).Build()
	p.Controller = &Controller{
		Client: c, Now: func() time.Time { return time.Unix(1_800_000_000, 0) },
		Resolver: NewResolver(p.remote, ResolverOptions{Logger: logr.Discard()}),
	}
	return p
}

// settle reconciles an owner with fresh answers.
func (p *pins) settle(o owner) {
	p.t.Helper()
	for range 2 {
		if _, err := p.Reconcile(p.t.Context(), o); err != nil {
			p.t.Fatal(err)
		}
		for _, ref := range p.Resolver.Wanted() {
			p.Resolver.Refresh(context.Background(), ref)
		}
	}
}

// lines of a Pin, without times; nil if there is none.
func (p *pins) lines(name string) []fleet.PinnedRevision {
	p.t.Helper()
	pin := &fleet.Pin{}
	err := p.Client.Get(p.t.Context(), client.ObjectKey{Namespace: "argocd", Name: name}, pin)
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		p.t.Fatal(err)
	}
	var out []fleet.PinnedRevision
	for _, cohort := range pin.Spec.Cohorts {
		for _, line := range cohort.Revisions {
			line.ResolvedAt = metav1.Time{}
			out = append(out, line)
		}
	}
	return out
}

func TestASetPinsItsSourcesTogetherAndEachValueFileApart(t *testing.T) {
	p := newPins(t, ofSet("ai", "one"), ofSet("ai", "two"))
	file := source.FileAt(fmt.Sprintf(fileURL, "one"))
	p.remote.publish(file, "sha256:f", "sha256:f")
	p.settle(owner{Namespace: "argocd", Set: "ai"})
	if n := p.remote.count(chart); n != 2 { // one per Refresh of settle, for two applications
		t.Errorf("%d questions about the chart", n)
	}
	p.settle(owner{Namespace: "argocd", Ref: file})
	want := []fleet.PinnedRevision{
		{RepoURL: chart.RepoURL, Chart: "airflow", TargetRevision: "1.x", Revision: "1.2.0", Digest: "sha256:a"},
		{RepoURL: main.RepoURL, TargetRevision: "main", Revision: "c1"},
	}
	if diff := cmp.Diff(want, p.lines(fleet.SetPinName("ai"))); diff != "" {
		t.Error(diff)
	}
	wantFile := []fleet.PinnedRevision{{RepoURL: file.RepoURL, Revision: "sha256:f", Digest: "sha256:f"}}
	if diff := cmp.Diff(wantFile, p.lines(fleet.FilePinName(file.RepoURL))); diff != "" {
		t.Error(diff)
	}
}

// A server that is away moves no pin; neither does a restart of the hub.
func TestAPinStaysWhileItsServerIsAway(t *testing.T) {
	p := newPins(t, ofSet("", "one"))
	o := owner{Namespace: "argocd", Ref: chart}
	p.settle(o)
	before := p.lines(o.pinName())
	if len(before) != 1 || before[0].Digest != "sha256:a" {
		t.Fatalf("pinned %+v", before)
	}
	p.remote.set(chart, "", source.ErrUnavailable)
	p.Resolver = NewResolver(p.remote, ResolverOptions{Logger: logr.Discard()})
	p.settle(o)
	if diff := cmp.Diff(before, p.lines(o.pinName())); diff != "" {
		t.Error(diff)
	}
	app := ofSet("", "one")
	if err := p.Client.Delete(t.Context(), app); err != nil {
		t.Fatal(err)
	}
	p.settle(o)
	if left := p.lines(o.pinName()); left != nil {
		t.Errorf("nobody follows %+v", left)
	}
}

func TestOwnersSurviveBeingKeys(t *testing.T) {
	for _, o := range []owner{
		{Namespace: "argocd", Set: "ai"},
		{Namespace: "argocd", Ref: chart},
		{Namespace: "argocd", Ref: source.FileAt("https://files.example.com/a?b=c")},
		{Namespace: "argocd", Ref: Ref{Kind: source.KindGit, RepoURL: "https://r", Revision: "1.x", TagPrefix: "app/"}},
		{Namespace: "argocd", Ref: Ref{Kind: source.KindHelm, RepoURL: "https://c", Chart: "c", Revision: "1", PassCredentials: true}},
	} {
		if got, ok := ownerOfKey(o.key()); !ok || got != o {
			t.Errorf("%+v became %+v", o, got)
		}
		line := o.Ref.Requested()
		if got := refOf(line, o.Ref.Kind == source.KindFile); o.Set == "" && got != o.Ref {
			t.Errorf("%+v is read from a pin as %+v", o.Ref, got)
		}
	}
}
