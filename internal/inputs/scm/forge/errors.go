package forge

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
)

// ErrEmpty is a successful answer without content.
var ErrEmpty = errors.New("the provider answered without content: check api")

// StatusError is an answer that is not a success.
type StatusError struct {
	// Code is the HTTP status.
	Code int
	// Kind is the provider's own name of the failure, or empty.
	Kind string
	// Message of the provider, one short line, or empty.
	Message string
	// Anonymous requests need other advice than refused credentials.
	Anonymous bool
}

func (e *StatusError) Error() string {
	text := fmt.Sprintf("%d %s", e.Code, http.StatusText(e.Code))
	if e.Message != "" {
		text += " (" + e.Message + ")"
	}
	return text + ": " + e.advice()
}

func (e *StatusError) advice() string {
	switch {
	case e.Code == http.StatusNotFound && e.Anonymous:
		return "not found: check the name, or refer to a credential if it is not public"
	case e.Code == http.StatusNotFound:
		return "not found: check the name, and that the credential may read it"
	case e.Code == http.StatusUnauthorized && e.Anonymous, e.Code == http.StatusForbidden && e.Anonymous:
		return "access denied: refer to a Secret with a credential"
	case e.Code == http.StatusUnauthorized:
		return "the credential is refused: renew it in the Secret that the generator refers to"
	case e.Code == http.StatusForbidden:
		return "access denied: give the credential the right to read this"
	case e.Code >= 300 && e.Code < 400:
		return "the provider redirects elsewhere: write the address and name that it has now"
	case e.Code >= 500:
		return "the provider failed: it is asked again later"
	}
	return "the provider refuses the request: check the generator's fields"
}

// IsNotFound is true where the provider says that something does not exist, or
// hides that it does.
func IsNotFound(err error) bool {
	var status *StatusError
	return errors.As(err, &status) && status.Code == http.StatusNotFound
}

// IsKind is true where the provider named the failure kind.
func IsKind(err error, kind string) bool {
	var status *StatusError
	return errors.As(err, &status) && status.Kind == kind
}

// Limited says that the provider wants to be left alone for longer than is
// waited.
type Limited struct {
	after time.Duration
}

// The text has no duration in it: it ends in conditions, which must not flap.
func (e *Limited) Error() string {
	return "the provider's rate limit is used up: it is asked again when the limit allows; a credential of its own, or a longer requeueAfterSeconds, avoids this"
}

// RetryAfter says when to ask again, from when the error was made.
func (e *Limited) RetryAfter() time.Duration { return e.after }

// Err is err as it may be shown: without the addresses that libraries and
// net/http put into errors, and without the credential.
func (c *Conn) Err(err error) error {
	var status *StatusError
	var limited *Limited
	var inURL *url.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &status):
		return status
	case errors.As(err, &limited):
		return limited
	case errors.As(err, &inURL):
		return c.Err(inURL.Err)
	}
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	if errors.As(err, &syntax) || errors.As(err, &kind) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("the answer is not what this provider gives: check api: %w", err)
	}
	text := err.Error()
	if clean := c.credential.redact(text); clean != text {
		return errors.New(clean)
	}
	return err
}

// statusError reads the answer's body, of which JSON is understood.
func (c *Conn) statusError(code int, body []byte) *StatusError {
	e := &StatusError{Code: code, Anonymous: c.credential.Anonymous()}
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil {
		return e
	}
	e.Kind = textOf(fields["typeKey"])
	for _, name := range []string{"message", "error", "errors", "error_description"} {
		if text := textOf(fields[name]); text != "" {
			e.Message = oneLine(c.credential.redact(text))
			break
		}
	}
	return e
}

// textOf finds the text in a string, an object's message, or the first element
// of a list of those.
func textOf(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var object struct{ Message string }
	if json.Unmarshal(raw, &object) == nil {
		return object.Message
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) == nil && len(list) > 0 && list[0][0] != '[' {
		return textOf(list[0])
	}
	return ""
}

// oneLine makes a foreign text fit into a message: no control characters, not
// more than 200 bytes or so.
func oneLine(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	if len(text) > 200 {
		text = strings.ToValidUTF8(text[:200], "") + "..."
	}
	return text
}
