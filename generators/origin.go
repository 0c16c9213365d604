package generators

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Origin says where a row comes from, in the user's words. It is comparable,
// and no two rows of a set have the same.
type Origin struct {
	// Generator is the path of the generator in the set: generators[0].matrix.
	Generator string
	// Cluster is the name of the cluster that the row derives from, if any.
	// Several, from the legs of a matrix or merge, are a list: see Clusters.
	Cluster string
	// Element names what else the row derives from: an element of a list, a
	// directory, a file. Several are a list: see Elements.
	Element string
	// PullRequest is REPOSITORY#NUMBER of the pull request that the row derives
	// from, if any: see PullRequests.
	PullRequest string
	// Question is the ID of the question whose answer listed the pull request:
	// see Questions.
	Question string
}

// Element is one thing, other than a cluster, that a row derives from.
type Element struct {
	// Name is what an edit of the generator's input does not change: of the
	// objects of one file it is the file.
	Name string
	// Stable is false for a place in a list: editing the list moves it.
	Stable bool
}

// listSeparator stands between the names of a list in an Origin.
const listSeparator = "\x1f"

func names(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, listSeparator)
}

// Clusters are the names of the clusters that the row derives from.
func (o Origin) Clusters() []string { return names(o.Cluster) }

// PullRequests are those that the row derives from.
func (o Origin) PullRequests() []string { return names(o.PullRequest) }

// Questions are the IDs of those whose answers listed the pull requests.
func (o Origin) Questions() []string { return names(o.Question) }

var (
	placeInList = regexp.MustCompile(`^[\w.]+\[\d+\]$`)
	placeInFile = regexp.MustCompile(`^(file .*)\[\d+\]$`)
)

// Elements are the other things that the row derives from.
func (o Origin) Elements() []Element {
	var out []Element
	for _, name := range names(o.Element) {
		if file := placeInFile.FindStringSubmatch(name); file != nil {
			name = file[1]
		}
		out = append(out, Element{Name: name, Stable: !placeInList.MatchString(name)})
	}
	return out
}

// Kind is the kind of the generator: its path without its place in the set.
func (o Origin) Kind() string { return KindOf(o.Generator) }

// KindOf is the last name of a generator's path: matrix of generators[0].matrix.
func KindOf(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

// String reads like `generators[0].clusters, cluster "edge-1"`.
func (o Origin) String() string {
	parts := append([]string{o.Generator}, names(o.Element)...)
	return strings.Join(append(parts, o.quotedClusters()...), ", ")
}

// Subject is the origin without its generator, for errors that name that first.
func (o Origin) Subject() string {
	return strings.Join(append(o.quotedClusters(), names(o.Element)...), ", ")
}

func (o Origin) quotedClusters() []string {
	var out []string
	for _, name := range o.Clusters() {
		out = append(out, `cluster "`+name+`"`)
	}
	return out
}

// with adds what another row derives from: the two legs of a matrix.
func (o Origin) with(other Origin) Origin {
	o.Cluster = joinNonEmpty(o.Cluster, other.Cluster)
	o.Element = joinNonEmpty(o.Element, other.Element)
	o.PullRequest = joinNonEmpty(o.PullRequest, other.PullRequest)
	o.Question = joinNonEmpty(o.Question, other.Question)
	return o
}

func joinNonEmpty(a, b string) string {
	if a == "" || a == b {
		return b
	}
	if b == "" {
		return a
	}
	return a + listSeparator + b
}

// originText is the stored form of an Origin.
type originText struct {
	Generator    string   `json:"generator"`
	Clusters     []string `json:"clusters,omitempty"`
	Elements     []string `json:"elements,omitempty"`
	PullRequests []string `json:"pullRequests,omitempty"`
	Questions    []string `json:"questions,omitempty"`
}

// Text is the origin as one line of JSON that ParseOrigin reads, to be stored
// beside what was made of the row. Bytes that are no UTF-8 are replaced.
func (o Origin) Text() string {
	text, err := json.Marshal(originText{
		Generator:    valid(o.Generator),
		Clusters:     names(valid(o.Cluster)),
		Elements:     names(valid(o.Element)),
		PullRequests: names(valid(o.PullRequest)),
		Questions:    names(valid(o.Question)),
	})
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(text)
}

// ParseOrigin reads what Text wrote.
func ParseOrigin(text string) (Origin, error) {
	var o originText
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return Origin{}, fmt.Errorf("origin %q: %w", text, err)
	}
	return Origin{
		Generator:   o.Generator,
		Cluster:     strings.Join(o.Clusters, listSeparator),
		Element:     strings.Join(o.Elements, listSeparator),
		PullRequest: strings.Join(o.PullRequests, listSeparator),
		Question:    strings.Join(o.Questions, listSeparator),
	}, nil
}

func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
