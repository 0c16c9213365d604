package delivery

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// Messages writes the answer as one message or, when it is large, as several
// that the receiver joins.
func (a Answer) Messages() []*deliveryv1.WatchResponse {
	if a.Kind == Same {
		return []*deliveryv1.WatchResponse{a.message(nil)}
	}
	var (
		all  []*deliveryv1.WatchResponse
		rest = a.Upserts
	)
	for {
		n := fitting(rest)
		all = append(all, a.message(rest[:n]))
		if rest = rest[n:]; len(rest) == 0 {
			break
		}
		all[len(all)-1].More = true
	}
	// Tombstones and orphans ride on the last message: they are small.
	switch body := all[len(all)-1].Body.(type) {
	case *deliveryv1.WatchResponse_Full:
		body.Full.Tombstones = a.Tombstones
	case *deliveryv1.WatchResponse_Delta:
		body.Delta.Tombstones, body.Delta.Orphaned = a.Tombstones, a.Orphaned
	}
	return all
}

// fitting counts the bundles that make one message: at least one.
func fitting(bundles []*deliveryv1.Bundle) int {
	size := 0
	for i, b := range bundles {
		if size += proto.Size(b); size > chunk && i > 0 {
			return i
		}
	}
	return len(bundles)
}

func (a Answer) message(upserts []*deliveryv1.Bundle) *deliveryv1.WatchResponse {
	m := &deliveryv1.WatchResponse{Position: a.Position.Message()}
	switch a.Kind {
	case Same:
		m.Body = &deliveryv1.WatchResponse_Same{Same: &deliveryv1.Same{}}
	case Full:
		m.Body = &deliveryv1.WatchResponse_Full{Full: &deliveryv1.Full{Applications: upserts}}
	case Delta:
		m.Body = &deliveryv1.WatchResponse_Delta{Delta: &deliveryv1.Delta{Upserts: upserts}}
	}
	return m
}

// errJoin is returned for messages that are not parts of one answer.
var errJoin = errors.New("hub sent parts that do not belong together")

// joiner puts the messages of one answer together.
type joiner struct {
	whole *deliveryv1.WatchResponse
	size  int
}

// add returns the whole answer once its last message was added, else nil.
func (j *joiner) add(m *deliveryv1.WatchResponse) (*deliveryv1.WatchResponse, error) {
	if j.size += proto.Size(m); j.size > MaxAnswer {
		return nil, fmt.Errorf("hub sent an answer of more than %d bytes", MaxAnswer)
	}
	if j.whole == nil {
		j.whole = m
	} else if err := appendParts(j.whole, m); err != nil {
		return nil, err
	}
	if m.GetMore() {
		return nil, nil
	}
	whole := j.whole
	whole.More = false
	*j = joiner{}
	return whole, nil
}

func appendParts(whole, m *deliveryv1.WatchResponse) error {
	switch body := whole.Body.(type) {
	case *deliveryv1.WatchResponse_Full:
		if m.GetFull() == nil {
			return errJoin
		}
		body.Full.Applications = append(body.Full.Applications, m.GetFull().GetApplications()...)
		body.Full.Tombstones = append(body.Full.Tombstones, m.GetFull().GetTombstones()...)
	case *deliveryv1.WatchResponse_Delta:
		if m.GetDelta() == nil {
			return errJoin
		}
		body.Delta.Upserts = append(body.Delta.Upserts, m.GetDelta().GetUpserts()...)
		body.Delta.Tombstones = append(body.Delta.Tombstones, m.GetDelta().GetTombstones()...)
		body.Delta.Orphaned = append(body.Delta.Orphaned, m.GetDelta().GetOrphaned()...)
	default:
		return errJoin
	}
	return nil
}
