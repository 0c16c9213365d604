package explain

import "fmt"

// Code says what decided.
type Code string

// What may decide. Of several generators that give nothing, the one that came
// furthest decides, in this order.
const (
	// CodeExpansion: a generator failed or an input is missing.
	CodeExpansion Code = "expansion"
	// CodeSelector: a term of a clusters generator's selector.
	CodeSelector Code = "selector"
	// CodeDecision: no placement decision names the cluster.
	CodeDecision Code = "decision"
	// CodeEmpty: a generator, or another leg of the matrix, gives no rows.
	CodeEmpty Code = "empty"
	// CodeMergeKey: the cluster's row of a later leg meets none of the first.
	CodeMergeKey Code = "merge-key"
	// CodePostSelector: a term of a generator's selector.
	CodePostSelector Code = "post-selector"
	// CodeDestination: rows there are, and their destination is elsewhere.
	CodeDestination Code = "destination"
	// CodeDuplicate: several rows claim the name.
	CodeDuplicate Code = "duplicate"
	// CodeRender: the row was rejected, for a missing key or another failure.
	CodeRender Code = "render"
	// CodeRow: a row gives the Application; the answer is yes.
	CodeRow Code = "row"
)

var progress = map[Code]int{
	CodeExpansion: 0, CodeSelector: 2, CodeDecision: 3, CodeEmpty: 4, CodeMergeKey: 5, CodePostSelector: 6,
	CodeDestination: 7, CodeDuplicate: 8, CodeRender: 9, CodeRow: 10,
}

// Reason is the first thing that decides.
type Reason struct {
	Code Code `json:"code"`
	// Generator is the path of the generator that decides, if one does.
	Generator string `json:"generator,omitempty"`
	// Message names the term, the key or the row.
	Message string `json:"message"`
	// Nearest is what the cluster has that comes close.
	Nearest string `json:"nearest,omitempty"`
	// Change is what would turn the answer, or the first step to it.
	Change string `json:"change,omitempty"`
	// Next is what is in the way after Change, if anything is.
	Next string `json:"next,omitempty"`

	// aside marks a generator that is not about clusters.
	aside bool
	// attempts are changes to try, the best first.
	attempts []attempt
}

// String is the reason on one line.
func (r Reason) String() string {
	if r.Generator == "" {
		return fmt.Sprintf("%s: %s", r.Code, r.Message)
	}
	return fmt.Sprintf("%s: %s: %s", r.Code, r.Generator, r.Message)
}

func (r Reason) progress() int {
	if r.aside {
		return 1
	}
	return progress[r.Code]
}

// Answer is what there is to say about one set and one cluster.
type Answer struct {
	Set     string `json:"set"`
	Cluster string `json:"cluster"`
	// Yes says that expansion gives a row whose destination is the cluster.
	Yes bool `json:"yes"`
	// Applications that go to the cluster, sorted.
	Applications []string `json:"applications,omitempty"`
	Reason       Reason   `json:"reason"`
	// Holds say why what the cluster has may differ from the answer for now.
	Holds []string `json:"holds,omitempty"`
	// Notes are what else is worth knowing: rows that gave nothing.
	Notes []string `json:"notes,omitempty"`
	// Others are the reasons of generators that came less far, in order.
	Others []Reason `json:"others,omitempty"`
}
