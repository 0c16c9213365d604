package generators

import (
	"fmt"
	"strconv"
)

// flatten calls add for every leaf of a decoded value, with the keys and
// indexes that lead to it joined by dots. Empty objects and lists have no
// leaves; maps and lists of other types than JSON's are leaves themselves.
func flatten(prefix string, v any, add func(key string, leaf any)) {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			flatten(dotted(prefix, k), e, add)
		}
	case []any:
		for i, e := range v {
			flatten(dotted(prefix, strconv.Itoa(i)), e, add)
		}
	default:
		add(prefix, v)
	}
}

func dotted(prefix, key string) string {
	if prefix == "" {
		return key
	}
	return prefix + "." + key
}

// text prints a leaf as Argo CD does: large numbers in exponent form, a
// missing value as <nil>.
func text(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return fmt.Sprint(v)
}

// maxFlatSize bounds the keys of a flattened value, in bytes: every leaf repeats
// the keys that lead to it, so a small document can flatten to a huge one.
const maxFlatSize = 64 << 20

// flatSize is the bytes of all keys that flatten would make.
func flatSize(prefix int, v any) int {
	size := 0
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			size += flatSize(prefix+1+len(k), e)
		}
	case []any:
		for i, e := range v {
			size += flatSize(prefix+1+len(strconv.Itoa(i)), e)
		}
	default:
		return prefix
	}
	return size
}
