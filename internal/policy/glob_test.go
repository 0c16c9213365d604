package policy

import (
	"strings"
	"testing"
	"unicode"

	"github.com/gobwas/glob"
	"pgregory.net/rapid"
)

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, separators, text string
		want                      bool
	}{
		// As Argo CD's tests have it.
		{"foo", "", "foo", true},
		{"foo*", "", "foobar", true},
		{"foo*", "", "bar", false},
		{"*", "", "anything", true},
		{"hell", "", "hello", false},
		{"hell*", "", "hello", true},
		{"e*", "", "hello", false},
		// Separators stop * and ?, not ** and not a * that is alone.
		{"*", "/", "a/b", true},
		{"a*b", "", "a/b", true},
		{"a*b", "/", "a/b", false},
		{"a?b", "/", "a/b", false},
		{"a**b", "/", "a/x/b", true},
		{"a[/]b", "/", "a/b", true},
		// Choices, classes, escapes, characters that regular expressions know.
		{"{kube-system,argocd}", "", "argocd", true},
		{"{kube-system,argocd}", "", "kube", false},
		{"team-{a,{b,c}-?}", "", "team-c-1", true},
		{"{,x}a", "", "a", true},
		{"[a-c]x", "", "bx", true},
		{"[!a-c]x", "", "bx", false},
		{"[!ab^]x", "", "^x", false},
		{`\*`, "", "*", true},
		{`\*`, "", "a", false},
		{"a.c*", "", "abc", false},
		{"a+(b)|$*", "", "a+(b)|$^", true},
		{"*", "", "", true},
		{"", "", "", true},
		{"", "", "a", false},
		{"a*", "", "a\nb", true},
	} {
		p, err := compile(c.pattern, c.separators)
		if err != nil {
			t.Errorf("%q: %v", c.pattern, err)
			continue
		}
		if got := p.match(c.text); got != c.want {
			t.Errorf("%q with separators %q on %q: got %v", c.pattern, c.separators, c.text, got)
		}
	}
}

func TestTextsThatAreNoPatterns(t *testing.T) {
	for _, text := range []string{"e[[a*", "[", "[[ech*", "{a", "[c-a]", `a\`, "a\xff*", strings.Repeat("a", maxPattern+1)} {
		if _, err := compile(text, ""); err == nil {
			t.Errorf("%.20q compiles", text)
		}
	}
}

func TestNegation(t *testing.T) {
	for _, c := range []struct {
		rule, text    string
		match, forbid bool
	}{
		{"foo", "foo", true, false},
		{"foo", "bar", false, false},
		{"!foo", "foo", false, true},
		{"!foo", "bar", true, false},
		{"!*", "bar", false, true},
		// What cannot be read permits nothing, and forbids if it is meant to.
		{"[", "bar", false, false},
		{"![", "bar", false, true},
	} {
		r := ruleOf(c.rule, "", strings.TrimSpace)
		if r.match(c.text) != c.match || r.forbids(c.text) != c.forbid {
			t.Errorf("%q on %q: match %v, forbids %v", c.rule, c.text, r.match(c.text), r.forbids(c.text))
		}
	}
}

// pieces are what random patterns and texts are made of.
var pieces = []string{"a", "b", "ab", "/", "*", "**", "?", "[ab]", "[!a]", "[a-b]", "{a,b}", "{", ",", "}", `\*`, `\`, "-", ".", "ü"}

// Matching agrees with the library that the language comes from, on patterns
// that are short enough for it.
func TestPatternsMeanWhatTheLibraryMeans(t *testing.T) {
	texts := []string{"a", "b", "ab", "/", "*", "-", ".", ",", "{", "}", "ü", "c"}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 7).Draw(t, "pattern"), "")
		separators := rapid.SampledFrom([]string{"", "/", "/."}).Draw(t, "separators")
		on := strings.Join(rapid.SliceOfN(rapid.SampledFrom(texts), 0, 8).Draw(t, "text"), "")
		got, err := compile(text, separators)
		want, wantErr := glob.Compile(text, []rune(separators)...)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%q: got %v, the library %v", text, err, wantErr)
		}
		if err == nil && text != "*" && got.match(on) != want.Match(on) {
			t.Fatalf("%q on %q: got %v", text, on, got.match(on))
		}
	})
}

// Patterns that keep a matcher which walks back busy for ever take no time.
func TestPatternsEnd(t *testing.T) {
	text := strings.Repeat("a", 5000)
	for _, pattern := range []string{
		strings.Repeat("*?a", 500) + "[bc]", strings.Repeat("{a,aa}", 300) + "[bc]",
		strings.Repeat("{a*,*a}", 200) + "[bc]", strings.Repeat("*a", 900) + "{b,c}",
	} {
		p, err := compile(pattern, "/")
		if err != nil || p.match(text) {
			t.Errorf("%.20q: %v", pattern, err)
		}
	}
}

// FuzzPattern holds that any text is a pattern or an error, that a rule that
// can be read permits or forbids and never both, and that addresses differ by
// more than capitals and space around them.
func FuzzPattern(f *testing.F) {
	for _, seed := range []string{
		"*", "!*", "**", "https://github.com/argoproj/*.git", "ssh://git@GITHUB.com:argoproj/test", "git@github.com:test.git",
		"!https://gitlab.com/{a,b}/**", "https://[::1", "https://x/%7b%zz", "[a-", `\`, "{{{", "TZ=UTC", " https://u:p@h/x ",
		strings.Repeat("{a*,*a}", 20), "!{kube-system,argocd}",
	} {
		f.Add(seed, "https://github.com/argoproj/test")
	}
	f.Fuzz(func(t *testing.T, rule, text string) {
		for _, separators := range []string{"", "/"} {
			r := ruleOf(rule, separators, normalize)
			normal := normalize(text)
			if r.match(normal) && r.forbids(normal) {
				t.Fatalf("%q permits and forbids %q", rule, text)
			}
			if r.denies && r.match(normal) == r.forbids(normal) {
				t.Fatalf("%q neither permits nor forbids %q", rule, text)
			}
		}
		ascii := !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII })
		if again := normalize(" " + strings.ToUpper(text) + "\n"); ascii && again != normalize(text) {
			t.Fatalf("%q normalizes to %q, in capitals to %q", text, normalize(text), again)
		}
		shown(rule)
	})
}
