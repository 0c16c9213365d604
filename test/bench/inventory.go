package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"testing/fstest"

	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/generators"
)

var (
	regions = []string{"eu-west", "us-east", "ap-south", "eu-north"}
	envs    = []string{"prod", "stage", "dev"}
)

// secretName, and what follows, describe cluster i of the inventory.
func secretName(i int) string  { return fmt.Sprintf("cluster-%05d", i) }
func clusterName(i int) string { return fmt.Sprintf("Edge-Store-%05d", i) }
func server(i int) string {
	return fmt.Sprintf("https://10.%d.%d.%d:6443", i/65536, i/256%256, i%256)
}

func labels(i int) map[string]string {
	return map[string]string{
		"argocd.argoproj.io/secret-type": "cluster", "ai-capable": "true",
		"region": regions[i%4], "env": envs[i%3], "tier": "edge",
		"gpu.vendor": "nvidia", "gpu.model": "h200", "site-class": fmt.Sprintf("c%d", i%9),
	}
}

func annotations(i int) map[string]string {
	return map[string]string{"site": fmt.Sprintf("Store %05d", i), "models": "whisper,llama,embed", "owner": "retail-ai"}
}

type object = map[string]any

// inventoryJSON is n cluster Secrets in Argo CD's form, as one JSON List.
func inventoryJSON(n int) []byte {
	items := make([]object, n)
	for i := range items {
		items[i] = object{
			"apiVersion": "v1", "kind": "Secret",
			"metadata":   object{"name": secretName(i), "namespace": "argocd", "labels": labels(i), "annotations": annotations(i)},
			"stringData": object{"name": clusterName(i), "server": server(i), "config": "{}"},
		}
	}
	return mustJSON(object{"apiVersion": "v1", "kind": "List", "items": items})
}

// fleet is the same clusters, decoded.
func fleet(n int) generators.Inputs {
	list, err := clusters.Decode(inventoryJSON(n), "argocd")
	if err != nil {
		panic(err) // our own text
	}
	inventory, err := clusters.NewInventory(list)
	if err != nil {
		panic(err)
	}
	return generators.Inputs{Clusters: inventory}
}

// directories is a repository of n directories sites/REGION/ENV/NAME.
func directories(n int) generators.Inputs {
	t := newTree()
	for i := range n {
		t.add(fmt.Sprintf("sites/%s/%s/%s/kustomization.yaml", regions[i%4], envs[i%3], clusterName(i)), "")
	}
	for _, region := range regions {
		t.add("sites/"+region+"/prod/_template/kustomization.yaml", "")
	}
	return t.inputs()
}

// files is a repository of n files clusters/REGION/NAME/config.json, each with
// the parameters of one cluster.
func files(n int) generators.Inputs {
	t := newTree()
	for i := range n {
		t.add(fmt.Sprintf("clusters/%s/%s/config.json", regions[i%4], clusterName(i)), string(mustJSON(object{
			"name": clusterName(i), "nameNormalized": strings.ToLower(clusterName(i)), "server": server(i),
			"metadata": object{"labels": labels(i), "annotations": annotations(i)},
		})))
	}
	return t.inputs()
}

// tree is a repository in memory.
type tree struct {
	files fstest.MapFS
	dirs  map[string]bool
}

func newTree() *tree { return &tree{fstest.MapFS{}, map[string]bool{}} }

func (t *tree) add(name, content string) {
	t.files[name] = &fstest.MapFile{Data: []byte(content)}
	for dir := path.Dir(name); dir != "." && !t.dirs[dir]; dir = path.Dir(dir) {
		t.dirs[dir] = true
	}
}

func (t *tree) inputs() generators.Inputs {
	listed := &generators.Tree{
		Commit: "c0ffee", FS: t.files,
		Dirs: slices.Sorted(maps.Keys(t.dirs)), Files: slices.Sorted(maps.Keys(t.files)),
	}
	repo := generators.Repository{URL: "https://git.example.com/fleet/config.git", Revision: "main"}
	return generators.Inputs{Repositories: map[generators.Repository]*generators.Tree{repo: listed}}
}

func mustJSON(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}
