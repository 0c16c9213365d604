package forge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Page is a part of a listing.
type Page[T any] struct {
	Items []T
	// Next is where the next page is found, in the provider's terms; empty on
	// the last page.
	Next string
	// Total is how many items the provider says that there are on all pages; 0
	// where it does not say.
	Total int
}

// readings is how often a listing is read at most to find two that agree.
const readings = 4

// List reads a listing to its end: all of it, or an error. fetch gets "" for
// the first page. id tells items apart.
//
// Pages shift while something is added or removed, and then an item is never
// seen. So a listing of several pages is read until two readings agree on the
// items that there are.
func List[T any](ctx context.Context, limits Limits, id func(T) string, fetch func(ctx context.Context, at string) (Page[T], error)) ([]T, error) {
	before, pages, err := listOnce(ctx, limits, id, fetch)
	if err != nil || pages == 1 {
		return before, err
	}
	for range readings - 1 {
		now, _, err := listOnce(ctx, limits, id, fetch)
		if err != nil {
			return nil, err
		}
		if sameItems(before, now, id) {
			return now, nil
		}
		before = now
	}
	return nil, fmt.Errorf("the listing changed in each of %d readings: it is read again later", readings)
}

func listOnce[T any](ctx context.Context, limits Limits, id func(T) string, fetch func(ctx context.Context, at string) (Page[T], error)) ([]T, int, error) {
	var items []T
	seen, visited := map[string]bool{}, map[string]bool{}
	at, total := "", 0
	for pages := 1; ; pages++ {
		page, err := fetch(ctx, at)
		if err != nil {
			return nil, 0, err
		}
		for _, item := range page.Items {
			if key := id(item); !seen[key] {
				seen[key] = true
				items = append(items, item)
			}
		}
		if page.Total > 0 {
			total = page.Total
		}
		switch {
		case len(items) > limits.Items:
			return nil, 0, fmt.Errorf("more than %d entries are listed: ask for less, none are used", limits.Items)
		case page.Next == "" && len(items) < total:
			return nil, 0, fmt.Errorf("the provider listed %d of %d entries: none are used", len(items), total)
		case page.Next == "":
			return items, pages, nil
		case visited[page.Next]:
			return nil, 0, errors.New("the provider's pages lead in a circle: no entries are used")
		case pages >= limits.Pages:
			return nil, 0, fmt.Errorf("more than %d pages are listed: ask for less, none are used", limits.Pages)
		}
		visited[page.Next] = true
		at = page.Next
	}
}

func sameItems[T any](a, b []T, id func(T) string) bool {
	if len(a) != len(b) {
		return false
	}
	keys := make(map[string]bool, len(a))
	for _, item := range a {
		keys[id(item)] = true
	}
	for _, item := range b {
		if !keys[id(item)] {
			return false
		}
	}
	return true
}

// PageNumber reads a position that is a number, first for the first page.
func PageNumber(at string, first int) int {
	n, err := strconv.Atoi(at)
	if err != nil {
		return first
	}
	return n
}

// NextPage is the number of the page after current, or empty. It trusts the
// headers of paging (RFC 8288, X-Next-Page). Without them there is another page
// behind one of at least full items: a proxy may have swallowed the headers.
func NextPage(h http.Header, current, items, full int) string {
	if next, told := h["X-Next-Page"]; told {
		return strings.TrimSpace(next[0])
	}
	following := strconv.Itoa(current + 1)
	if link := h.Get("Link"); link != "" {
		if strings.Contains(link, `rel="next"`) || strings.Contains(link, "rel=next") {
			return following
		}
		return ""
	}
	if items < full {
		return ""
	}
	return following
}
