package demo

import (
	"errors"
	"io"
	"time"

	"github.com/go-logr/logr"
)

// Options of a demo.
type Options struct {
	// Dir holds everything the demo writes; it must be empty or missing.
	Dir string
	// Assets is the folder of the Kubernetes binaries.
	Assets string
	// Fairlead and Agent are the paths of the two binaries.
	Fairlead string
	Agent    string
	// Interval between two questions about one revision. Default 3 s.
	Interval time.Duration
	// Patience is how long until all must be Synced and Healthy. Default 5
	// minutes.
	Patience time.Duration
	// Progress is told what happens, a line at a time.
	Progress io.Writer
	Logger   logr.Logger
}

func (o Options) complete() (Options, error) {
	if o.Dir == "" || o.Assets == "" || o.Fairlead == "" || o.Agent == "" {
		return o, errors.New("demo: directory, Kubernetes binaries and both Fairlead binaries are required")
	}
	if o.Interval <= 0 {
		o.Interval = 3 * time.Second
	}
	if o.Patience <= 0 {
		o.Patience = 5 * time.Minute
	}
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	return o, nil
}
