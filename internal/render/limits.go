package render

import (
	"time"

	"github.com/fairlead/fairlead/internal/render/manifest"
)

// Limits bound one rendering. Zero fields take the value of [DefaultLimits].
type Limits struct {
	// Bytes is the most all objects together may weigh as JSON.
	Bytes int
	// Objects is the most objects there may be.
	Objects int
	// DocumentBytes is the most one YAML document or object may weigh. It
	// leaves room for the largest CRDs in use (1.4 MB of YAML); what an API
	// server would not take is refused when it is applied.
	DocumentBytes int
	// Timeout is the most a rendering may take.
	Timeout time.Duration
}

// DefaultLimits are 10 MiB and 3,000 objects, 2 MiB per document, 60 seconds.
func DefaultLimits() Limits {
	return Limits{Bytes: 10 << 20, Objects: 3000, DocumentBytes: 2 << 20, Timeout: time.Minute}
}

func (l Limits) withDefaults() Limits {
	d := DefaultLimits()
	if l.Bytes <= 0 {
		l.Bytes = d.Bytes
	}
	if l.Objects <= 0 {
		l.Objects = d.Objects
	}
	if l.DocumentBytes <= 0 {
		l.DocumentBytes = d.DocumentBytes
	}
	if l.Timeout <= 0 {
		l.Timeout = d.Timeout
	}
	return l
}

func (l Limits) manifest() manifest.Limits {
	return manifest.Limits{DocumentBytes: l.DocumentBytes, Bytes: l.Bytes, Objects: l.Objects}
}
