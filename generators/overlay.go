package generators

import "maps"

// overlay lays over onto base: its values win, objects are merged key by key,
// and an empty object changes nothing. Neither argument is changed, because
// rows share parts.
func overlay(base, over Params) Params {
	out := make(Params, len(base)+len(over))
	maps.Copy(out, base)
	for k, v := range over {
		out[k] = overlayValue(out[k], v)
	}
	return out
}

func overlayValue(base, over any) any {
	switch o := over.(type) {
	case map[string]any:
		switch b := base.(type) {
		case map[string]any:
			return overlay(b, o)
		case map[string]string:
			return overlay(widen(b), o)
		}
	case map[string]string:
		switch b := base.(type) {
		case map[string]any:
			return overlay(b, widen(o))
		case map[string]string:
			out := maps.Clone(b)
			maps.Copy(out, o)
			return out
		}
	}
	return over
}

func widen(m map[string]string) map[string]any {
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}
