package forge

import (
	"encoding/base64"
	"net/http"
	"strings"
)

// Credential is what a request to a provider carries. The zero value is
// anonymous. It prints as nothing.
type Credential struct {
	header, value string
	secrets       []string
	// owner is whose rate limit the requests count against.
	owner string
}

// Header sends a token as the value of a header, behind prefix.
func Header(name, prefix, token string) Credential {
	return Credential{header: name, value: prefix + token, secrets: []string{token}, owner: token}
}

// Bearer sends a token as RFC 6750 says.
func Bearer(token string) Credential {
	return Header("Authorization", "Bearer ", token)
}

// Basic sends a user and a password as RFC 7617 says.
func Basic(user, password string) Credential {
	encoded := base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
	c := Header("Authorization", "Basic ", encoded)
	c.secrets = append(c.secrets, password)
	return c
}

// OwnedBy says whose rate limit the credential counts against, for one that is
// renewed.
func (c Credential) OwnedBy(owner string) Credential {
	c.owner = owner
	return c
}

// Anonymous is true where nothing is sent.
func (c Credential) Anonymous() bool { return c.header == "" }

// String and GoString keep the credential out of whatever prints it.
func (c Credential) String() string { return "(credential)" }

// GoString is String.
func (c Credential) GoString() string { return c.String() }

func (c Credential) set(h http.Header) {
	if !c.Anonymous() {
		h.Set(c.header, c.value)
	}
}

// redact takes the credential out of a text that a server or library made.
func (c Credential) redact(text string) string {
	for _, secret := range c.secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "***")
		}
	}
	return text
}
