package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fairlead/fairlead/internal/render/manifest"
)

func TestChecksThatAreExceededAreNamed(t *testing.T) {
	f := figures{Name: "a", Checks: []check{{"RSS", 64, 64, " MiB"}, {"requests", 0, 0, ""}}, Note: "a note"}
	f.Missed = missed(f)
	if got := line(f); f.Missed != "" || !strings.Contains(got, "ok: RSS 64 MiB of 64, requests 0 of 0 (a note)") {
		t.Errorf("missed %q, printed as %q", f.Missed, got)
	}
	f.Checks[1].Got = 2
	f.Missed = missed(f)
	if got := line(f); f.Missed != "requests 2 of 0" || !strings.Contains(got, "OVER: requests 2 of 0 (a note)") {
		t.Errorf("missed %q, printed as %q", f.Missed, got)
	}
}

func TestQuantileIsAMeasuredValue(t *testing.T) {
	sample := make([]float64, 500)
	for i := range sample {
		sample[len(sample)-1-i] = float64(i + 1)
	}
	for q, want := range map[float64]float64{0: 1, 0.5: 250, 0.99: 495, 1: 500} {
		if got := quantile(sample, q); got != want {
			t.Errorf("quantile %g is %g, want %g", q, got, want)
		}
	}
	if got := quantile(nil, 0.99); got != 0 {
		t.Errorf("quantile of nothing is %g", got)
	}
}

func TestUseOfThisProcess(t *testing.T) {
	use, err := useOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if use.rss < 1<<20 || use.peak < use.rss || use.cpu < 0 || use.cpu > 2*cpuTime()+1 {
		t.Errorf("%+v, with %.2f s of CPU used", use, cpuTime())
	}
	if _, err := useOf(1 << 30); err == nil {
		t.Error("no error for a process that is not there")
	}
}

// Every Application has objectsPerApp objects, and every one of them can drift.
func TestObjectsOfTheAgentsWorkloads(t *testing.T) {
	decoder := &manifest.Decoder{Limits: manifest.Limits{DocumentBytes: 1 << 20, Bytes: 1 << 20, Objects: 100}}
	for _, text := range manifests(2) {
		if err := decoder.Add("app", []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(decoder.Objects); n != 2*objectsPerApp || len(kindsPerApp) != objectsPerApp || len(healables) != objectsPerApp {
		t.Fatalf("%d objects of 2 applications, %d kinds, %d that drift; want %d each", n, len(kindsPerApp), len(healables), objectsPerApp)
	}
	for _, h := range healables {
		found := slices.ContainsFunc(decoder.Objects[:objectsPerApp], func(o *unstructured.Unstructured) bool {
			return o.GetName() == appName(0)+h.suffix && strings.ToLower(o.GetKind())+"s" == strings.Replace(h.resource.Resource, "policies", "policys", 1)
		})
		if !found {
			t.Errorf("no %s %s among the objects", h.resource.Resource, appName(0)+h.suffix)
		}
	}
	if len(repository(3)) != 3 {
		t.Error("a repository without a file per application")
	}
}

func TestFieldAt(t *testing.T) {
	v := map[string]any{"spec": map[string]any{"ports": []any{map[string]any{"port": int64(80)}}}}
	for path, want := range map[string]string{"spec,ports,0,port": "80", "spec,ports,1,port": "", "": "", "nope": "<nil>"} {
		var steps []any
		for step := range strings.SplitSeq(path, ",") {
			var i int
			switch _, err := fmt.Sscan(step, &i); {
			case step == "":
			case err == nil:
				steps = append(steps, i)
			default:
				steps = append(steps, step)
			}
		}
		if got := fieldAt(v, steps); got != want {
			t.Errorf("field at %q is %q, want %q", path, got, want)
		}
	}
}
