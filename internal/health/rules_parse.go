package health

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Bounds of a rule set.
const (
	MaxRuleKinds    = 500
	MaxRulesPerKind = 50
	MaxRules        = 500
	MaxRuleBytes    = 64 << 10 // of one value of the ConfigMap
	MaxExpression   = 4096     // characters
)

// written is a rule as it is written in the ConfigMap.
type written struct {
	When    any    `json:"when"`
	Status  string `json:"status"`
	Message string `json:"message"`
	Stale   bool   `json:"stale"`
}

// ParseRules compiles the data of a ConfigMap (docs/health.md): a key per kind,
// group_Kind or Kind alone for the core group, with a list of rules, and
// optionally limits under the key timeouts. What does not compile is left out
// and reported, in the order of keys and rules; the rest holds. The Rules are
// never nil.
func ParseRules(data map[string]string) (*Rules, []RuleError) {
	rules := &Rules{kinds: map[schema.GroupKind][]custom{}, texts: map[schema.GroupKind]string{}, digest: digest(data)}
	if len(data) == 0 {
		return rules, nil // CEL is not even set up
	}
	compile, err := newCompiler()
	if err != nil {
		return rules, []RuleError{{Key: "*", Reason: err.Error()}}
	}
	var errs []RuleError
	total := 0
	for _, key := range slices.Sorted(maps.Keys(data)) {
		switch {
		case key == TimeoutsKey:
			limits, bad := parseLimits(data[key])
			rules.limits, errs = limits, append(errs, bad...)
		case len(rules.kinds) >= MaxRuleKinds:
			errs = append(errs, RuleError{Key: key, Reason: fmt.Sprintf("more than %d kinds have rules", MaxRuleKinds)})
		default:
			gk, list, bad := compile.kind(key, data[key], MaxRules-total)
			errs = append(errs, bad...)
			if total += len(list); len(list) > 0 {
				rules.kinds[gk], rules.texts[gk] = list, data[key]
			}
		}
	}
	return rules, errs
}

// kind compiles the rules of one key, if they are no more than left.
func (c *compiler) kind(key, value string, left int) (schema.GroupKind, []custom, []RuleError) {
	whole := func(err error) (schema.GroupKind, []custom, []RuleError) {
		return schema.GroupKind{}, nil, []RuleError{{Key: key, Reason: err.Error()}}
	}
	gk, err := parseKey(key)
	if err != nil {
		return whole(err)
	}
	if gk == (schema.GroupKind{Kind: "Secret"}) {
		return whole(errors.New("a Secret has no health, and rules could show its values"))
	}
	var raw []json.RawMessage
	if err := decode(value, &raw); err != nil {
		return whole(fmt.Errorf("is not a list of rules: %w", err))
	}
	if len(raw) > MaxRulesPerKind {
		return whole(fmt.Errorf("has %d rules; at most %d are allowed", len(raw), MaxRulesPerKind))
	}
	if len(raw) > left {
		return whole(fmt.Errorf("has %d rules: with those of the keys before it, more than %d", len(raw), MaxRules))
	}
	var errs []RuleError
	list := make([]custom, 0, len(raw))
	for i, item := range raw {
		rule, bad := c.rule(item)
		if bad != nil {
			bad.Key, bad.Rule = key, i+1
			errs, rule = append(errs, *bad), custom{broken: true}
		}
		list = append(list, rule)
	}
	return gk, list, errs
}

// rule compiles one rule.
func (c *compiler) rule(item json.RawMessage) (custom, *RuleError) {
	var w written
	decoder := json.NewDecoder(bytes.NewReader(item))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&w); err != nil {
		return custom{}, &RuleError{Reason: strings.TrimPrefix(err.Error(), "json: ")}
	}
	out := custom{status: v1alpha1.HealthStatusCode(w.Status), stale: w.Stale}
	if severity[out.status] == 0 || out.status == v1alpha1.HealthStatusMissing {
		return custom{}, &RuleError{Reason: fmt.Sprintf("status %q is none of Healthy, Progressing, Suspended, Degraded, Unknown", w.Status)}
	}
	when, isText := w.When.(string)
	if always, isBool := w.When.(bool); isBool {
		when, isText = fmt.Sprint(always), true
	}
	if !isText || strings.TrimSpace(when) == "" {
		return custom{}, &RuleError{Field: "when", Reason: "is missing: give a CEL expression over object, or true"}
	}
	var bad *RuleError
	if out.when, bad = c.expression(when, "bool"); bad != nil {
		bad.Field = "when"
		return custom{}, bad
	}
	if w.Message == "" {
		return out, nil
	}
	if out.message, bad = c.expression(w.Message, "string"); bad != nil {
		bad.Field = "message"
		return custom{}, bad
	}
	return out, nil
}

var kindName = regexp.MustCompile(`^[A-Z][A-Za-z0-9]{0,62}$`)

// parseKey reads group_Kind, or Kind alone for the core group.
func parseKey(key string) (schema.GroupKind, error) {
	group, kind, grouped := strings.Cut(key, "_")
	if !grouped {
		group, kind = "", key
	}
	if !kindName.MatchString(kind) || grouped && len(validation.IsDNS1123Subdomain(group)) > 0 {
		return schema.GroupKind{}, errors.New("key is not group_Kind, for example apps_Deployment, or Kind alone for the core group")
	}
	return schema.GroupKind{Group: group, Kind: kind}, nil
}

// keyOf is the key of a kind.
func keyOf(gk schema.GroupKind) string {
	if gk.Group == "" {
		return gk.Kind
	}
	return gk.Group + "_" + gk.Kind
}

// decode reads YAML into a list or map of what is decoded later, piece by piece.
func decode(value string, into any) error {
	if len(value) > MaxRuleBytes {
		return fmt.Errorf("%d bytes are too many; at most %d are allowed", len(value), MaxRuleBytes)
	}
	raw, err := yaml.YAMLToJSONStrict([]byte(value))
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

// digest covers the text of the rules, so that every build gives the same.
func digest(data map[string]string) string {
	if len(data) == 0 {
		return ""
	}
	hash := sha256.New()
	fmt.Fprint(hash, "health rules 1\n")
	for _, key := range slices.Sorted(maps.Keys(data)) {
		fmt.Fprintf(hash, "%d %s\n%d %s\n", len(key), key, len(data[key]), data[key])
	}
	return hex.EncodeToString(hash.Sum(nil))
}
