package hub_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/hub"
	"github.com/fairlead/fairlead/internal/testenv"
)

// project makes an AppProject of this spec, or puts it in the place of another.
func (r *running) project(t *testing.T, name, spec string) {
	t.Helper()
	p := &v1alpha1.AppProject{ObjectMeta: metav1.ObjectMeta{Namespace: r.namespace, Name: name}}
	_ = r.Delete(t.Context(), p)
	r.apply(t, fmt.Sprintf("apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: %s}\nspec: %s\n", name, spec))
}

// awaitForbidden waits for an InvalidSpecError that says all parts; none means
// that there must be no such condition.
func (r *running) awaitForbidden(t *testing.T, name string, parts ...string) *v1alpha1.Application {
	t.Helper()
	var app *v1alpha1.Application
	eventually(t, func() (err error) {
		if app, err = r.app(t, name); err != nil {
			return err
		}
		text := ""
		for _, c := range app.Status.Conditions {
			if c.Type == v1alpha1.ApplicationConditionInvalidSpecError {
				text += c.Message + "\n"
			}
		}
		for _, p := range parts {
			if !strings.Contains(text, p) {
				return fmt.Errorf("%s: %q, want %q", name, text, parts)
			}
		}
		if len(parts) == 0 && text != "" || len(app.Status.Conditions) == 0 && len(parts) > 0 {
			return fmt.Errorf("%s: %q, want %q", name, text, parts)
		}
		return nil
	})
	return app
}

func of(project, name, destination string) string {
	return strings.Replace(single(name, destination), "project: default", "project: "+project, 1)
}

func TestAProjectDecidesWhatIsDelivered(t *testing.T) {
	r := start(t)
	r.cluster(t, "one", nil)
	r.cluster(t, "two", nil)
	r.project(t, "edge", `{sourceRepos: ["https://git.invalid/**"], destinations: [{name: one, namespace: "*"}]}`)
	r.project(t, "other", `{sourceRepos: ["https://elsewhere.invalid/**"], destinations: [{name: "*", namespace: "!kube-*"}]}`)
	r.apply(t, of("edge", "fine", "name: one"))
	r.apply(t, of("edge", "away", "name: two"))
	r.apply(t, of("other", "source", "name: one"))
	r.apply(t, of("nobody", "nowhere", "name: one"))

	r.awaitDelivered(t, "fine", "one")
	r.awaitForbidden(t, "fine")
	for name, parts := range map[string][]string{
		"away":    {"application away", "project edge", "spec.destinations", "cluster two", "add it there"},
		"source":  {"application source", "project other", "spec.sourceRepos", "https://git.invalid/a.git", "add it there"},
		"nowhere": {`"nobody" does not exist`},
	} {
		app := r.awaitForbidden(t, name, parts...)
		if d := app.Status.Delivery; name != "nowhere" && d != nil && d.Cluster != "" {
			t.Errorf("%s is delivered to %s", name, d.Cluster)
		}
	}

	// The project changes: judged again at once, both ways.
	r.project(t, "edge", `{sourceRepos: ["https://git.invalid/**"], destinations: [{name: two, namespace: "*"}]}`)
	r.awaitDelivered(t, "away", "two")
	r.awaitForbidden(t, "away")
	r.awaitForbidden(t, "fine", "application fine", "cluster one")
	r.awaitDelivered(t, "fine", "one") // what was delivered stays
	r.awaitTombstones(t, "one", nil)
}

func TestADestinationThatIsForbiddenReleasesNothing(t *testing.T) {
	r := start(t)
	r.cluster(t, "one", nil)
	r.cluster(t, "two", nil)
	r.project(t, "edge", `{sourceRepos: ["*"], destinations: [{name: one, namespace: "*"}]}`)
	r.apply(t, of("edge", "web", "name: one"))
	r.awaitDelivered(t, "web", "one")
	r.apply(t, of("edge", "web", "name: two"))
	r.awaitForbidden(t, "web", "cluster two")
	r.awaitDelivered(t, "web", "one")
	r.awaitTombstones(t, "one", nil)
}

func TestAnApplicationOfAnotherNamespaceNeedsThePermission(t *testing.T) {
	elsewhere := testenv.Namespace(t, testenv.Hub(t))
	r := start(t, func(o *hub.Options) { o.OwnNamespaces = append(o.OwnNamespaces, elsewhere) })
	r.cluster(t, "one", nil)
	r.project(t, "edge", `{sourceRepos: ["*"], destinations: [{name: "*", namespace: "*"}]}`)
	app := &v1alpha1.Application{ObjectMeta: metav1.ObjectMeta{Namespace: elsewhere, Name: "web"}}
	app.Spec = v1alpha1.ApplicationSpec{
		Project: "edge", Source: &v1alpha1.ApplicationSource{RepoURL: "https://git.invalid/a.git", Path: "a"},
		Destination: v1alpha1.ApplicationDestination{Name: "one", Namespace: "x"},
	}
	if err := r.Create(t.Context(), app); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		before := app.DeepCopy()
		app.Finalizers = nil
		_ = r.Patch(context.Background(), app, client.MergeFrom(before))
		_ = r.Delete(context.Background(), app)
	})
	await := func(what string, ok func() bool) {
		t.Helper()
		eventually(t, func() error {
			if err := r.Get(t.Context(), client.ObjectKeyFromObject(app), app); err != nil {
				return err
			}
			if !ok() {
				return fmt.Errorf("want %s: %+v, %+v", what, app.Status.Delivery, app.Status.Conditions)
			}
			return nil
		})
	}
	await("refused", func() bool {
		return len(app.Status.Conditions) > 0 && app.Status.Delivery.Cluster == "" &&
			strings.Contains(app.Status.Conditions[0].Message, "spec.sourceNamespaces: namespace "+elsewhere)
	})
	r.project(t, "edge", `{sourceRepos: ["*"], destinations: [{name: "*", namespace: "*"}], sourceNamespaces: [`+elsewhere+`]}`)
	await("delivered", func() bool { return app.Status.Delivery.Cluster == "one" })
}
