package desired

import (
	"testing"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

const valuesURL = "https://files.example.com/web.yaml"

// aChart is an Application of a chart with a value file at a URL.
func aChart() *v1alpha1.Application {
	app := anApp("web", "1", "one", "one")
	app.Spec.Source = &v1alpha1.ApplicationSource{
		RepoURL: "https://charts.example.com", Chart: "web", TargetRevision: "1.x",
		Helm: &v1alpha1.ApplicationSourceHelm{ValueFiles: []string{"values.yaml", "https://files.example.com/$ARGOCD_APP_NAME.yaml"}},
	}
	return app
}

func pinNamed(name, version string, line fleet.PinnedRevision) *fleet.Pin {
	return &fleet.Pin{
		ObjectMeta: meta(name, version),
		Spec:       fleet.PinSpec{Cohorts: []fleet.PinCohort{{Revisions: []fleet.PinnedRevision{line}}}},
	}
}

func chartPin(version, revision, digest string) *fleet.Pin {
	line := fleet.PinnedRevision{RepoURL: "https://charts.example.com", Chart: "web", TargetRevision: "1.x"}
	name := fleet.RevisionPinName(line)
	line.Revision, line.Digest, line.Location = revision, digest, "https://charts.example.com/web.tgz"
	return pinNamed(name, version, line)
}

func filePin(version, digest string) *fleet.Pin {
	return pinNamed(fleet.FilePinName(valuesURL), version, fleet.PinnedRevision{RepoURL: valuesURL, Revision: digest, Digest: digest})
}

// A bundle holds the pins of sources and value files, goes out when all are
// there, and moves with each.
func TestABundleHasThePinsOfChartsAndValueFiles(t *testing.T) {
	x := newFleet()
	x.SetApplication(aChart())
	expect(t, x, "one", 0, 0)
	x.SetPin(chartPin("7", "1.2.0", "sha256:a"))
	expect(t, x, "one", 0, 0)
	x.SetPin(filePin("8", "sha256:f"))
	expect(t, x, "one", 1, 0)

	is := func(revision, digest, file string) {
		t.Helper()
		set, err := x.Set("one")
		if err != nil {
			t.Fatal(err)
		}
		b := set.Bundles[0]
		if len(b.GetPins()) != 1 || len(b.GetFiles()) != 1 {
			t.Fatalf("pins %v, files %v", b.GetPins(), b.GetFiles())
		}
		pin, values := b.GetPins()[0], b.GetFiles()[0]
		if pin.GetChart() != "web" || pin.GetRevision() != revision || pin.GetDigest() != digest || pin.GetLocation() != "https://charts.example.com/web.tgz" {
			t.Errorf("pin %v", pin)
		}
		if values.GetRepoUrl() != valuesURL || values.GetDigest() != file {
			t.Errorf("file %v", values)
		}
	}
	is("1.2.0", "sha256:a", "sha256:f")
	x.SetPin(filePin("9", "sha256:g"))
	is("1.2.0", "sha256:a", "sha256:g")
	x.SetPin(chartPin("10", "1.3.0", "sha256:b"))
	is("1.3.0", "sha256:b", "sha256:g")
}
