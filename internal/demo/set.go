package demo

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"testing/fstest"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/examples"
)

const (
	// repository is the name that the example is served under.
	repository = "ai-deployments"
	setFile    = "sets/model-serving-global.yaml"
)

// applySet applies the example's set with the local repository and an
// automated sync policy.
func (d *Demo) applySet(ctx context.Context) error {
	text, err := fs.ReadFile(examples.AIDeployments(), setFile)
	if err != nil {
		return err
	}
	set := &unstructured.Unstructured{}
	if err := yaml.Unmarshal(text, &set.Object); err != nil {
		return fmt.Errorf("read %s: %w", setFile, err)
	}
	set.SetNamespace(namespace)
	template := []string{"spec", "template", "spec"}
	if err := unstructured.SetNestedField(set.Object, d.repo.URL(), append(template, "source", "repoURL")...); err != nil {
		return err
	}
	policy := map[string]any{
		"automated":   map[string]any{"prune": true, "selfHeal": true},
		"syncOptions": []any{"CreateNamespace=true"},
	}
	if err := unstructured.SetNestedMap(set.Object, policy, append(template, "syncPolicy")...); err != nil {
		return err
	}
	err = d.api.Apply(ctx, client.ApplyConfigurationFromUnstructured(set), client.FieldOwner("fairlead-demo"))
	if err != nil {
		return fmt.Errorf("apply %s: %w", set.GetName(), err)
	}
	d.say.line("applicationset %s: applied", set.GetName())
	return nil
}

// rewritten is a copy of files in which one text stands for another.
func rewritten(files fs.FS, old, text string) (fs.FS, error) {
	out := fstest.MapFS{}
	err := fs.WalkDir(files, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		out[path] = &fstest.MapFile{Data: bytes.ReplaceAll(data, []byte(old), []byte(text)), Mode: 0o644}
		return nil
	})
	return out, err
}
