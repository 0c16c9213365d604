package localkube

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestToolsHashFollowsGoSum(t *testing.T) {
	raw, err := os.ReadFile("../../tools/kube/go.sum")
	if err != nil {
		t.Fatal(err)
	}
	if sum := fmt.Sprintf("%x", sha256.Sum256(raw))[:16]; sum != toolsHash {
		t.Errorf("tools/kube/go.sum has the hash %s: set toolsHash in assets.go to it", sum)
	}
}

func TestAssetsFollowsTheEnvironment(t *testing.T) {
	t.Setenv("HOME", "/home/u")
	for _, c := range []struct{ assets, fairlead, xdg, want string }{
		{"", "", "", "/home/u/.cache/fairlead/kube/" + toolsHash},
		{"", "", "/x", "/x/fairlead/kube/" + toolsHash},
		{"", "/f", "/x", "/f/kube/" + toolsHash},
		{"/a", "/f", "/x", "/a"},
	} {
		t.Setenv(AssetsEnv, c.assets)
		t.Setenv("FAIRLEAD_CACHE", c.fairlead)
		t.Setenv("XDG_CACHE_HOME", c.xdg)
		if got, err := Assets(); err != nil || got != c.want {
			t.Errorf("%+v: got %s, %v", c, got, err)
		}
	}
}

func TestAuthorityStaysAndLeavesAreNew(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	first, err := loadAuthority(dir, "ca", "test-ca", now)
	if err != nil {
		t.Fatal(err)
	}
	again, err := loadAuthority(dir, "ca", "test-ca", now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.pem, again.pem) || !first.key.Equal(again.key) {
		t.Error("the authority changed")
	}
	leaf, err := again.issue("leaf", "someone", "group", now)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := parseCert(leaf.cert)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(first.cert)
	for _, usage := range []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth} {
		if _, err := cert.Verify(x509.VerifyOptions{Roots: roots, DNSName: "127.0.0.1", KeyUsages: []x509.ExtKeyUsage{usage}}); err != nil {
			t.Errorf("usage %d: %v", usage, err)
		}
	}
	info, err := os.Stat(leaf.keyPath)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file: %v, %v", info.Mode(), err)
	}
}

func TestADamagedAuthorityIsNotReplaced(t *testing.T) {
	dir := t.TempDir()
	if _, err := loadAuthority(dir, "ca", "test-ca", time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "ca.key"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := loadAuthority(dir, "ca", "test-ca", time.Now()); err == nil {
		t.Error("want an error")
	}
}
