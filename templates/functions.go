package templates

import (
	"hash/adler32"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/Masterminds/sprig/v3"
)

// absent lists the sprig functions that an expansion must not have, with the
// reason that the error gives. docs/DEVIATIONS.md lists them too.
var absent = absentTable(map[string]string{
	"reads the environment": "env expandenv",
	"uses the network":      "getHostByName",
	"reads the clock":       "now ago",
	"is random": "randAlphaNum randAlpha randAscii randNumeric randBytes randInt shuffle uuidv4 bcrypt htpasswd " +
		"encryptAES genPrivateKey genCA genCAWithKey genSelfSignedCert genSelfSignedCertWithKey " +
		"genSignedCert genSignedCertWithKey",
	"is too costly": "derivePassword",
})

func absentTable(byReason map[string]string) map[string]string {
	out := map[string]string{}
	for reason, names := range byReason {
		for _, name := range strings.Fields(names) {
			out[name] = reason
		}
	}
	return out
}

// free lists the functions that run in constant time, or return a part of what
// they are given. They are called as they are; every other one is metered.
var free = nameSet(`
	default empty coalesce all any ternary get hasKey dig
	atoi int int64 float64 toDecimal add add1 sub div mod mul add1f addf subf divf mulf
	biggest max min maxf minf ceil floor round
	first mustFirst last mustLast rest mustRest initial mustInitial slice mustSlice
	typeOf kindOf kindIs fail hello isAbs osIsAbs
`)

// mutators change a map that they are given. A template that uses one works on
// its own copy of the parameters.
var mutators = nameSet("set unset merge mustMerge mergeOverwrite mustMergeOverwrite")

// dear gives the weight of functions whose work per byte is above the usual.
var dear = map[string]int{
	"toYaml": 96, "fromYaml": 96, "fromYamlArray": 96,
	"toJson": 4, "toRawJson": 4, "toPrettyJson": 4, "fromJson": 8, "mustFromJson": 8,
	"mustToJson": 4, "mustToRawJson": 4, "mustToPrettyJson": 4,
	"sha1sum": 2, "sha256sum": 2, "sha512sum": 2,
	"deepCopy": 8, "mustDeepCopy": 8, "merge": 8, "mustMerge": 8, "semver": 32,
	"mergeOverwrite": 8, "mustMergeOverwrite": 8, "semverCompare": 32,
}

// builtins are text/template's own functions; the ones that print are replaced
// by bounded versions.
var builtins = nameSet("and or not len index slice html js print printf println urlquery call eq ge gt le lt ne")

func nameSet(names string) map[string]any {
	out := map[string]any{}
	for _, name := range strings.Fields(names) {
		out[name] = true
	}
	return out
}

// library is every function that a template may name: sprig without the absent
// ones, with own versions where sprig's would be unbounded, would depend on
// the order of a map, or would write into its argument.
var library = newLibrary()

func newLibrary() map[string]any {
	lib := sprig.GenericFuncMap()
	for name := range absent {
		delete(lib, name)
	}
	maps.Copy(lib, map[string]any{
		"normalize": normalize,
		"slugify":   slugify,
		"adler32sum": func(s string) string {
			return strconv.FormatUint(uint64(adler32.Checksum([]byte(s))), 10)
		},
		"keys":      sortedKeys,
		"values":    sortedValues,
		"sortAlpha": sortAlpha,
	})
	maps.Copy(lib, dateFunctions)
	return lib
}

// parseNames is what the parser accepts: the library, the bounded functions
// and text/template's own.
var parseNames = newParseNames()

func newParseNames() map[string]any {
	names := maps.Clone(library)
	for name := range bounded(&meter{budget: DefaultBudget()}) {
		names[name] = true
	}
	return names
}

// signatures holds every function of the library bound to nobody's meter: what
// the evaluator learns their types from.
var signatures = sync.OnceValue(func() map[string]any {
	return bind(&meter{budget: DefaultBudget()}, slices.Collect(maps.Keys(parseNames)))
})

// bind returns the named functions, charging m. Only what a template uses is
// bound, so that starting an execution stays cheap.
func bind(m *meter, used []string) map[string]any {
	own := bounded(m)
	out := make(map[string]any, len(used))
	for _, name := range used {
		switch fn, isOwn := own[name]; {
		case isOwn:
			out[name] = fn
		case library[name] == nil:
			// one of text/template's own
		case free[name] != nil:
			out[name] = library[name]
		default:
			out[name] = metered(m, library[name], max(1, dear[name]))
		}
	}
	return out
}
