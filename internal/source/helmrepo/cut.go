package helmrepo

import (
	"bytes"
	"strings"
)

// cut returns the entries of one chart as the texts of lists of one item each.
// In block style, each chart is a key below "entries:", all at one distance
// from the margin; its list's dashes stand there too or deeper, and whatever
// belongs to an item stands deeper than its dash. What is cut in the wrong
// place, inside a quoted text, does not parse.
func cut(index []byte, chart string) (items [][]byte, ok bool) {
	rest, ok := after(index, func(line string) bool { return strings.TrimRight(line, " ") == "entries:" })
	if !ok {
		return nil, false
	}
	margin := -1
	rest, ok = after(rest, func(line string) bool {
		indent, text := measure(line)
		if text == "" || text[0] == '#' {
			return false
		}
		if margin < 0 {
			margin = indent
		}
		return margin > 0 && indent == margin && isKey(text, chart)
	})
	if !ok {
		return nil, false
	}
	return split(rest, margin)
}

// split divides the lines of one list.
func split(text []byte, margin int) (items [][]byte, ok bool) {
	dash, start, at := -1, 0, 0
	for at < len(text) {
		line := lineAt(text, at)
		indent, content := measure(string(line))
		isItem := strings.HasPrefix(content, "- ") || content == "-"
		switch {
		case content == "" || content[0] == '#':
		case dash < 0 && (!isItem || indent < margin):
			return nil, false
		case dash < 0:
			dash, start = indent, at
		case indent < dash || indent == dash && !isItem:
			return append(items, text[start:at]), true
		case indent == dash:
			items, start = append(items, text[start:at]), at
		}
		at += len(line)
	}
	if dash < 0 {
		return nil, false
	}
	return append(items, text[start:]), true
}

// after is what follows the first line that is wanted.
func after(text []byte, wanted func(line string) bool) (rest []byte, ok bool) {
	for at := 0; at < len(text); {
		line := lineAt(text, at)
		at += len(line)
		if wanted(strings.TrimSuffix(string(line), "\n")) {
			return text[at:], true
		}
	}
	return nil, false
}

// lineAt is the line that begins at a place, with its end.
func lineAt(text []byte, at int) []byte {
	if n := bytes.IndexByte(text[at:], '\n'); n >= 0 {
		return text[at : at+n+1]
	}
	return text[at:]
}

// measure splits a line into the width of its margin and its text.
func measure(line string) (indent int, text string) {
	text = strings.TrimLeft(line, " ")
	return len(line) - len(text), strings.TrimSpace(text)
}

// isKey is true for "chart:", quoted or not.
func isKey(text, chart string) bool {
	name, ok := strings.CutSuffix(text, ":")
	return ok && (name == chart || name == `"`+chart+`"` || name == "'"+chart+"'")
}
