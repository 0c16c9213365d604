package healthrules

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fairlead/fairlead/internal/health"
)

// AnnotationRefused on the ConfigMap names the rules that are refused; it goes
// when all are usable.
const AnnotationRefused = "fairlead.dev/health-rules-refused"

// Reasons of events.
const (
	ReasonRefused = "HealthRulesRefused"
	ReasonLua     = "LuaHealthCheckIgnored"
)

// Bounds in bytes: an event takes no more, and an annotation should not.
const (
	maxNote       = 1000
	maxAnnotation = 8 << 10
)

// retry is the pause after the annotation could not be written.
const retry = 10 * time.Second

// EventRecorder tells people of what happened to an object.
type EventRecorder interface {
	Eventf(regarding, related runtime.Object, eventtype, reason, action, note string, args ...any)
}

// Teller names what is refused. It belongs on the leader.
type Teller struct {
	ConfigMaps ConfigMaps
	Events     EventRecorder
	Logger     logr.Logger

	mu         sync.Mutex
	rules, cfg *corev1.ConfigMap // as last seen; nil for none
	changed    chan struct{}

	// told last, so that each state is told of once.
	refused, lua string
}

// Run works until ctx ends.
func (t *Teller) Run(ctx context.Context) error {
	t.changed = make(chan struct{}, 1)
	rules, err := follow(t.ConfigMaps, ConfigMapName, func(cm *corev1.ConfigMap) { t.see(&t.rules, cm) })
	if err != nil {
		return err
	}
	argo, err := follow(t.ConfigMaps, argoConfigMap, func(cm *corev1.ConfigMap) { t.see(&t.cfg, cm) })
	if err != nil {
		return err
	}
	var group sync.WaitGroup
	defer group.Wait()
	group.Go(func() { rules.run(ctx) })
	group.Go(func() { argo.run(ctx) })
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.changed:
		}
		if err := t.tell(ctx); err != nil && ctx.Err() == nil {
			t.Logger.Error(err, "refused health rules are told of again soon")
			time.AfterFunc(retry, t.wake)
		}
	}
}

func (t *Teller) see(as **corev1.ConfigMap, cm *corev1.ConfigMap) {
	t.mu.Lock()
	*as = cm
	t.mu.Unlock()
	t.wake()
}

func (t *Teller) wake() {
	select {
	case t.changed <- struct{}{}:
	default:
	}
}

func (t *Teller) tell(ctx context.Context) error {
	t.mu.Lock()
	rules, cfg := t.rules, t.cfg
	t.mu.Unlock()
	t.tellLua(cfg, rules)
	return t.tellRefused(ctx, rules)
}

// tellLua names the checks in Lua; whoever has a rule in CEL needs no warning.
func (t *Teller) tellLua(cfg, rules *corev1.ConfigMap) {
	if cfg == nil {
		t.lua = ""
		return
	}
	var own map[string]string
	if rules != nil {
		own = rules.Data
	}
	note := ignored(cfg.Data, own)
	if note != "" && note != t.lua {
		t.Logger.Info("health checks in Lua are not run", "configMap", argoConfigMap, "reason", note)
		t.Events.Eventf(cfg, nil, corev1.EventTypeWarning, ReasonLua, "ReadHealthChecks", "%s", cut(note, maxNote))
	}
	t.lua = note
}

// tellRefused names the rules that are refused, by an event for each change and
// in the annotation.
func (t *Teller) tellRefused(ctx context.Context, cm *corev1.ConfigMap) error {
	if cm == nil {
		t.refused = ""
		return nil
	}
	_, errs := health.ParseRules(cm.Data)
	lines := make([]string, len(errs))
	for i, e := range errs {
		lines[i] = e.Error()
	}
	note := strings.Join(lines, "; ")
	if note != "" && note != t.refused {
		t.Events.Eventf(cm, nil, corev1.EventTypeWarning, ReasonRefused, "ParseHealthRules", "%s", cut(note, maxNote))
	}
	t.refused = note
	return t.annotate(ctx, cm, cut(note, maxAnnotation))
}

func (t *Teller) annotate(ctx context.Context, cm *corev1.ConfigMap, note string) error {
	if cm.Annotations[AnnotationRefused] == note {
		return nil
	}
	var value any // none takes it off
	if note != "" {
		value = note
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{
		"uid": cm.UID, "annotations": map[string]any{AnnotationRefused: value},
	}})
	if err != nil {
		return err
	}
	_, err = t.ConfigMaps.Patch(ctx, cm.Name, types.MergePatchType, patch, metav1.PatchOptions{})
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return nil // another one by now, which is told of too
	}
	if err != nil {
		return fmt.Errorf("annotate configmap %s: %w", cm.Name, err)
	}
	return nil
}

func cut(note string, limit int) string {
	const more = " ..."
	if len(note) <= limit {
		return note
	}
	return strings.ToValidUTF8(note[:limit-len(more)], "") + more
}
