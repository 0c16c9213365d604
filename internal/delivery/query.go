package delivery

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// maxAnswerJSON bounds a query's answer, decompressed, in bytes.
const maxAnswerJSON = 64 << 20

// ErrAnswerSize is returned for an answer that no hub takes.
var ErrAnswerSize = fmt.Errorf("answer is larger than %d bytes", fleet.MaxQueryAnswer)

// QueryError is why a query has no answer.
type QueryError struct {
	Reason  fleet.QueryReason
	Message string
}

func (e *QueryError) Error() string { return e.Message }

// QueryErrorf makes a QueryError.
func QueryErrorf(reason fleet.QueryReason, format string, args ...any) error {
	return &QueryError{Reason: reason, Message: fmt.Errorf(format, args...).Error()}
}

// ReasonOf an error that ended a query.
func ReasonOf(err error) fleet.QueryReason {
	if target := (*QueryError)(nil); errors.As(err, &target) {
		return target.Reason
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fleet.QueryTimedOut
	}
	return fleet.QueryError
}

// EncodeAnswer compresses an answer; ErrAnswerSize if that is still too large.
func EncodeAnswer(answer any) ([]byte, error) {
	var out bytes.Buffer
	zip, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(json.NewEncoder(zip).Encode(answer), zip.Close()); err != nil {
		return nil, fmt.Errorf("encode answer: %w", err)
	}
	if out.Len() > fleet.MaxQueryAnswer {
		return nil, ErrAnswerSize
	}
	return out.Bytes(), nil
}

// DecodeAnswer reads what EncodeAnswer wrote.
func DecodeAnswer(data []byte, into any) error {
	zip, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("decode answer: %w", err)
	}
	plain, err := io.ReadAll(io.LimitReader(zip, maxAnswerJSON+1))
	if err != nil {
		return fmt.Errorf("decode answer: %w", err)
	}
	if len(plain) > maxAnswerJSON {
		return fmt.Errorf("decode answer: it has more than %d bytes", maxAnswerJSON)
	}
	if err := json.Unmarshal(plain, into); err != nil {
		return fmt.Errorf("decode answer: %w", err)
	}
	return nil
}

// Answer hands over what a query of this stream asked for. The session is
// written here. It is not repeated: whoever asked has gone, or asks again.
func (s *Stream) Answer(ctx context.Context, answer *deliveryv1.AnswerRequest) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	answer.Session = s.session
	response, err := s.client.current().calls.Answer(ctx, answer)
	if err != nil {
		return fmt.Errorf("answer to %s: %w", s.client.options.Endpoint, err)
	}
	s.client.options.Time.observeUnix(response.GetHubTime())
	return nil
}
