package healthrules

import (
	"context"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	toolscache "k8s.io/client-go/tools/cache"

	"github.com/fairlead/fairlead/internal/health"
)

// Index tells agents of the rules.
type Index interface {
	// SetHealthRules takes the data of the ConfigMap; nil for none.
	SetHealthRules(map[string]string)
}

// Feed gives the index the rules of the fleet. It belongs on every replica.
type Feed struct {
	index    Index
	logger   logr.Logger
	follower follower
}

// NewFeed follows the ConfigMap once it runs.
func NewFeed(configMaps ConfigMaps, index Index, logger logr.Logger) (*Feed, error) {
	f := &Feed{index: index, logger: logger}
	var err error
	f.follower, err = follow(configMaps, ConfigMapName, f.take)
	return f, err
}

// Run works until ctx ends.
func (f *Feed) Run(ctx context.Context) error {
	f.follower.run(ctx)
	return nil
}

// Fed waits until the rules that existed have been taken in: an agent must not
// be told that there are none before they have been read.
func (f *Feed) Fed(ctx context.Context) bool {
	return toolscache.WaitForCacheSync(ctx.Done(), f.follower.told)
}

func (f *Feed) take(cm *corev1.ConfigMap) {
	if cm == nil {
		f.index.SetHealthRules(nil)
		f.logger.Info("the fleet has no health rules of its own now", "configMap", ConfigMapName)
		return
	}
	_, refused := health.ParseRules(cm.Data)
	for _, e := range refused {
		f.logger.Info("a health rule is refused; the others hold", "configMap", ConfigMapName, "reason", e.Error())
	}
	f.index.SetHealthRules(health.Usable(cm.Data, refused))
}
