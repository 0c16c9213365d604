package delivery

import (
	"encoding/hex"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

func exampleBundle() *deliveryv1.Bundle {
	return &deliveryv1.Bundle{
		Namespace: "argocd", Name: "web", Uid: "u1", Application: []byte(`{"a":1}`), Project: []byte(`{}`),
		Pins:      []*deliveryv1.PinnedSource{{RepoUrl: "https://git", TargetRevision: "main", Revision: "c0ffee"}},
		Operation: &deliveryv1.Operation{Id: "1", Operation: []byte(`{}`)},
		Files:     []*deliveryv1.PinnedSource{{RepoUrl: "https://files/values.yaml", Revision: "sha256:1", Digest: "sha256:1"}},
	}
}

// The encoding is a promise to agents that hold older digests: a change of it
// resends every set of every fleet and wants another name.
func TestDigestsStayAsTheyAre(t *testing.T) {
	for name, c := range map[string]struct {
		got  []byte
		want string
	}{
		"bundle":       {BundleDigest(exampleBundle()), "fd190a80035108c89198776b605e6d5aed7540ef8f5aa3c87e43149f499858d5"},
		"empty bundle": {BundleDigest(&deliveryv1.Bundle{}), "9c31f323b0ddb4f386878b7ff81cfc3a987b564c25e4990a07d50fe9355a9311"},
		"set":          {SetDigest(map[string][]byte{"a/b": {1}, "a/a": {2}}), "311121ffd1b6e369684426044fb2f4c0c34b171fefff4d57be5aa9cd3e7dec16"},
		"empty set":    {SetDigest(nil), "da27557266dbd413cdce9aeead01542c75b5d30cea8e0beedfa7c0b96f7a686d"},
	} {
		if got := hex.EncodeToString(c.got); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestBundleDigestCoversEveryField(t *testing.T) {
	seen := map[string]string{string(BundleDigest(exampleBundle())): "unchanged"}
	for name, change := range map[string]func(*deliveryv1.Bundle){
		"namespace":       func(b *deliveryv1.Bundle) { b.Namespace = "x" },
		"name":            func(b *deliveryv1.Bundle) { b.Name = "x" },
		"uid":             func(b *deliveryv1.Bundle) { b.Uid = "x" },
		"application":     func(b *deliveryv1.Bundle) { b.Application = []byte("x") },
		"project":         func(b *deliveryv1.Bundle) { b.Project = nil },
		"pin repository":  func(b *deliveryv1.Bundle) { b.Pins[0].RepoUrl = "x" },
		"pin chart":       func(b *deliveryv1.Bundle) { b.Pins[0].Chart = "x" },
		"pin target":      func(b *deliveryv1.Bundle) { b.Pins[0].TargetRevision = "x" },
		"pin revision":    func(b *deliveryv1.Bundle) { b.Pins[0].Revision = "x" },
		"pin digest":      func(b *deliveryv1.Bundle) { b.Pins[0].Digest = "x" },
		"pin location":    func(b *deliveryv1.Bundle) { b.Pins[0].Location = "x" },
		"no files":        func(b *deliveryv1.Bundle) { b.Files = nil },
		"file digest":     func(b *deliveryv1.Bundle) { b.Files[0].Digest = "x" },
		"file as a pin":   func(b *deliveryv1.Bundle) { b.Pins, b.Files = append(b.Pins, b.Files[0]), nil },
		"abort":           func(b *deliveryv1.Bundle) { b.AbortOperation = "1" },
		"no pins":         func(b *deliveryv1.Bundle) { b.Pins = nil },
		"operation id":    func(b *deliveryv1.Bundle) { b.Operation.Id = "x" },
		"operation body":  func(b *deliveryv1.Bundle) { b.Operation.Operation = nil },
		"no operation":    func(b *deliveryv1.Bundle) { b.Operation = nil },
		"shifted strings": func(b *deliveryv1.Bundle) { b.Namespace, b.Name = "argocdw", "eb" },
	} {
		b := exampleBundle()
		change(b)
		if other, same := seen[string(BundleDigest(b))]; same {
			t.Errorf("%s: same digest as %s", name, other)
		}
		seen[string(BundleDigest(b))] = name
	}
	// A field that somebody adds to the message must come into the digest.
	if n := (&deliveryv1.Bundle{}).ProtoReflect().Descriptor().Fields().Len(); n != 10 {
		t.Errorf("Bundle has %d fields; does BundleDigest cover the new one?", n)
	}
	if n := (&deliveryv1.PinnedSource{}).ProtoReflect().Descriptor().Fields().Len(); n != 6 {
		t.Errorf("PinnedSource has %d fields; does BundleDigest cover the new one?", n)
	}
}

func TestStampIsStable(t *testing.T) {
	once := Stamp(exampleBundle())
	twice := Stamp(proto.CloneOf(once))
	if !proto.Equal(once, twice) {
		t.Error("the digest covers itself")
	}
}

func TestCanonicalJSON(t *testing.T) {
	for in, want := range map[string]string{
		` {"b":1, "a":{"z":[1, 2],"y":null}} `: `{"a":{"y":null,"z":[1,2]},"b":1}`,
		`"<a href='x'>&"`:                      `"<a href='x'>&"`,
		`[1.0, 1e3, 12345678901234567890, -0]`: `[1.0,1e3,12345678901234567890,-0]`,
		`true`:                                 `true`,
	} {
		got, err := CanonicalJSON([]byte(in))
		if err != nil || string(got) != want {
			t.Errorf("%s: %s %v, want %s", in, got, err, want)
		}
		again, err := CanonicalJSON(got)
		if err != nil || string(again) != want {
			t.Errorf("%s is not its own canonical text: %s %v", got, again, err)
		}
	}
	for _, in := range []string{``, `{`, `{} {}`, `{"a":1}x`} {
		if got, err := CanonicalJSON([]byte(in)); err == nil {
			t.Errorf("%q: %s, want an error", in, got)
		}
	}
	got, err := Canonical(struct {
		B string `json:"b"`
		A int64  `json:"a,omitempty"`
	}{B: strings.Repeat("<", 2), A: 1 << 60})
	if err != nil || string(got) != `{"a":1152921504606846976,"b":"<<"}` {
		t.Errorf("%s %v", got, err)
	}
}
