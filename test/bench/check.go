package main

import (
	"fmt"
	"strings"
)

// check is one thing that a workload counted or timed, and the most that it may
// be.
type check struct {
	What string  `json:"what"`
	Got  float64 `json:"got"`
	Most float64 `json:"most"`
	Unit string  `json:"unit,omitempty"`
}

func (c check) exceeded() bool { return c.Got > c.Most }

func (c check) String() string {
	return fmt.Sprintf("%s %.3g%s of %.3g", c.What, c.Got, c.Unit, c.Most)
}

// described is what was found, beside what it may be.
func described(checks []check) string {
	var parts []string
	for _, c := range checks {
		parts = append(parts, c.String())
	}
	return strings.Join(parts, ", ")
}

// exceeded names the checks that are over; "" if none is.
func exceeded(checks []check) string {
	var over []check
	for _, c := range checks {
		if c.exceeded() {
			over = append(over, c)
		}
	}
	return described(over)
}
