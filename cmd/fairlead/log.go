package main

import (
	"io"

	"github.com/go-logr/logr"
	"github.com/go-logr/zapr"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// newLogger writes lines of JSON: from level info, or only errors.
func newLogger(w io.Writer, verbose bool) logr.Logger {
	level := zapcore.ErrorLevel
	if verbose {
		level = zapcore.InfoLevel
	}
	return logTo(w, level)
}

func logTo(w io.Writer, level zapcore.Level) logr.Logger {
	config := zap.NewProductionEncoderConfig()
	config.EncodeTime = zapcore.RFC3339TimeEncoder
	core := zapcore.NewCore(zapcore.NewJSONEncoder(config), zapcore.AddSync(w), level)
	return zapr.NewLogger(zap.New(core))
}
