package source

import "errors"

// Kinds of failure. Every error of this package that a caller may want to tell
// apart wraps exactly one of them.
var (
	// ErrUnavailable: the server did not answer, or not in time. What was
	// fetched before stays valid; trying again later may help.
	ErrUnavailable = errors.New("source unavailable")
	// ErrNotFound: the server answered that the repository, revision or
	// commit does not exist.
	ErrNotFound = errors.New("not found")
	// ErrDenied: the server wants credentials, or other ones.
	ErrDenied = errors.New("access denied")
	// ErrEscapes: a path or symbolic link leads out of the repository.
	ErrEscapes = errors.New("path escapes repository")
	// ErrTooLarge: a limit of [Limits] was reached.
	ErrTooLarge = errors.New("too large")
	// ErrRefused: the input itself is not acceptable, whatever the server says.
	ErrRefused = errors.New("refused")
	// ErrChanged: what the server has is not what was pinned or announced: its
	// digest differs. Resolving again gives a new pin.
	ErrChanged = errors.New("content has changed")
)
