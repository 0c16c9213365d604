package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/render"
)

const (
	// renderTimes is what a rendering may take, as a multiple of Helm's.
	renderTimes  = 1.2
	renderRounds = 15
	// charts are those of the renderers' own golden tests.
	charts = "internal/render/testdata/corpus"
	// helmBinary is built of tools/reference by `make bench`.
	helmBinary = "bin/reference/helm"
	renderKube = "1.36.3"
)

// agentRender renders a chart as a process and as a library, in turn with
// `helm template` of the same.
func agentRender(chart string) func() (job, error) {
	return func() (job, error) {
		dir, err := os.MkdirTemp("", "fairlead-bench-render")
		if err != nil {
			return job{}, err
		}
		r := renderBench{dir: dir, chart: chart, app: filepath.Join(dir, "app.yaml")}
		app := &v1alpha1.Application{Spec: v1alpha1.ApplicationSpec{
			Project:     "default",
			Source:      &v1alpha1.ApplicationSource{RepoURL: "https://git.example.com/charts.git", Path: chart},
			Destination: v1alpha1.ApplicationDestination{Name: siteCluster, Namespace: "operators"},
		}}
		app.APIVersion, app.Kind, app.Name = v1alpha1.SchemeGroupVersion.String(), v1alpha1.ApplicationKind, chart
		text, err := yaml.Marshal(app)
		if err != nil {
			return job{}, err
		}
		return job{
			applications: 1, stop: func() { os.RemoveAll(dir) },
			whole: func(options) (figures, error) { return r.measure() },
		}, os.WriteFile(r.app, text, 0o600)
	}
}

type renderBench struct{ dir, chart, app string }

func (r renderBench) measure() (figures, error) {
	var whole, library, helm, cpu, helmCPU []float64
	var peak int64
	for round := range renderRounds + 1 {
		var ours processResult
		w, err := timed(func() (err error) {
			ours, err = runProgram(binary, r.env(), "render", "-f", r.app, "--repo", "https://git.example.com/charts.git="+charts, "--kube-version", renderKube)
			return err
		})
		if err != nil {
			return figures{}, err
		}
		objects := 0
		l, err := timed(func() (err error) { objects, err = r.library(); return err })
		if err != nil {
			return figures{}, err
		}
		var theirs processResult
		h, err := timed(func() (err error) {
			theirs, err = runProgram(helmBinary, r.env(), "template", r.chart, filepath.Join(charts, r.chart),
				"--namespace", "operators", "--include-crds", "--kube-version", renderKube)
			return err
		})
		if err != nil {
			return figures{}, err
		}
		if round > 0 {
			whole, library, helm = append(whole, w), append(library, l), append(helm, h)
			cpu, helmCPU = append(cpu, ours.cpu), append(helmCPU, theirs.cpu)
			peak = max(peak, ours.peakRSS)
			continue
		}
		if a, b := documents(ours.stdout), documents(theirs.stdout); a != b || a != objects {
			return figures{}, fmt.Errorf("fairlead render gives %d objects, the library %d, helm template %d", a, objects, b)
		}
	}
	// Of time the best counts, as in the rest of the table: other programs on
	// the machine hold up two processes at random.
	f := figures{
		Iterations: len(whole), Seconds: quantile(whole, 0), MedianSeconds: median(whole), CPUSeconds: median(cpu), PeakRSS: peak,
		Checks: []check{
			{"of helm template", quantile(whole, 0) / quantile(helm, 0), renderTimes, " x"},
			{"CPU", median(cpu) / median(helmCPU), renderTimes, " x"},
			{"the library alone", quantile(library, 0) / quantile(helm, 0), renderTimes, " x"},
		},
		Note: fmt.Sprintf("helm %.3f s, median %.3f s, CPU %.3f s", quantile(helm, 0), median(helm), median(helmCPU)),
	}
	return f, nil
}

// env of both programs: nothing of the user's.
func (r renderBench) env() []string { return []string{"HOME=" + r.dir, "PATH=" + os.Getenv("PATH")} }

func (r renderBench) library() (int, error) {
	result, err := render.Render(context.Background(), render.Request{
		Tree: os.DirFS(charts), Source: v1alpha1.ApplicationSource{Path: r.chart}, Name: r.chart, Namespace: "operators", KubeVersion: renderKube,
	})
	if err != nil {
		return 0, err
	}
	return len(result.Objects), nil
}

// documents of a stream that have a kind.
func documents(stream []byte) int {
	return bytes.Count(append([]byte("\n"), stream...), []byte("\nkind: "))
}
