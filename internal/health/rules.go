package health

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Rules are the fleet's own rules and limits on top of the built-in ones, as
// [ParseRules] compiles them. A nil *Rules holds none. Rules may be used by
// several goroutines.
type Rules struct {
	kinds  map[schema.GroupKind][]custom
	texts  map[schema.GroupKind]string // that kinds were compiled from
	limits Limits
	digest string
}

// custom is a rule of one kind.
type custom struct {
	when    *expression
	message *expression // nil: none was written
	status  v1alpha1.HealthStatusCode
	stale   bool
	broken  bool // it did not compile
}

// untracked holds kinds whose controllers do not keep
// status.observedGeneration up to date with the object's own spec.
var untracked = map[schema.GroupKind]bool{
	{Group: "ray.io", Kind: "RayCluster"}:                  true,
	{Group: "ray.io", Kind: "RayService"}:                  true,
	{Group: "ray.io", Kind: "RayJob"}:                      true,
	{Group: "serving.kserve.io", Kind: "InferenceService"}: true,
}

// Of judges a live object: by the first of its kind's own rules whose
// condition holds, else as [Of] does. A rule that cannot be evaluated makes the
// object Unknown and is named; a field that is not there makes its condition
// not hold. If no rule holds and the built-in ones have no answer, the object
// is Progressing.
func (r *Rules) Of(obj *unstructured.Unstructured) v1alpha1.HealthStatus {
	if r == nil || len(r.kinds[kindOf(obj)]) == 0 || deleting(obj) {
		return Of(obj)
	}
	if h, decided := r.custom(obj); decided {
		return finished(h)
	}
	if h := Of(obj); h.Status != "" {
		return h
	}
	return r.undecided(obj)
}

// undecided is what an object is that neither its rules nor the built-in ones
// know an answer for.
func (r *Rules) undecided(obj *unstructured.Unstructured) v1alpha1.HealthStatus {
	gk := kindOf(obj)
	usable := 0
	for _, c := range r.kinds[gk] {
		if !c.broken {
			usable++
		}
	}
	if usable == 0 {
		return unknown(fmt.Sprintf("none of the health rules of %s compiles", keyOf(gk)))
	}
	if lag := r.lag(gk, obj); lag != "" {
		return progressing(lag)
	}
	return progressing(fmt.Sprintf("waiting for one of the %d health rules of %s to hold", usable, keyOf(gk)))
}

// custom gives the verdict of the first rule that holds. Healthy does not
// count past a rule that did not compile: that one might have said otherwise.
func (r *Rules) custom(obj *unstructured.Unstructured) (v1alpha1.HealthStatus, bool) {
	gk := kindOf(obj)
	fields, broken := whole(obj.Object), 0
	lag := r.lag(gk, obj)
	for i, c := range r.kinds[gk] {
		switch {
		case c.broken:
			broken = i + 1
			continue
		case lag != "" && !c.stale:
			continue
		}
		name := fmt.Sprintf("health rule %d of %s", i+1, keyOf(gk))
		holds, err := c.when.holds(fields)
		if err != nil {
			return unknown(fmt.Sprintf("%s cannot be evaluated: %v", name, err)), true
		}
		if !holds {
			continue
		}
		if c.status == v1alpha1.HealthStatusHealthy && broken > 0 {
			return unknown(fmt.Sprintf("%s says Healthy, but rule %d before it does not compile", name, broken)), true
		}
		return v1alpha1.HealthStatus{Status: c.status, Message: c.says(name, fields)}, true
	}
	return v1alpha1.HealthStatus{}, false
}

// says is the rule's message; where there is none, or it cannot be made, what
// waits or fails says at least by which rule.
func (c custom) says(name string, fields any) string {
	if c.message != nil {
		message, err := c.message.text(fields)
		if err != nil {
			return fmt.Sprintf("%s holds; its message cannot be made: %v", name, err)
		}
		if message != "" {
			return message
		}
	}
	if c.status == v1alpha1.HealthStatusHealthy {
		return ""
	}
	return name + " holds: " + c.when.source
}

func (r *Rules) lag(gk schema.GroupKind, obj *unstructured.Unstructured) string {
	if untracked[gk] {
		return ""
	}
	return object{obj.Object}.lag()
}

// Has tells whether objects of a kind can have health by a rule of their own,
// custom or built-in: their status is needed.
func (r *Rules) Has(gk schema.GroupKind) bool {
	return Has(gk) || r != nil && len(r.kinds[gk]) > 0
}

// Limits that came with the rules.
func (r *Rules) Limits() Limits {
	if r == nil {
		return Limits{}
	}
	return r.limits
}

// Digest is the same for equal data given to [ParseRules], and "" for none.
func (r *Rules) Digest() string {
	if r == nil {
		return ""
	}
	return r.digest
}
