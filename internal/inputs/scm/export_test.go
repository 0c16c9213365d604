package scm

import (
	"context"
	"time"
)

// SetPublic replaces the address of a provider that a generator need not name.
func (c *Client) SetPublic(field, api string) { c.public[field] = api }

// SetClock replaces the clock.
func (c *Client) SetClock(now func() time.Time, sleep func(context.Context, time.Duration) error) {
	c.limits.Now, c.limits.Sleep = now, sleep
}
