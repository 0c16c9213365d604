package forge_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/inputs/scm/forge"
)

type page = forge.Page[string]

func self(s string) string { return s }

// pages answers each position with the next of its pages, the last for good.
func pages(at map[string][]page) func(context.Context, string) (page, error) {
	asked := map[string]int{}
	return func(_ context.Context, position string) (page, error) {
		answers := at[position]
		if len(answers) == 0 {
			return page{}, errors.New("no such page: " + position)
		}
		i := min(asked[position], len(answers)-1)
		asked[position]++
		return answers[i], nil
	}
}

func TestListIsWholeOrAnError(t *testing.T) {
	items := func(s string) []string { return strings.Fields(s) }
	for name, test := range map[string]struct {
		at        map[string][]page
		want, err string
	}{
		"one page":    {at: map[string][]page{"": {{Items: items("a b")}}}, want: "a b"},
		"none":        {at: map[string][]page{"": {{}}}},
		"three pages": {at: map[string][]page{"": {{items("a"), "2", 3}}, "2": {{items("b"), "3", 3}}, "3": {{items("c"), "", 3}}}, want: "a b c"},
		"an overlap is counted once": {
			at: map[string][]page{"": {{items("a b"), "2", 3}}, "2": {{items("b c"), "", 3}}}, want: "a b c",
		},
		"one was missed in the first reading": {
			at: map[string][]page{"": {{items("a b"), "2", 0}, {items("b c"), "2", 0}}, "2": {{Items: items("d")}}}, want: "b c d",
		},
		"never the same": {
			at: map[string][]page{
				"":  {{Items: items("a"), Next: "2"}, {Items: items("b"), Next: "2"}, {Items: items("c"), Next: "2"}, {Items: items("d"), Next: "2"}},
				"2": {{}},
			}, err: "changed in each of 4 readings",
		},
		"fewer than the total": {at: map[string][]page{"": {{items("a b"), "", 3}}}, err: "2 of 3"},
		"a circle":             {at: map[string][]page{"": {{Items: items("a"), Next: "2"}}, "2": {{Items: items("b"), Next: "2"}}}, err: "circle"},
		"a missing page":       {at: map[string][]page{"": {{Items: items("a"), Next: "2"}}}, err: "no such page: 2"},
		"too many": {
			at: map[string][]page{"": {{Items: items("a b"), Next: "2"}}, "2": {{Items: items("c d"), Next: "3"}}, "3": {{Items: items("e")}}}, err: "more than 4 entries",
		},
		"too many pages": {
			at: map[string][]page{"": {{Items: items("a"), Next: "2"}}, "2": {{Next: "3"}}, "3": {{Next: "4"}}, "4": {{}}}, err: "more than 3 pages",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := forge.List(t.Context(), forge.Limits{Pages: 3, Items: 4}, self, pages(test.at))
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) || got != nil {
					t.Errorf("%v, %v", got, err)
				}
				return
			}
			if err != nil || strings.Join(got, " ") != test.want {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
}

func TestNextPageTrustsHeadersAndElseAFullPage(t *testing.T) {
	for _, test := range []struct {
		header, value string
		items, full   int
		want          string
	}{
		{"X-Next-Page", "7", 1, 100, "7"},
		{"X-Next-Page", "", 100, 100, ""},
		{"Link", `<https://x/?page=9>; rel="next", <https://x/?page=12>; rel="last"`, 3, 100, "5"},
		{"Link", `<https://x/?page=1>; rel="first"`, 100, 100, ""},
		{"", "", 100, 100, "5"},
		{"", "", 99, 100, ""},
		{"", "", 1, 1, "5"},
		{"", "", 0, 1, ""},
	} {
		h := http.Header{}
		if test.header != "" {
			h.Set(test.header, test.value)
		}
		if got := forge.NextPage(h, 4, test.items, test.full); got != test.want {
			t.Errorf("%+v: %q", test, got)
		}
	}
}
