package forge

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

const (
	attempts     = 4
	firstBackoff = 250 * time.Millisecond
	maxErrorBody = 64 << 10
)

// RoundTrip sends a request as often as it takes, and reads the whole answer.
// Redirects are passed on; every other answer that is no success is an error.
func (c *Conn) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := c.permit(req.URL); err != nil {
		return nil, err
	}
	waited := time.Duration(0)
	for attempt := 1; ; attempt++ {
		if err := c.gate.check(c.key(), c.Limits.Now()); err != nil {
			return nil, err
		}
		resp, err := c.once(req)
		wait, again := judge(err, attempt)
		waited += wait
		if !again || waited > c.Limits.Wait {
			c.gate.note(c.key(), err, c.Limits.Now())
			return resp, err
		}
		if err := c.Limits.Sleep(req.Context(), wait); err != nil {
			return nil, err
		}
	}
}

// permit refuses addresses before anything is resolved.
func (c *Conn) permit(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("refused to follow a redirect to the scheme %q", u.Scheme)
	}
	if c.Limits.Reach != nil {
		if err := c.Limits.Reach(u.Host); err != nil {
			return err
		}
	}
	if c.Limits.AllowLoopback || HostPort(u) == c.Limits.Own {
		return nil
	}
	return refuseURL(u)
}

// judge says whether to ask again, and after how long.
func judge(err error, attempt int) (time.Duration, bool) {
	var limit *Limited
	switch {
	case err == nil || attempt >= attempts:
		return 0, false
	case errors.As(err, &limit):
		return limit.after, true
	}
	return firstBackoff << (attempt - 1), transient(err)
}

// transient is true for failures of a server or connection, not for those of
// names, certificates and addresses that will fail again.
func transient(err error) bool {
	var status *StatusError
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &status):
		return status.Code >= 500 && status.Code != http.StatusNotImplemented
	case errors.Is(err, context.Canceled), errors.As(err, &certificate), errors.As(err, &unknown):
		return false
	case errors.As(err, &name):
		return name.IsTemporary || name.IsTimeout
	}
	var op *net.OpError
	return errors.As(err, &op) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, context.DeadlineExceeded)
}

// once sends a request and reads its answer within the time of one attempt.
func (c *Conn) once(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), c.Limits.Timeout)
	defer cancel()
	out := req.Clone(ctx)
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		out.Body = body
	}
	if sameOrigin(out.URL, c.api) {
		c.credential.set(out.Header)
	}
	known := c.remembered(req)
	if known != nil {
		out.Header.Set("If-None-Match", known.tag)
	}
	resp, err := c.transport.RoundTrip(out)
	if err != nil {
		return nil, c.attemptError(req, err)
	}
	defer resp.Body.Close()
	if known != nil && resp.StatusCode == http.StatusNotModified {
		return known.answer(resp), nil
	}
	if err := c.read(req, resp); err != nil {
		return nil, c.attemptError(req, err)
	}
	return resp, nil
}

// attemptError prefers the caller's reason to end to the one of the attempt.
func (c *Conn) attemptError(req *http.Request, err error) error {
	if outer := req.Context().Err(); outer != nil {
		return outer
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("the provider did not answer within %s: %w", c.Limits.Timeout, err)
	}
	return err
}

func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && a.Host == b.Host
}

// read replaces the body of an answer by what was read of it, or says what is
// wrong with the answer.
func (c *Conn) read(req *http.Request, resp *http.Response) error {
	success := resp.StatusCode/100 == 2
	limit := c.Limits.Body
	if !success || req.Context().Value(unread{}) != nil {
		limit = maxErrorBody
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	switch {
	case success && req.Context().Value(unread{}) != nil:
		body = nil
	case success && err != nil:
		return fmt.Errorf("read the answer: %w", err)
	case success && int64(len(body)) > limit:
		return fmt.Errorf("the answer is longer than %d bytes", limit)
	case success && (len(bytes.TrimSpace(body)) == 0 || string(bytes.TrimSpace(body)) == "null"):
		return ErrEmpty
	case success && !isJSON(body):
		return fmt.Errorf("the provider answered with a page instead of JSON (status %d): check that api is right and that the credential is valid", resp.StatusCode)
	case !success && resp.StatusCode/100 != 3:
		if after, limited := rateLimit(resp, body, c.Limits.Now()); limited {
			return &Limited{after: after}
		}
		return c.statusError(resp.StatusCode, body)
	case resp.StatusCode/100 == 3 && resp.Header.Get("Location") == "":
		return c.statusError(resp.StatusCode, body)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	c.remember(req, resp, body)
	return nil
}
