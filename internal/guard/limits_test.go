package guard

import (
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestLimitsOfASet(t *testing.T) {
	base := Default()
	for text, want := range map[string]Limits{
		"7":        {Count: 7, Window: base.Window},
		"25%":      {Percent: 25, Window: base.Window},
		"7,25%":    {Count: 7, Percent: 25, Window: base.Window},
		" 25% , 7": {Count: 7, Percent: 25, Window: base.Window},
		"0":        {Window: base.Window},
		"100%":     {Percent: 100, Window: base.Window},
	} {
		got, err := base.For(map[string]string{v1alpha1.AnnotationMaxDeletions: text})
		if err != nil || got != want {
			t.Errorf("%q: %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-1", "five", "101%", "5,6", "5%,6%", "1e3", "5,", "99999999999", "10 %%"} {
		got, err := base.For(map[string]string{v1alpha1.AnnotationMaxDeletions: text})
		if err == nil || got != base || !strings.Contains(err.Error(), v1alpha1.AnnotationMaxDeletions) {
			t.Errorf("%q: %+v, %v; want the fleet's and an error that names the annotation", text, got, err)
		}
	}
}

func TestWindowAndAllowEmptyOfASet(t *testing.T) {
	got, err := Default().For(map[string]string{v1alpha1.AnnotationDeletionWindow: "1h", v1alpha1.AnnotationAllowEmpty: "true"})
	if err != nil || got.Window != time.Hour || !got.AllowEmpty || got.Count != 5 {
		t.Errorf("%+v, %v", got, err)
	}
	for key, text := range map[string]string{
		v1alpha1.AnnotationDeletionWindow: "0s", v1alpha1.AnnotationAllowEmpty: "perhaps",
	} {
		if got, err := Default().For(map[string]string{key: text}); err == nil || got != Default() || !strings.Contains(err.Error(), key) {
			t.Errorf("%s %q: %+v, %v", key, text, got, err)
		}
	}
	// One bad annotation does not undo the others.
	got, err = Default().For(map[string]string{v1alpha1.AnnotationDeletionWindow: "soon", v1alpha1.AnnotationMaxDeletions: "1"})
	if err == nil || got.Count != 1 || got.Window != Default().Window {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestLimitsReadWhatTheyWrite(t *testing.T) {
	l := Limits{Count: 3, Percent: 20, Window: time.Minute}
	if got, err := l.ParseMax(l.String()); err != nil || got != l {
		t.Errorf("%+v, %v", got, err)
	}
}

func FuzzParseMax(f *testing.F) {
	for _, seed := range []string{"5", "10%", "5,10%", "", ",", "%", "99999999999999999999", "5,5", "1%,2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := Default().ParseMax(text)
		if err == nil && (l.Count < 0 || l.Percent < 0 || l.Percent > 100 || l.Of(1_000_000) < 0) {
			t.Errorf("%q: %+v", text, l)
		}
	})
}
