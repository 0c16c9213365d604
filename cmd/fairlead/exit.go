package main

// Exit codes of every command.
const (
	codeOK          = 0
	codeDiffers     = 1 // ran well, the answer is no or different
	codeUsage       = 2 // usage, or an invalid file
	codeUnreachable = 3 // hub unreachable
	codeForbidden   = 4 // not signed in, or forbidden
	codeNotFound    = 5
	codeTimeout     = 6
	codePartly      = 7 // partly failed
	codeGuarded     = 8 // a guard refused
	codeInterrupted = 130
)

// exitError carries an exit code. With no err nothing more is printed.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }
