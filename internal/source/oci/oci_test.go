package oci_test

import (
	"errors"
	"io/fs"
	"net/http"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/registry/remote"

	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/source/blobs"
)

func TestChartsResolveByVersionAndRange(t *testing.T) {
	s := newServer(t)
	digests := map[string]string{}
	for _, version := range []string{"1.0.0", "1.2.0", "1.2.3", "1.10.0+build.5", "2.0.0-rc.1"} {
		tag := strings.ReplaceAll(version, "+", "_")
		digests[version] = s.push("charts/app", helmConfig, []layer{{helmLayer, chart(t, "app", version)}, {provenance, []byte("signed")}}, tag)
	}
	charts := open(t, s, t.TempDir(), source.Limits{}, source.Credential{})
	for _, c := range []struct{ repoURL, chart, revision, want string }{
		{s.Host + "/charts", "app", "1.2.3", "1.2.3"},
		{s.Host + "/charts", "app", "1.2.x", "1.2.3"},
		{s.Host + "/charts/", "app", "*", "1.10.0+build.5"},
		{s.Host, "charts/app", ">=1.0.0 <1.2.1", "1.2.0"},
		{"oci://" + s.Host + "/charts", "app", "*-0", "2.0.0-rc.1"},
		{s.Host + "/charts", "app", "1.2", "1.2.3"},
		{s.Host + "/charts", "app", "v1.2.0", "1.2.0"},
		{s.Host + "/charts", "app", "1.10.0+build.5", "1.10.0+build.5"},
	} {
		spec := source.Spec{Kind: source.KindOCIChart, RepoURL: c.repoURL, Chart: c.chart, Revision: c.revision}
		pin, err := charts.Resolve(t.Context(), spec)
		if err != nil {
			t.Errorf("%s: %v", c.revision, err)
			continue
		}
		if pin.Revision != c.want || pin.Digest != digests[c.want] {
			t.Errorf("%s: %+v, want %s %s", c.revision, pin, c.want, digests[c.want])
		}
		content, err := charts.Fetch(t.Context(), pin)
		if err != nil {
			t.Errorf("%s: %v", c.revision, err)
			continue
		}
		text, err := fs.ReadFile(content.FS, "Chart.yaml")
		if err != nil || !strings.Contains(string(text), "version: "+c.want) {
			t.Errorf("%s: %s %v", c.revision, text, err)
		}
	}
}

func TestArtifactsResolveByTagDigestAndRange(t *testing.T) {
	s := newServer(t)
	one := s.push("team/config", emptyConfig, []layer{{imageLayer, packed(t, true, "apps/one.yaml", "a: 1\n", "link.yaml", "->apps/one.yaml")}}, "latest", "1.0.0")
	two := s.push("team/config", emptyConfig, []layer{{plainLayer, packed(t, false, "./apps/two.yaml", "a: 2\n")}, {"application/vnd.in-toto+json", []byte("{}")}}, "1.1.0")
	artifacts := open(t, s, t.TempDir(), source.Limits{}, source.Credential{})
	spec := func(revision string) source.Spec {
		return source.Spec{Kind: source.KindOCI, RepoURL: "oci://" + s.Host + "/team/config", Revision: revision}
	}
	for _, c := range []struct{ revision, want, name, file string }{
		{"latest", one, "latest", "link.yaml"},
		{"1.x", two, "1.1.0", "apps/two.yaml"},
		{"~1.0", one, "1.0.0", "apps/one.yaml"},
		{two, two, "", "apps/two.yaml"},
	} {
		pin, err := artifacts.Resolve(t.Context(), spec(c.revision))
		if err != nil || pin.Revision != c.want || pin.Digest != c.want || pin.Name != c.name {
			t.Errorf("%s: %+v %v", c.revision, pin, err)
			continue
		}
		content, err := artifacts.Fetch(t.Context(), pin)
		if err != nil {
			t.Errorf("%s: %v", c.revision, err)
			continue
		}
		if _, err := fs.ReadFile(content.FS, c.file); err != nil {
			t.Errorf("%s: %v", c.revision, err)
		}
	}
	for name, c := range map[string]struct {
		spec source.Spec
		kind error
	}{
		"tag":       {spec("none"), source.ErrNotFound},
		"version":   {spec("1.1"), source.ErrNotFound}, // a name for an artifact
		"range":     {spec("9.x"), source.ErrNotFound},
		"digest":    {spec("sha256:" + strings.Repeat("0", 64)), source.ErrNotFound},
		"no digest": {spec("sha256:abc"), source.ErrRefused},
		"odd":       {spec("a b!"), source.ErrRefused},
		"dash":      {spec("-x"), source.ErrRefused},
		"empty":     {spec(""), source.ErrRefused},
		"dots":      {source.Spec{Kind: source.KindOCIChart, RepoURL: s.Host + "/team", Chart: "../config", Revision: "*"}, source.ErrRefused},
		"tagged":    {source.Spec{Kind: source.KindOCI, RepoURL: "oci://" + s.Host + "/team/config:latest", Revision: "*"}, source.ErrRefused},
		"user":      {source.Spec{Kind: source.KindOCI, RepoURL: "oci://me:hunter2@" + s.Host + "/team/config", Revision: "*"}, source.ErrRefused},
		"user too":  {source.Spec{Kind: source.KindOCIChart, RepoURL: "me:hunter2@" + s.Host, Chart: "x", Revision: "*"}, source.ErrRefused},
	} {
		_, err := artifacts.Resolve(t.Context(), c.spec)
		if !errors.Is(err, c.kind) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAFetchedArtifactNeedsNoRegistry(t *testing.T) {
	s := newServer(t)
	digest := s.push("config", emptyConfig, []layer{{imageLayer, packed(t, true, "one.yaml", "a: 1\n")}}, "latest")
	dir := t.TempDir()
	pin := source.Pin{Spec: source.Spec{Kind: source.KindOCI, RepoURL: "oci://" + s.Host + "/config"}, Revision: digest, Digest: digest}
	for range 2 {
		if _, err := open(t, s, dir, source.Limits{}, source.Credential{}).Fetch(t.Context(), pin); err != nil {
			t.Fatal(err)
		}
	}
	requests, _ := s.seen()
	count := 0
	for _, r := range requests {
		if strings.HasPrefix(r, "GET ") {
			count++
		}
	}
	if count != 2 { // the manifest and the layer
		t.Errorf("asked %q", requests)
	}
}

func TestWhatIsNoArtifactIsRefused(t *testing.T) {
	manifests := func(files ...string) []layer { return []layer{{imageLayer, packed(t, true, files...)}} }
	many := make([]layer, 11)
	for i := range many {
		many[i] = layer{provenance, []byte{byte(i)}}
	}
	for name, c := range map[string]struct {
		config string
		layers []layer
		chart  bool
		kind   error
		says   string
	}{
		"no layer":       {emptyConfig, []layer{{provenance, []byte("x")}}, false, source.ErrRefused, "0 layers"},
		"two layers":     {emptyConfig, append(manifests("a", "1"), manifests("b", "2")...), false, source.ErrRefused, "2 layers"},
		"many layers":    {emptyConfig, many, false, source.ErrRefused, "11 layers"},
		"another type":   {emptyConfig, []layer{{"application/vnd.x.tar+gzip", packed(t, true, "a", "1")}}, false, source.ErrRefused, "application/vnd.x.tar+gzip"},
		"no chart":       {emptyConfig, manifests("a", "1"), true, source.ErrRefused, "a chart"},
		"no Chart.yaml":  {helmConfig, []layer{{helmLayer, packed(t, true, "app/values.yaml", "a: 1")}}, true, source.ErrRefused, "Chart.yaml"},
		"dots":           {emptyConfig, manifests("../out", "1"), false, source.ErrEscapes, "../out"},
		"absolute":       {emptyConfig, manifests("/etc/passwd", "1"), false, source.ErrEscapes, "/etc/passwd"},
		"link out":       {emptyConfig, manifests("link", "->../../etc/passwd"), false, source.ErrEscapes, "link"},
		"link in charts": {helmConfig, []layer{{helmLayer, packed(t, true, "app/Chart.yaml", "->values.yaml")}}, true, source.ErrRefused, "symbolic link"},
		"no archive":     {emptyConfig, []layer{{imageLayer, []byte("not a tar")}}, false, source.ErrRefused, "archive"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			digest := s.push("app", c.config, c.layers, "1.0.0")
			pin := source.Pin{Spec: source.Spec{Kind: source.KindOCI, RepoURL: "oci://" + s.Host + "/app"}, Revision: digest, Digest: digest}
			if c.chart {
				pin.Spec = source.Spec{Kind: source.KindOCIChart, RepoURL: s.Host, Chart: "app"}
			}
			_, err := open(t, s, t.TempDir(), source.Limits{}, source.Credential{}).Fetch(t.Context(), pin)
			if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v", err)
			}
		})
	}
	t.Run("index", func(t *testing.T) {
		s := newServer(t)
		s.push("app", emptyConfig, manifests("a", "1"), "one")
		repo, err := remote.NewRepository(s.Host + "/app")
		if err != nil {
			t.Fatal(err)
		}
		repo.PlainHTTP = true
		one, err := repo.Resolve(t.Context(), "one")
		if err != nil {
			t.Fatal(err)
		}
		text := `{"schemaVersion":2,"mediaType":"` + ocispec.MediaTypeImageIndex + `","manifests":[{"mediaType":"` + one.MediaType + `","digest":"` + one.Digest.String() + `","size":1}]}`
		digest := s.tag(repo, ocispec.MediaTypeImageIndex, []byte(text), "all")
		pin := source.Pin{Spec: source.Spec{Kind: source.KindOCI, RepoURL: "oci://" + s.Host + "/app"}, Revision: digest, Digest: digest}
		_, err = open(t, s, t.TempDir(), source.Limits{}, source.Credential{}).Fetch(t.Context(), pin)
		if !errors.Is(err, source.ErrRefused) || !strings.Contains(err.Error(), "index") {
			t.Errorf("%v", err)
		}
	})
}

func TestALayerAboveTheLimitIsNotRead(t *testing.T) {
	s := newServer(t)
	digest := s.push("config", emptyConfig, []layer{{plainLayer, packed(t, false, "a", strings.Repeat("x", 10_000))}}, "latest")
	pin := source.Pin{Spec: source.Spec{Kind: source.KindOCI, RepoURL: "oci://" + s.Host + "/config"}, Revision: digest, Digest: digest}
	_, err := open(t, s, t.TempDir(), source.Limits{ArchiveBytes: 5_000}, source.Credential{}).Fetch(t.Context(), pin)
	if !errors.Is(err, source.ErrTooLarge) {
		t.Errorf("%v", err)
	}
}

func TestContentWithAnotherDigestIsRefused(t *testing.T) {
	s := newServer(t)
	digest := s.push("config", emptyConfig, []layer{{plainLayer, packed(t, false, "a", "1")}}, "latest")
	swapped := packed(t, false, "a", "2")
	s.handle = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet || !strings.Contains(r.URL.Path, "/blobs/") {
			return false
		}
		_, _ = w.Write(swapped)
		return true
	}
	pin := source.Pin{Spec: source.Spec{Kind: source.KindOCI, RepoURL: "oci://" + s.Host + "/config"}, Revision: digest, Digest: digest}
	_, err := open(t, s, t.TempDir(), source.Limits{}, source.Credential{}).Fetch(t.Context(), pin)
	if !errors.Is(err, source.ErrChanged) {
		t.Errorf("%v", err)
	}
}

func TestAnEndlessListOfTagsEnds(t *testing.T) {
	s := newServer(t)
	s.handle = func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/tags/list") {
			return false
		}
		w.Header().Set("Link", `</v2/config/tags/list?last=x>; rel="next"`)
		_, _ = w.Write([]byte(`{"name": "config", "tags": []}`))
		return true
	}
	_, err := open(t, s, t.TempDir(), source.Limits{Names: 100}, source.Credential{}).Resolve(t.Context(),
		source.Spec{Kind: source.KindOCI, RepoURL: "oci://" + s.Host + "/config", Revision: "*"})
	if !errors.Is(err, source.ErrTooLarge) {
		t.Errorf("%v", err)
	}
}

func TestAnIndexMayKeepItsArchiveInARegistry(t *testing.T) {
	s := newServer(t)
	data := chart(t, "app", "1.0.0")
	s.push("charts/app", helmConfig, []layer{{helmLayer, data}}, "1.0.0")
	registries := open(t, s, t.TempDir(), source.Limits{}, source.Credential{})
	got, err := registries.Archive(t.Context(), "oci://"+s.Host+"/charts/app:1.0.0")
	if err != nil || blobs.Digest(got) != blobs.Digest(data) {
		t.Errorf("%v", err)
	}
	if _, err := registries.Archive(t.Context(), "oci://"+s.Host+"/charts/app"); !errors.Is(err, source.ErrRefused) {
		t.Errorf("%v", err)
	}
}
