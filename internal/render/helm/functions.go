package helm

import (
	"fmt"
	"reflect"
	"text/template"

	"github.com/Masterminds/sprig/v3"
)

// maxNumbers is how many numbers one call may list.
const maxNumbers = 1 << 20

// unstable are the functions whose result differs from call to call.
var unstable = []string{
	"now", "randAlphaNum", "randAlpha", "randAscii", "randNumeric", "randBytes", "randInt", "shuffle", "uuidv4",
	"genPrivateKey", "genCA", "genCAWithKey", "genSelfSignedCert", "genSelfSignedCertWithKey", "genSignedCert",
	"genSignedCertWithKey", "bcrypt", "htpasswd", "encryptAES", "ago",
}

// sized are the functions whose first argument says how much they make; the
// numbers are the most that argument may be.
var sized = map[string]int{
	"repeat": 1 << 20, "indent": 10_000, "nindent": 10_000, "until": maxNumbers,
	"randAlphaNum": 1 << 20, "randAlpha": 1 << 20, "randAscii": 1 << 20, "randNumeric": 1 << 20, "randBytes": 1 << 20,
}

// engines are sprig functions the engine leaves out or has its own form of.
var engines = []string{"env", "expandenv", "getHostByName", "fail", "toJson", "mustToJson", "fromJson"}

// functions are what the engine gets on top of its own: the metering functions
// and metered forms of everything from sprig and text/template that makes
// text or lists.
func (m *meter) functions() template.FuncMap {
	out := template.FuncMap{}
	for name, f := range sprig.TxtFuncMap() {
		out[name] = f
	}
	for _, name := range engines {
		delete(out, name)
	}
	out["print"], out["printf"], out["println"] = fmt.Sprint, fmt.Sprintf, fmt.Sprintln
	for name, f := range out {
		out[name] = m.metered(name, f)
	}
	for _, name := range unstable {
		if f, ok := out[name]; ok {
			out[name] = noting(f, func() { m.unstable[name] = true })
		}
	}
	out[stepFunction] = m.step
	out[guardFunction] = instrument
	return out
}

// metered is f with its first argument and its results checked. A panic with
// an error is how a template function without an error result fails.
func (m *meter) metered(name string, f any) any {
	value := reflect.ValueOf(f)
	limit, isSized := sized[name]
	call := value.Call
	if value.Type().IsVariadic() {
		call = value.CallSlice
	}
	return reflect.MakeFunc(value.Type(), func(args []reflect.Value) []reflect.Value {
		if isSized && args[0].Kind() == reflect.Int && args[0].Int() > int64(limit) {
			m.stopped = fmt.Errorf("template function %s is called for %d, the limit is %d", name, args[0].Int(), limit)
			panic(m.stopped)
		}
		if counts := listed(name, args); span(name, counts) > maxNumbers {
			m.stopped = fmt.Errorf("template function %s lists more than %d numbers", name, maxNumbers)
			panic(m.stopped)
		}
		if name == "repeat" && args[0].Int()*int64(args[1].Len()) > maxText {
			panic(m.text(maxText + 1))
		}
		out := call(args)
		if err := m.text(weight(out[0])); err != nil {
			panic(err)
		}
		return out
	}).Interface()
}

// weight is the length of a text, 0 for anything else.
func weight(v reflect.Value) int {
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if v.Kind() == reflect.String {
		return v.Len()
	}
	return 0
}

// noting is f that calls note first.
func noting(f any, note func()) any {
	value := reflect.ValueOf(f)
	return reflect.MakeFunc(value.Type(), func(args []reflect.Value) []reflect.Value {
		note()
		if value.Type().IsVariadic() {
			return value.CallSlice(args)
		}
		return value.Call(args)
	}).Interface()
}

// listed are the numeric arguments of the functions that list numbers.
func listed(name string, args []reflect.Value) []reflect.Value {
	switch name {
	case "untilStep":
		return args
	case "seq": // variadic
		out := make([]reflect.Value, args[0].Len())
		for i := range out {
			out[i] = args[0].Index(i)
		}
		return out
	}
	return nil
}

// span is how many numbers untilStep or seq would list.
func span(name string, args []reflect.Value) int {
	n := make([]int, len(args))
	for i, a := range args {
		n[i] = int(a.Int())
	}
	first, last, step := 0, 0, 1
	switch {
	case name == "untilStep":
		first, last, step = n[0], n[1], n[2]
	case len(n) == 1:
		last = n[0]
	case len(n) == 2:
		first, last = n[0], n[1]
	case len(n) == 3:
		first, step, last = n[0], n[1], n[2]
	}
	if step == 0 {
		return 0
	}
	return max((last-first)/step, (first-last)/step)
}
