package expand_test

import (
	"fmt"
	"os"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/expand"
)

// BenchmarkExpand measures fully built Applications, compiling the set
// included. testdata/bench holds the sets.
func BenchmarkExpand(b *testing.B) {
	for _, bench := range []struct {
		set            string
		clusters, apps int
	}{
		{"clusters-fast", 10_000, 10_000},
		{"clusters-go", 10_000, 10_000},
		{"clusters-patch", 1_000, 1_000},
		{"matrix-go", 1_000, 10_000},
	} {
		b.Run(fmt.Sprintf("%s-%d", bench.set, bench.clusters), func(b *testing.B) {
			set := readBenchSet(b, bench.set)
			in := expand.Inputs{Clusters: benchFleet(b, bench.clusters)}
			b.ReportAllocs()
			for b.Loop() {
				result := expand.Expand(set, in, expand.Options{})
				if result.Err != nil || len(result.Applications) != bench.apps {
					b.Fatalf("%d applications, %d rejected, %v", len(result.Applications), len(result.Rejected), result.Err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(bench.apps), "ns/app")
		})
	}
}

func readBenchSet(tb testing.TB, name string) *v1alpha1.ApplicationSet {
	tb.Helper()
	text, err := os.ReadFile("testdata/bench/" + name + ".yaml")
	if err != nil {
		tb.Fatal(err)
	}
	var set v1alpha1.ApplicationSet
	if err := yaml.Unmarshal(text, &set); err != nil {
		tb.Fatal(err)
	}
	return &set
}

// benchFleet is n labelled clusters, no two alike.
func benchFleet(tb testing.TB, n int) *clusters.Inventory {
	tb.Helper()
	regions, envs := []string{"eu-west", "us-east", "ap-south"}, []string{"prod", "stage", "dev"}
	list := make([]clusters.Cluster, n)
	for i := range list {
		list[i] = clusters.Cluster{
			Name:   fmt.Sprintf("Edge-Store-%05d", i),
			Server: fmt.Sprintf("https://10.%d.%d.%d:6443", i>>16, i>>8&255, i&255),
			Labels: map[string]string{
				clusters.SecretTypeLabel: clusters.SecretTypeCluster,
				"ai-capable":             "true",
				"region":                 regions[i%len(regions)],
				"env":                    envs[i%len(envs)],
				"tier":                   "edge",
				"gpu.vendor":             "nvidia",
				"gpu.model":              "h200",
				"site-class":             fmt.Sprintf("c%d", i%10),
			},
			Annotations: map[string]string{
				"site": fmt.Sprintf("Store %05d", i), "models": "whisper,llama,embed", "owner": "retail-ai",
			},
			Origin: fmt.Sprintf("secret argocd/cluster-%05d", i),
		}
	}
	inventory, err := clusters.NewInventory(list)
	if err != nil {
		tb.Fatal(err)
	}
	return inventory
}
