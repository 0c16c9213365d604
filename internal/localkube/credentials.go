package localkube

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// mastersGroup may do everything, before any RBAC rule is asked.
const mastersGroup = "system:masters"

// credentials are the keys of one cluster. The authority and the service
// account key stay for the life of the data directory (tokens and kubeconfigs
// depend on them), the rest is issued anew at every start.
type credentials struct {
	ca        *authority
	caPath    string
	apiserver *pair
	// saKey signs service account tokens.
	saKey string
	// clients by component: each has a user name of its own, so that an audit
	// log tells them apart.
	clients map[string]*pair
}

// clientUsers lists the components that talk to the API server.
var clientUsers = []struct{ component, user string }{
	{"admin", "admin"},
	{"kube-controller-manager", "system:kube-controller-manager"},
	{"kube-scheduler", "system:kube-scheduler"},
	{"kwok", "kwok"},
}

func issueCredentials(dir, name string, now time.Time) (*credentials, error) {
	certs := filepath.Join(dir, "certs")
	if err := os.MkdirAll(certs, 0o700); err != nil {
		return nil, err
	}
	ca, err := loadAuthority(certs, "ca", name+"-ca", now)
	if err != nil {
		return nil, err
	}
	c := &credentials{ca: ca, caPath: filepath.Join(certs, "ca.crt"), clients: map[string]*pair{}}
	if c.apiserver, err = ca.issue("apiserver", "kube-apiserver", "", now); err != nil {
		return nil, err
	}
	for _, u := range clientUsers {
		if c.clients[u.component], err = ca.issue(u.component, u.user, mastersGroup, now); err != nil {
			return nil, err
		}
	}
	c.saKey, err = loadServiceAccountKey(filepath.Join(certs, "service-account.key"))
	return c, err
}

func loadServiceAccountKey(path string) (string, error) {
	_, err := os.Stat(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return path, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", err
	}
	// kube-apiserver and kube-controller-manager read the SEC 1 form.
	raw, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return "", err
	}
	return path, writeFile(path, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: raw}))
}

// kubeconfig for one component, whole in itself.
func (c *credentials) kubeconfig(name, server, component string) *clientcmdapi.Config {
	client := c.clients[component]
	config := clientcmdapi.NewConfig()
	config.Clusters[name] = &clientcmdapi.Cluster{Server: server, CertificateAuthorityData: c.ca.pem}
	config.AuthInfos[component] = &clientcmdapi.AuthInfo{ClientCertificateData: client.cert, ClientKeyData: client.key}
	config.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: component}
	config.CurrentContext = name
	return config
}

// writeKubeconfig writes DIR/COMPONENT.kubeconfig and returns its path.
func (c *credentials) writeKubeconfig(dir, name, server, component string) (string, error) {
	raw, err := clientcmd.Write(*c.kubeconfig(name, server, component))
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, component+".kubeconfig")
	return path, writeFile(path, raw)
}
