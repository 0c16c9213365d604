package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestSyncResources(t *testing.T) {
	app := askedFor(nil)
	app.Status.Resources = []v1alpha1.ResourceStatus{
		{Group: "apps", Kind: "Deployment", Namespace: "x", Name: "web"},
		{Kind: "ConfigMap", Namespace: "x", Name: "web"},
		{Kind: "ConfigMap", Namespace: "y", Name: "web-2"},
	}
	for args, want := range map[string]string{
		"":                              "",
		"apps:Deployment:new":           "apps/Deployment//new",
		":ConfigMap:y/new":              "/ConfigMap/y/new",
		":ConfigMap:*":                  "/ConfigMap/x/web /ConfigMap/y/web-2",
		":ConfigMap:y/*":                "/ConfigMap/y/web-2",
		"*:*:*b-*":                      "/ConfigMap/y/web-2",
		"!:ConfigMap:*":                 "apps/Deployment/x/web",
		"*:*:web !apps:*:*":             "/ConfigMap/x/web",
		":ConfigMap:a !:ConfigMap:web*": "/ConfigMap//a",
	} {
		got, err := selected(app, strings.Fields(args))
		if err != nil {
			t.Errorf("%s: %v", args, err)
		}
		var names []string
		for _, r := range got {
			names = append(names, strings.Join([]string{r.Group, r.Kind, r.Namespace, r.Name}, "/"))
		}
		if diff := cmp.Diff(want, strings.Join(names, " ")); diff != "" {
			t.Errorf("%q (-want +got):\n%s", args, diff)
		}
	}
	_, err := selected(app, []string{"batch:*:*"})
	if exit := (*exitError)(nil); !errors.As(err, &exit) || exit.code != codeNotFound {
		t.Errorf("nothing matches: error %v, want exit code %d and never a sync of everything", err, codeNotFound)
	}
}
