package apply

import (
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/internal/health"
)

// Options of an Engine; the zero value is usable.
type Options struct {
	// Parallel is the number of requests at a time where order does not
	// matter. Default 8.
	Parallel int
	// MaxObjectBytes is the size (as JSON) above which an object is refused:
	// etcd takes no more. Default 1.5 MB (1,500,000).
	MaxObjectBytes int
	// MaxAnnotationBytes is the same for all annotations of an object
	// together. Default 256 KiB, the API server's own limit.
	MaxAnnotationBytes int
	// Poll is the first pause while waiting for health or for deletion; it
	// grows to ten times that. Default 200 ms.
	Poll time.Duration
	// EstablishTimeout bounds the wait for a new CRD to be served.
	// Default 60 s.
	EstablishTimeout time.Duration
	// Allow refuses kinds; nil allows all. The error is the reason, the
	// engine names the object.
	Allow func(gvk schema.GroupVersionKind, namespace string) error
	// Rules of health that are in force now, asked at each look at an object;
	// nil for the built-in ones alone.
	Rules func() *health.Rules
	// Logger for what no caller sees: retries, warnings of the API server.
	Logger logr.Logger
}

func (o Options) withDefaults() Options {
	def(&o.Parallel, 8)
	def(&o.MaxObjectBytes, 1_500_000)
	def(&o.MaxAnnotationBytes, 256<<10)
	def(&o.Poll, 200*time.Millisecond)
	def(&o.EstablishTimeout, time.Minute)
	if o.Rules == nil {
		o.Rules = func() *health.Rules { return nil }
	}
	if o.Logger.GetSink() == nil {
		o.Logger = logr.Discard()
	}
	return o
}

func def[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
