package sourcetest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"maps"
	"slices"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/registry/remote"
)

// PackChart is a chart's archive. Equal files give equal bytes.
func PackChart(name, version string, files map[string]string) ([]byte, error) {
	whole := map[string]string{
		name + "/Chart.yaml": fmt.Sprintf("apiVersion: v2\nname: %s\nversion: %s\n", name, version),
	}
	for file, text := range files {
		whole[name+"/"+file] = text
	}
	return Pack(whole)
}

// Pack is a .tar.gz of files by path.
func Pack(files map[string]string) ([]byte, error) {
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	archive := tar.NewWriter(zipped)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name]))}); err != nil {
			return nil, err
		}
		if _, err := archive.Write([]byte(files[name])); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	if err := zipped.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// The media types of a chart, and of any other artifact.
const (
	chartConfig = "application/vnd.cncf.helm.config.v1+json"
	chartLayer  = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
	plainConfig = "application/vnd.oci.empty.v1+json"
	plainLayer  = "application/vnd.oci.image.layer.v1.tar+gzip"

	artifactType = "application/vnd.fairlead.test"
)

// PushChart pushes a chart to repository/name in the registry, tagged with its
// version, as `helm push` does. It returns the manifest's digest.
func (s *Server) PushChart(ctx context.Context, repository, name, version string, files map[string]string) (string, error) {
	packed, err := PackChart(name, version, files)
	if err != nil {
		return "", err
	}
	return s.push(ctx, repository+"/"+name, version, chartConfig, chartLayer, packed)
}

// PushArtifact pushes files to a repository in the registry, as `oras push`
// does. It returns the manifest's digest.
func (s *Server) PushArtifact(ctx context.Context, repository, tag string, files map[string]string) (string, error) {
	packed, err := Pack(files)
	if err != nil {
		return "", err
	}
	return s.push(ctx, repository, tag, plainConfig, plainLayer, packed)
}

func (s *Server) push(ctx context.Context, repository, tag, configType, layerType string, packed []byte) (string, error) {
	repo, err := remote.NewRepository(s.Host() + "/" + repository)
	if err != nil {
		return "", err
	}
	repo.PlainHTTP = true
	layer := content.NewDescriptorFromBytes(layerType, packed)
	if err := repo.Push(ctx, layer, bytes.NewReader(packed)); err != nil {
		return "", err
	}
	empty := []byte("{}")
	config := content.NewDescriptorFromBytes(configType, empty)
	if err := repo.Push(ctx, config, bytes.NewReader(empty)); err != nil {
		return "", err
	}
	manifest, err := oras.PackManifest(ctx, repo, oras.PackManifestVersion1_1, artifactType, oras.PackManifestOptions{
		Layers: []ocispec.Descriptor{layer}, ConfigDescriptor: &config,
	})
	if err != nil {
		return "", err
	}
	return manifest.Digest.String(), repo.Tag(ctx, manifest, tag)
}
