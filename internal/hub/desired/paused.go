package desired

import (
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/pause"
)

// stand is what each source, and each value file at a URL, of a paused
// Application stands for; it takes the place of the pins.
type stand struct{ sources, files []*deliveryv1.PinnedSource }

// asPaused is the Application as it is held, and at what; the Application
// itself and nil where it is not paused. A mark that is not valid has no
// effect; the leader says so.
func asPaused(app *v1alpha1.Application) (*v1alpha1.Application, *stand) {
	m, err := pause.Read(app)
	if err != nil || m == nil {
		return app, nil
	}
	at := &stand{}
	for i, s := range m.Sources {
		at.sources = append(at.sources, &deliveryv1.PinnedSource{
			RepoUrl: s.RepoURL, Chart: s.Chart, TargetRevision: s.TargetRevision,
			Revision: m.Revisions[i], Digest: m.Digest(i),
		})
	}
	for _, f := range m.Files {
		at.files = append(at.files, &deliveryv1.PinnedSource{RepoUrl: f.URL, Revision: f.Digest, Digest: f.Digest})
	}
	return m.Over(app), at
}
