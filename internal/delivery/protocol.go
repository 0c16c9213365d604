package delivery

import "time"

const (
	// Protocol is the version of the messages that this build speaks. It rises
	// when an older peer would misread a message, not when a field is added.
	Protocol = 1
	// MinProtocol is the oldest version that the hub still serves.
	MinProtocol = 1
)

// Limits, in bytes. A Kubernetes object is at most 1.5 MiB, so one bundle (an
// Application and its project) always fits in a message.
const (
	// MaxMessage bounds one message in either direction, decompressed.
	MaxMessage = 8 << 20
	// MaxAnswer bounds the messages of one answer together.
	MaxAnswer = 128 << 20
	// MaxReportStatus bounds the status of one application in a report.
	MaxReportStatus = 256 << 10
	// MaxAnswerMessage bounds the answer to a query.
	MaxAnswerMessage = 1 << 20
	// MaxEnrollMessage bounds Enroll and Renew: the only methods that carry
	// neither sets nor statuses.
	MaxEnrollMessage = 64 << 10
	// chunk is how large a message may grow before the next one is begun.
	chunk = 1 << 20
	// compressFrom is the smallest message that is worth compressing.
	compressFrom = 1 << 10
)

// Keepalive. The agent pings after PingAfter of silence; an idle connection
// carries two pings a minute, each 17 bytes and as many back (RFC 9113,
// section 6.7), below 500 bytes a minute with TLS and TCP around it. The hub
// waits longer, so that it pings only when the agent's pings stopped.
const (
	// PingAfter is the agent's.
	PingAfter = 30 * time.Second
	// HubPingAfter is the hub's.
	HubPingAfter = 60 * time.Second
	// PingTimeout is how long either end waits for the answer before it
	// declares the connection dead.
	PingTimeout = 15 * time.Second
)
