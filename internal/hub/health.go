package hub

import (
	"context"

	"github.com/fairlead/fairlead/internal/hub/healthrules"
)

// addHealthRules adds what brings the fleet's health rules to agents, and
// returns a function that waits until those that exist have been read.
func (h *Hub) addHealthRules() (fed func(context.Context) bool, err error) {
	configMaps, log := h.core.ConfigMaps(h.opts.Namespace), h.opts.Logger.WithName("health")
	feed, err := healthrules.NewFeed(configMaps, h.index, log)
	if err != nil {
		return nil, err
	}
	teller := &healthrules.Teller{ConfigMaps: configMaps, Events: h.manager.GetEventRecorder("fairlead"), Logger: log}
	for _, l := range []loop{{run: feed.Run}, {run: teller.Run, leaderOnly: true}} {
		if err := h.manager.Add(l); err != nil {
			return nil, err
		}
	}
	return feed.Fed, nil
}
