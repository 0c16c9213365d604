package plugin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// post sends one request and reads the reply.
func (a *Answerer) post(ctx context.Context, c config, body []byte) ([]map[string]any, error) {
	timeout := a.opts.Timeout
	if c.timeout > 0 {
		timeout = c.timeout
	}
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no reply within %s", timeout))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("User-Agent", "fairlead")

	resp, err := a.client.Do(req)
	if err != nil {
		return nil, cause(ctx, err)
	}
	defer func() { _ = resp.Body.Close() }() // what was wanted has been read
	text, err := readBounded(resp.Body, a.opts.MaxBody)
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, &statusError{resp.StatusCode, message(text, c), parseRetryAfter(resp.Header.Get("Retry-After"))}
	}
	if err != nil {
		return nil, cause(ctx, err)
	}
	return decode(text)
}

// cause says what ended a request: the address is named already, and a
// deadline is told in its own words.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

func readBounded(body io.Reader, limit int64) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err == nil && int64(len(text)) > limit {
		return nil, fmt.Errorf("the reply exceeds %d bytes", limit)
	}
	return text, err
}

// statusError is a reply that is no success.
type statusError struct {
	code    int
	message string
	after   time.Duration
}

func (e *statusError) Error() string {
	text := fmt.Sprintf("replied %d %s", e.code, http.StatusText(e.code))
	if e.message != "" {
		text += ": " + e.message
	}
	return text
}

// maxMessage bounds what is repeated of a reply, in bytes.
const maxMessage = 300

// message finds what a failed reply says for itself, without the token. It is
// quoted: what a service says may hold control characters.
func message(text []byte, c config) string {
	var fields struct{ Message, Error any }
	said := string(text)
	if json.Unmarshal(text, &fields) == nil {
		said = ""
		for _, field := range []any{fields.Message, fields.Error} {
			if s, ok := field.(string); ok && said == "" {
				said = s
			}
		}
	}
	said = c.hide(strings.TrimSpace(said))
	if said == "" {
		return ""
	}
	if len(said) > maxMessage {
		said = said[:maxMessage] + "..."
	}
	return strconv.Quote(said)
}

// parseRetryAfter reads seconds. The other form, a date, would need a clock
// that agrees with the plugin's; it is not honoured.
func parseRetryAfter(header string) time.Duration {
	seconds, err := strconv.Atoi(header)
	if err != nil || seconds < 0 || seconds > 24*60*60 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
