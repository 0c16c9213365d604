package source

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Reason is why a connection failed, in words that are equal for equal causes:
// callers act when they change. Left out are local ports, the time, and
// addresses, which follow from a name server's answer of the day; the
// repository's URL stands in every error as it is. An error of this package's
// own keeps its words.
func Reason(err error) string {
	var (
		certificate x509.CertificateInvalidError
		lookup      *net.DNSError
		operation   *net.OpError
		request     *url.Error
	)
	switch {
	case errors.Is(err, ErrRefused) && errors.As(err, &operation):
		return Reason(operation.Err)
	case errors.As(err, &certificate) && certificate.Reason == x509.Expired:
		return "the server's certificate has expired or is not yet valid"
	case errors.As(err, &lookup):
		// A question that failed on its way has the text of a net.OpError.
		why := lookup.Err[strings.LastIndex(lookup.Err, ": ")+1:]
		return "look up " + lookup.Name + ": " + strings.TrimSpace(why)
	case errors.As(err, &operation):
		what := strings.TrimSpace(operation.Op + " " + operation.Net)
		return what + ": " + Reason(operation.Err)
	case errors.As(err, &request):
		return Reason(request.Err)
	default:
		return err.Error()
	}
}

// Unreachable is err, which kept a request from being answered in full, as one
// of this package's errors: ErrRefused where this process refused to go there,
// the context's own error where the caller gave up, else ErrUnavailable.
func Unreachable(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, ErrRefused):
		return fmt.Errorf("%s: %w", strings.TrimSuffix(Reason(err), ": "+ErrRefused.Error()), ErrRefused)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("%w: no complete answer in time", ErrUnavailable)
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return fmt.Errorf("%w: %s", ErrUnavailable, Reason(err))
}
