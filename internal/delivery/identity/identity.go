package identity

import (
	"crypto/x509"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// Scheme of the URI name in an agent's certificate.
const Scheme = "fairlead"

// Identity is whom an agent's certificate speaks for.
type Identity struct {
	// Fleet is the ID of the fleet that enrolled the agent.
	Fleet string
	// Cluster is the name of the Cluster object.
	Cluster string
	// UID tells two enrolments of one cluster name apart.
	UID string
}

// part is what each part of an identity looks like: a DNS-1123 subdomain,
// which UIDs and cluster names are too.
var part = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$`)

// Validate says which part of the identity cannot be written in a certificate.
func (id Identity) Validate() error {
	for _, p := range []struct{ name, value string }{
		{"fleet", id.Fleet}, {"cluster", id.Cluster}, {"uid", id.UID},
	} {
		if !part.MatchString(p.value) {
			return fmt.Errorf("identity: %s %q is not a lower-case DNS name", p.name, p.value)
		}
	}
	return nil
}

// URI is the identity as a certificate carries it in its subject alternative
// names: fairlead://FLEET/cluster/NAME/UID.
func (id Identity) URI() *url.URL {
	return &url.URL{Scheme: Scheme, Host: id.Fleet, Path: "/cluster/" + id.Cluster + "/" + id.UID}
}

// String is the URI as text.
func (id Identity) String() string { return id.URI().String() }

// Parse reads what URI wrote, and nothing that merely resembles it.
func Parse(u *url.URL) (Identity, error) {
	fields := strings.Split(u.Path, "/")
	if u.Scheme != Scheme || len(fields) != 4 || fields[0] != "" || fields[1] != "cluster" {
		return Identity{}, fmt.Errorf("identity: %q is not fairlead://FLEET/cluster/NAME/UID", u)
	}
	id := Identity{Fleet: u.Host, Cluster: fields[2], UID: fields[3]}
	if err := id.Validate(); err != nil {
		return Identity{}, err
	}
	if id.String() != u.String() {
		return Identity{}, fmt.Errorf("identity: %q says more than fairlead://FLEET/cluster/NAME/UID", u)
	}
	return id, nil
}

// OfCertificate reads the identity of a certificate that has exactly one URI
// name. It does not verify the certificate.
func OfCertificate(cert *x509.Certificate) (Identity, error) {
	if n := len(cert.URIs); n != 1 {
		return Identity{}, fmt.Errorf("identity: certificate %q has %d URI names, want one", cert.Subject.CommonName, n)
	}
	return Parse(cert.URIs[0])
}
