package v1alpha1

import (
	"encoding/json"
	"fmt"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

// MatrixGenerator yields every pair of the parameter sets of its two
// generators. The second may use the parameters of the first.
type MatrixGenerator struct {
	Generators []ApplicationSetNestedGenerator `json:"generators"`
	Template   ApplicationSetTemplate          `json:"template,omitempty"`
}

// NestedMatrixGenerator is a matrix inside a matrix or merge. It has no
// template of its own.
type NestedMatrixGenerator struct {
	Generators ApplicationSetTerminalGenerators `json:"generators"`
}

// ToNestedMatrixGenerator reads a nested matrix; nil gives nil.
func ToNestedMatrixGenerator(j *apiextensionsv1.JSON) (*NestedMatrixGenerator, error) {
	if j == nil {
		return nil, nil
	}
	g := &NestedMatrixGenerator{}
	if err := json.Unmarshal(j.Raw, g); err != nil {
		return nil, fmt.Errorf("decode nested matrix generator: %w", err)
	}
	return g, nil
}

// ToMatrixGenerator returns the same matrix as a top-level one.
func (g NestedMatrixGenerator) ToMatrixGenerator() *MatrixGenerator {
	return &MatrixGenerator{Generators: g.Generators.toNested()}
}

// MergeGenerator takes the parameter sets of its first generator and merges
// over each those of the other generators that agree with it in all of
// MergeKeys; later ones win. Sets that agree with none of the first are left
// out.
type MergeGenerator struct {
	Generators []ApplicationSetNestedGenerator `json:"generators"`
	MergeKeys  []string                        `json:"mergeKeys"`
	Template   ApplicationSetTemplate          `json:"template,omitempty"`
}

// NestedMergeGenerator is a merge inside a matrix or merge. It has no template
// of its own.
type NestedMergeGenerator struct {
	Generators ApplicationSetTerminalGenerators `json:"generators"`
	MergeKeys  []string                         `json:"mergeKeys"`
}

// ToNestedMergeGenerator reads a nested merge; nil gives nil.
func ToNestedMergeGenerator(j *apiextensionsv1.JSON) (*NestedMergeGenerator, error) {
	if j == nil {
		return nil, nil
	}
	g := &NestedMergeGenerator{}
	if err := json.Unmarshal(j.Raw, g); err != nil {
		return nil, fmt.Errorf("decode nested merge generator: %w", err)
	}
	return g, nil
}

// ToMergeGenerator returns the same merge as a top-level one.
func (g NestedMergeGenerator) ToMergeGenerator() *MergeGenerator {
	return &MergeGenerator{Generators: g.Generators.toNested(), MergeKeys: g.MergeKeys}
}
