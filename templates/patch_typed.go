package templates

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"sync"

	yamlv2 "go.yaml.in/yaml/v2"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// mergeTyped merges a rendered patch straight into an Application, which costs
// a tenth of the way through JSON. It knows what most patches are made of:
// objects, texts, booleans and whole numbers under their exact names, string
// maps, and lists that are replaced as a whole. It reports false for any other
// patch, for types that do not fit and for documents it cannot read, and leaves
// the Application as it was: mergeAny then merges, or says what is wrong.
func (p *patch) mergeTyped(app *v1alpha1.Application, text string) bool {
	changes, ok := p.readTyped([]byte(text))
	if !ok {
		return false
	}
	patched := *app
	if !mergeObject(reflect.ValueOf(&patched).Elem(), changes) {
		return false
	}
	*app = patched
	return true
}

// readTyped reads YAML with the decoder that DecodeYAML uses, without its way
// through JSON.
func (p *patch) readTyped(doc []byte) (map[any]any, bool) {
	aliases := bytes.IndexByte(doc, '&') >= 0 && bytes.IndexByte(doc, '*') >= 0
	if aliases || len(doc) > p.engine.opts.Budget.Output || bytes.HasPrefix(bytes.TrimSpace(doc), []byte("{")) {
		return nil, false
	}
	var changes map[any]any
	err := yamlv2.Unmarshal(doc, &changes)
	return changes, err == nil
}

// mergeObject merges into a struct or string map that is the caller's own, but
// for what it points to.
func mergeObject(dst reflect.Value, changes map[any]any) bool {
	if dst.Type() == stringMapType {
		return mergeStringMap(dst.Addr().Interface().(*map[string]string), changes)
	}
	if dst.Kind() != reflect.Struct {
		return false
	}
	fields := fieldsOf(dst.Type())
	for key, change := range changes {
		name, ok := key.(string)
		if !ok {
			return false
		}
		i, known := fields[name]
		if !known || !mergeValue(dst.Field(i), change) {
			return false
		}
	}
	return true
}

func mergeStringMap(dst *map[string]string, changes map[any]any) bool {
	merged := make(map[string]string, len(*dst)+len(changes))
	for k, v := range *dst {
		merged[k] = v
	}
	for key, change := range changes {
		name, isText := key.(string)
		value, isValue := change.(string)
		if !isText || !isValue || strings.HasPrefix(name, "$") {
			return false
		}
		merged[name] = value
	}
	*dst = merged
	return true
}

// mergeValue sets a field. What a pointer leads to is shared, and so copied.
func mergeValue(dst reflect.Value, change any) bool {
	if decodesItself(dst.Type()) {
		return false
	}
	if dst.Kind() == reflect.Pointer {
		own := reflect.New(dst.Type().Elem())
		if !dst.IsNil() {
			own.Elem().Set(dst.Elem())
		}
		dst.Set(own)
		return mergeValue(own.Elem(), change)
	}
	switch change := change.(type) {
	case map[any]any:
		return mergeObject(dst, change)
	case string:
		if dst.Kind() == reflect.String {
			dst.SetString(change)
			return true
		}
	case bool:
		if dst.Kind() == reflect.Bool {
			dst.SetBool(change)
			return true
		}
	case int:
		if dst.CanInt() && change <= math.MaxInt32 && change >= 0 {
			dst.SetInt(int64(change))
			return dst.Int() == int64(change)
		}
	case []any:
		return replaceList(dst, change)
	}
	return false
}

// replaceList sets a list, whose elements start empty.
func replaceList(dst reflect.Value, list []any) bool {
	if dst.Kind() != reflect.Slice || dst.Type().Elem().Kind() == reflect.Uint8 {
		return false
	}
	fresh := reflect.MakeSlice(dst.Type(), len(list), len(list))
	for i, element := range list {
		if !mergeValue(fresh.Index(i), element) {
			return false
		}
	}
	dst.Set(fresh)
	return true
}

var unmarshalerType = reflect.TypeFor[json.Unmarshaler]()

func decodesItself(t reflect.Type) bool {
	return t.Implements(unmarshalerType) || reflect.PointerTo(t).Implements(unmarshalerType)
}

var fieldTables sync.Map // of map[string]int by reflect.Type

// fieldsOf maps the JSON names of a struct's fields to their indexes, without
// the fields that a strategic merge treats in a way of their own.
func fieldsOf(t reflect.Type) map[string]int {
	if known, ok := fieldTables.Load(t); ok {
		return known.(map[string]int)
	}
	out := map[string]int{}
	for i := range t.NumField() {
		field := t.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name != "" && name != "-" && field.IsExported() && field.Tag.Get("patchStrategy") == "" {
			out[name] = i
		}
	}
	fieldTables.Store(t, out)
	return out
}

// holdsFreeForm looks for JSON and RawExtension anywhere in a value.
func holdsFreeForm(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer:
		return !v.IsNil() && holdsFreeForm(v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			if holdsFreeForm(v.Index(i)) {
				return true
			}
		}
	case reflect.Struct:
		if t := v.Type(); t == jsonType || t == rawExtensionType {
			return v.FieldByName("Raw").Len() > 0
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && holdsFreeForm(v.Field(i)) {
				return true
			}
		}
	}
	return false
}
