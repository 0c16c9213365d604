package kustomize

//lint:file-ignore SA1019 users still write the deprecated fields, so they are read and written

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/resid"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// read parses one kustomization file.
func read(system treeSystem, file string) (*types.Kustomization, error) {
	text, err := system.ReadFile(file)
	if err != nil {
		return nil, err
	}
	k := &types.Kustomization{}
	if err := k.Unmarshal(text); err != nil {
		return nil, err
	}
	return k, nil
}

// edit returns the kustomization file with an Application's options written
// into it, or nil if there are none. The options mean what the `kustomize
// edit` commands mean that Argo CD runs for them:
// https://argo-cd.readthedocs.io/en/stable/user-guide/kustomize/
func edit(system treeSystem, file string, o *v1alpha1.ApplicationSourceKustomize, env func(string) string) ([]byte, error) {
	if reflect.DeepEqual(*o, v1alpha1.ApplicationSourceKustomize{Version: o.Version, KubeVersion: o.KubeVersion, APIVersions: o.APIVersions}) {
		return nil, nil
	}
	k, err := read(system, file)
	if err != nil {
		return nil, err
	}
	k.FixKustomization()
	if o.NamePrefix != "" {
		k.NamePrefix = o.NamePrefix
	}
	if o.NameSuffix != "" {
		k.NameSuffix = o.NameSuffix
	}
	if o.Namespace != "" {
		k.Namespace = o.Namespace
	}
	for _, change := range []func() error{
		func() error { return setImages(k, o.Images, env) },
		func() error { return setReplicas(k, o.Replicas) },
		func() error { return addLabels(k, o, env) },
		func() error { return addAnnotations(k, o, env) },
		func() error { return addComponents(k, system, path.Dir(file), o) },
	} {
		if err := change(); err != nil {
			return nil, err
		}
	}
	for _, p := range o.Patches {
		k.Patches = append(k.Patches, patch(p))
	}
	return yaml.Marshal(k)
}

// setImages replaces the entries of the same name and keeps the rest, sorted.
func setImages(k *types.Kustomization, images v1alpha1.KustomizeImages, env func(string) string) error {
	if len(images) == 0 {
		return nil
	}
	byName := map[string]types.Image{}
	for _, image := range k.Images {
		byName[image.Name] = image
	}
	for _, text := range images {
		set, err := parseImage(env(string(text)))
		if err != nil {
			return err
		}
		before := byName[set.Name]
		for _, f := range []struct{ value, kept *string }{
			{&set.NewName, &before.NewName}, {&set.NewTag, &before.NewTag}, {&set.Digest, &before.Digest},
		} {
			if *f.value == "*" {
				*f.value = *f.kept
			}
		}
		byName[set.Name] = set
	}
	k.Images = nil
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		k.Images = append(k.Images, byName[name])
	}
	return nil
}

// parseImage reads [old=]name[:tag][@digest].
func parseImage(text string) (types.Image, error) {
	old, rest, renamed := strings.Cut(text, "=")
	if !renamed {
		rest = text
	}
	name, digest, _ := strings.Cut(rest, "@")
	tag := ""
	if colon := strings.LastIndexByte(name, ':'); colon > strings.LastIndexByte(name, '/') {
		name, tag = name[:colon], name[colon+1:]
	}
	image := types.Image{Name: name, NewTag: tag, Digest: digest}
	if renamed {
		image.Name, image.NewName = old, name
	}
	if image.Name == "" || (!renamed && tag == "" && digest == "") {
		return image, fmt.Errorf("kustomize.images: %q is not [old=]name[:tag][@digest]", text)
	}
	return image, nil
}

func setReplicas(k *types.Kustomization, replicas v1alpha1.KustomizeReplicas) error {
	if len(replicas) == 0 {
		return nil
	}
	byName := map[string]types.Replica{}
	for _, r := range k.Replicas {
		byName[r.Name] = r
	}
	for _, r := range replicas {
		count := int64(r.Count.IntVal)
		if r.Count.Type == intstr.String {
			var err error
			if count, err = strconv.ParseInt(r.Count.StrVal, 10, 32); err != nil {
				return fmt.Errorf("kustomize.replicas: count %q of %s is no number", r.Count.StrVal, r.Name)
			}
		}
		byName[r.Name] = types.Replica{Name: r.Name, Count: count}
	}
	k.Replicas = nil
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		k.Replicas = append(k.Replicas, byName[name])
	}
	return nil
}

// addLabels adds labels, build environment variables in their values
// substituted always, as Argo CD does.
func addLabels(k *types.Kustomization, o *v1alpha1.ApplicationSourceKustomize, env func(string) string) error {
	if o.LabelIncludeTemplates && !o.LabelWithoutSelector {
		return errors.New("kustomize.labelIncludeTemplates needs labelWithoutSelector")
	}
	if len(o.CommonLabels) == 0 {
		return nil
	}
	add := map[string]string{}
	for key, value := range o.CommonLabels {
		add[key] = env(value)
	}
	if !o.LabelWithoutSelector {
		return merge(&k.CommonLabels, add, o.ForceCommonLabels, "label", "forceCommonLabels")
	}
	for i, l := range k.Labels {
		if !l.IncludeSelectors && l.IncludeTemplates == o.LabelIncludeTemplates {
			return merge(&k.Labels[i].Pairs, add, o.ForceCommonLabels, "label", "forceCommonLabels")
		}
	}
	k.Labels = append(k.Labels, types.Label{Pairs: add, IncludeTemplates: o.LabelIncludeTemplates})
	return nil
}

func addAnnotations(k *types.Kustomization, o *v1alpha1.ApplicationSourceKustomize, env func(string) string) error {
	add := maps.Clone(o.CommonAnnotations)
	if o.CommonAnnotationsEnvsubst {
		for key, value := range add {
			add[key] = env(value)
		}
	}
	return merge(&k.CommonAnnotations, add, o.ForceCommonAnnotations, "annotation", "forceCommonAnnotations")
}

// merge adds pairs to m. A key that is there is an error unless forced.
func merge(m *map[string]string, add map[string]string, force bool, what, option string) error {
	for _, key := range slices.Sorted(maps.Keys(add)) {
		if _, there := (*m)[key]; there && !force {
			return fmt.Errorf("%s %s is set in the kustomization already; kustomize.%s overwrites it", what, key, option)
		}
		if *m == nil {
			*m = map[string]string{}
		}
		(*m)[key] = add[key]
	}
	return nil
}

func addComponents(k *types.Kustomization, system treeSystem, folder string, o *v1alpha1.ApplicationSourceKustomize) error {
	for _, component := range o.Components {
		if slices.Contains(k.Components, component) {
			continue
		}
		target := path.Join(folder, component)
		if o.IgnoreMissingComponents && fs.ValidPath(target) && !system.Exists(target) {
			continue
		}
		k.Components = append(k.Components, component)
	}
	return nil
}

func patch(p v1alpha1.KustomizePatch) types.Patch {
	out := types.Patch{Path: p.Path, Patch: p.Patch}
	if t := p.Target; t != nil {
		out.Target = &types.Selector{
			ResId: resid.ResId{
				Gvk:       resid.Gvk{Group: t.Group, Version: t.Version, Kind: t.Kind},
				Name:      t.Name,
				Namespace: t.Namespace,
			},
			AnnotationSelector: t.AnnotationSelector,
			LabelSelector:      t.LabelSelector,
		}
	}
	if len(p.Options) > 0 {
		out.Options = &types.PatchArgs{AllowNameChange: p.Options["allowNameChange"], AllowKindChange: p.Options["allowKindChange"]}
	}
	return out
}
