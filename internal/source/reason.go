package source

import (
	"crypto/x509"
	"errors"
	"net"
	"net/url"
	"strings"
)

// reason is why a connection failed, in words that are equal for equal causes:
// callers act when they change. Left out are local ports, the time, and
// addresses, which follow from a name server's answer of the day; the
// repository's URL stands in every error as it is.
func reason(err error) string {
	var (
		certificate x509.CertificateInvalidError
		lookup      *net.DNSError
		operation   *net.OpError
		request     *url.Error
	)
	switch {
	case errors.As(err, &certificate) && certificate.Reason == x509.Expired:
		return "the server's certificate has expired or is not yet valid"
	case errors.As(err, &lookup):
		// A question that failed on its way has the text of a net.OpError.
		why := lookup.Err[strings.LastIndex(lookup.Err, ": ")+1:]
		return "look up " + lookup.Name + ": " + strings.TrimSpace(why)
	case errors.As(err, &operation):
		what := strings.TrimSpace(operation.Op + " " + operation.Net)
		return what + ": " + reason(operation.Err)
	case errors.As(err, &request):
		return reason(request.Err)
	default:
		return err.Error()
	}
}
