package generators

import "errors"

// rowError is an error about one row, which it names at its end.
type rowError struct {
	err     error
	between string
	subject string
}

func (e *rowError) Error() string { return e.err.Error() + e.between + e.subject }
func (e *rowError) Unwrap() error { return e.err }

// forRow names the cluster or element that an error is about. The rows of the
// legs before come after the row itself.
func forRow(err error, subject string) error {
	var known *rowError
	switch {
	case subject == "":
		return err
	case !errors.As(err, &known):
		return &rowError{err, " for ", subject}
	case known.subject == subject:
		return err
	default:
		return &rowError{err, ", ", subject}
	}
}
